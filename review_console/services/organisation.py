"""The organisation's keys: made once, wrapped to each member, listed for all.

Spec: docs/protocol.md §4.

The root and the recovery identity are made outside of the console's database
and never enter it: they come and go as files sealed by a passphrase. Team and
sync key live wrapped to each account; nobody's log-in, no key.

Not done here: publishing, which is part of a sync.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from crypto.age import HybridIdentity, HybridRecipient, open_sealed, seal
from crypto.ed25519 import SigningKey, VerificationKey
from crypto.entropy import Entropy
from crypto.errors import CryptoError
from crypto.sealed_secret import Argon2idProfile, open_secret, seal_secret
from protocol.day import day_of
from protocol.directory import (
    DirectoryRecipient,
    KeyDirectory,
    SignedDirectory,
    TeamKey,
    sign_directory,
    verify_directory,
)
from protocol.directory import Role as DirectoryRole
from protocol.errors import ProtocolError
from protocol.languages import Language
from protocol.mailbox import OrganisationId
from protocol.passphrase import check_passphrase
from review_console.domain.account import Account, Role, Unlocked
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.errors import DamagedError, OrganisationError
from review_console.domain.membership import is_member, sign_membership
from review_console.services.effects import Clock
from review_console.services.store import OrganisationKeyKind, Store, Unit
from review_console.services.team_keys import present_team_key

ROOT_PURPOSE: Final = "debunker-root"
RECOVERY_PURPOSE: Final = "debunker-recovery"
ORGANISATION_ID_BYTES: Final = 32
DIRECTORY_VALIDITY: Final = timedelta(days=90)
"""Below the 92 days that the format allows."""

TEAM_VALIDITY: Final = timedelta(days=730)

FIRST_KEYS: Final = (OrganisationKeyKind.TEAM, OrganisationKeyKind.SYNC)
"""What an organisation begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineKeys:
    """Makes and opens the two secrets that stay outside of the console."""

    entropy: Entropy
    profile: Argon2idProfile

    def make_root(self, passphrase: str) -> tuple[bytes, VerificationKey]:
        """Make a root key.

        Args:
            passphrase: Seals it.

        Returns:
            The sealed file and the public key to pin.
        """
        check_passphrase(passphrase)
        root = SigningKey.generate(self.entropy)
        return self._seal(root.seed, passphrase, ROOT_PURPOSE), root.verification_key

    def make_recovery(self, passphrase: str) -> tuple[bytes, HybridRecipient]:
        """Make a recovery identity.

        Args:
            passphrase: Seals it.

        Returns:
            The sealed file and the recipient for the directory.
        """
        check_passphrase(passphrase)
        identity = HybridIdentity.generate(self.entropy)
        sealed = self._seal(identity.seed, passphrase, RECOVERY_PURPOSE)
        return sealed, identity.recipient

    def _seal(self, seed: bytes, passphrase: str, purpose: str) -> bytes:
        return seal_secret(
            seed,
            passphrase,
            purpose=purpose,
            profile=self.profile,
            entropy=self.entropy,
        )


def open_root(sealed: bytes, passphrase: str) -> SigningKey:
    """Open a root key's file; raises `OrganisationError`."""
    return SigningKey.from_seed(_open(sealed, passphrase, ROOT_PURPOSE))


def open_recovery(sealed: bytes, passphrase: str) -> HybridIdentity:
    """Open a recovery identity's file; raises `OrganisationError`."""
    return HybridIdentity.from_seed(_open(sealed, passphrase, RECOVERY_PURPOSE))


def _open(sealed: bytes, passphrase: str, purpose: str) -> bytes:
    try:
        return open_secret(sealed, passphrase, purpose=purpose)
    except CryptoError:
        raise OrganisationError("wrong passphrase, or another file") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationKeySet:
    """The public halves, for the intake's settings and the directory."""

    team: VerificationKey
    sync: VerificationKey


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeOrganisationKeys:
    """The operator makes team and sync key, once all first members exist."""

    store: Store
    clock: Clock
    entropy: Entropy

    def __call__(self) -> OrganisationKeySet:
        """Make both, wrapped to every account there is.

        Returns:
            The public halves.

        Raises:
            OrganisationError: There is no account, or there are keys already.
        """
        made = {kind: SigningKey.generate(self.entropy) for kind in FIRST_KEYS}
        with self.store.begin() as unit:
            accounts = unit.accounts.all()
            if not accounts:
                raise OrganisationError("add the first accounts before the keys")
            if unit.organisation_keys.find(OrganisationKeyKind.TEAM) is not None:
                raise OrganisationError("the organisation has its keys already")
            for kind, key in made.items():
                unit.organisation_keys.add(kind, key.verification_key)
                for account in accounts:
                    sealed = seal(key.seed, [account.recipient], entropy=self.entropy)
                    unit.organisation_keys.save_grant(kind, account.id, sealed)
            for account in accounts:
                membership = sign_membership(account, made[OrganisationKeyKind.TEAM])
                unit.accounts.save_membership(account.id, membership)
            unit.audit.append(
                AuditEntry(
                    kind=AuditKind.ORGANISATION_KEYS_MADE,
                    at=self.clock.now(),
                    by=None,
                ),
            )
        return OrganisationKeySet(
            team=made[OrganisationKeyKind.TEAM].verification_key,
            sync=made[OrganisationKeyKind.SYNC].verification_key,
        )


def open_organisation_key(
    unit: Unit,
    kind: OrganisationKeyKind,
    by: Unlocked,
) -> SigningKey:
    """Open a key of the organisation with a member's identity.

    Args:
        unit: The transaction.
        kind: Which key.
        by: Who was given it.

    Returns:
        The key.

    Raises:
        OrganisationError: There is none, or this member was not admitted.
        DamagedError: The wrapped copy does not open, or is another key.
    """
    public = unit.organisation_keys.find(kind)
    sealed = unit.organisation_keys.find_grant(kind, by.id)
    if public is None or sealed is None:
        raise OrganisationError(f"no {kind.value} key for this account")
    try:
        key = SigningKey.from_seed(open_sealed(sealed, [by.vault.identity]))
    except (CryptoError, ValueError):
        raise DamagedError(f"the {kind.value} key does not open") from None
    if key.verification_key != public:
        # Whoever can write the database could have sealed a key of their own.
        raise DamagedError(f"the {kind.value} key is another")
    return key


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeDirectory:
    """The root's holder signs a new directory from the present members."""

    store: Store
    clock: Clock
    entropy: Entropy

    def __call__(
        self,
        *,
        root: SigningKey,
        recovery: HybridRecipient,
        names: Mapping[Language, str],
    ) -> SignedDirectory:
        """Sign a directory and keep it for the next sync.

        Args:
            root: The opened root key.
            recovery: Recipient of the recovery identity.
            names: The organisation's name in the three languages.

        Returns:
            The signed directory.

        Raises:
            OrganisationError: There is no reviewer or no team key.
        """
        now = self.clock.now().replace(microsecond=0)
        with self.store.begin() as unit:
            team = unit.organisation_keys.find(OrganisationKeyKind.TEAM)
            everybody = unit.accounts.all()
            accounts = [] if team is None else _members(everybody, [team])
            if team is None or not any(map(_reads_reports, accounts)):
                raise OrganisationError("a reviewer and the team key come first")
            previous = unit.directories.newest()
            directory = KeyDirectory(
                version=1 if previous is None else previous[0] + 1,
                issued=now,
                expires=now + DIRECTORY_VALIDITY,
                previous=None if previous is None else previous[1].sha256,
                organisation_id=self._organisation_id(previous),
                organisation=names,
                recipients=_recipients(accounts, recovery, now),
                team=_team(previous, team, now),
            )
            signed = sign_directory(directory, root)
            unit.directories.add(directory.version, signed)
            unit.audit.append(
                AuditEntry(kind=AuditKind.DIRECTORY_ADDED, at=now, by=None),
            )
        return signed

    def _organisation_id(
        self,
        previous: tuple[int, SignedDirectory] | None,
    ) -> OrganisationId:
        """Keep the id for ever: every codename hangs on it."""
        if previous is None:
            return OrganisationId(self.entropy(ORGANISATION_ID_BYTES))
        return KeyDirectory.parse(previous[1].directory).organisation_id


def newest_directory(unit: Unit, *, root: VerificationKey) -> KeyDirectory:
    """Load the newest directory, verified against the pinned root.

    An expired one serves here: it closes the reporters' form, but what has
    arrived is opened all the same. So it is verified as of its own issue.

    Args:
        unit: The transaction.
        root: Pinned in the settings.

    Returns:
        The directory.

    Raises:
        OrganisationError: There is none, or it is not the root's.
    """
    newest = unit.directories.newest()
    if newest is None:
        raise OrganisationError("no directory was signed yet")
    version, signed = newest
    try:
        issued = KeyDirectory.parse(signed.directory).issued
        return verify_directory(signed, root=root, newest_seen=version, now=issued)
    except ProtocolError as error:
        raise OrganisationError(f"the newest directory: {error.reason}") from error


def members_of(unit: Unit, directory: KeyDirectory) -> tuple[Account, ...]:
    """List the accounts that the team took in exactly as they stand.

    Args:
        unit: The transaction.
        directory: Verified; names the team keys.

    Returns:
        Everybody who may be given keys, or whose approval counts.
    """
    return tuple(_members(unit.accounts.all(), [present_team_key(directory)]))


def _members(
    accounts: Iterable[Account],
    team: Sequence[VerificationKey],
) -> list[Account]:
    return [account for account in accounts if is_member(account, team)]


def _reads_reports(account: Account) -> bool:
    """Reports are sealed to reviewers; coordinators see them as cases."""
    return account.role is Role.REVIEWER


def _recipients(
    accounts: Sequence[Account],
    recovery: HybridRecipient,
    now: datetime,
) -> tuple[DirectoryRecipient, ...]:
    not_after = now + DIRECTORY_VALIDITY
    reviewers = tuple(
        DirectoryRecipient(
            role=DirectoryRole.REVIEWER,
            recipient=account.recipient,
            not_after=not_after,
        )
        for account in accounts
        if _reads_reports(account)
    )
    last = DirectoryRecipient(
        role=DirectoryRole.RECOVERY,
        recipient=recovery,
        not_after=not_after,
    )
    return (*reviewers, last)


def _team(
    previous: tuple[int, SignedDirectory] | None,
    key: VerificationKey,
    now: datetime,
) -> tuple[TeamKey, ...]:
    """Keep the older keys: their replies must still verify."""
    older = () if previous is None else KeyDirectory.parse(previous[1].directory).team
    if any(each.key == key for each in older):
        return older
    today = day_of(now)
    new = TeamKey(key=key, not_before=today, not_after=today + TEAM_VALIDITY)
    return (*older, new)
