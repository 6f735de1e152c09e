"""The organisation's keys and members: made once, wrapped to each, read by all.

Spec: docs/protocol.md §4.

Team and sync key live wrapped to each account; nobody's log-in, no key. Root and
recovery identity never enter the console.

Not done here: drafting and adding directories (`directories`); publishing them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from crypto.age import open_sealed, seal
from crypto.ed25519 import SigningKey, VerificationKey
from crypto.entropy import Entropy
from crypto.errors import CryptoError
from protocol.directory import (
    KeyDirectory,
    verify_directory,
)
from protocol.errors import ProtocolError
from review_console.domain.account import Account, Unlocked
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.errors import DamagedError, OrganisationError
from review_console.domain.membership import is_member, sign_membership
from review_console.services.effects import Clock
from review_console.services.store import OrganisationKeyKind, Store, Unit
from review_console.services.team_keys import present_team_key

FIRST_KEYS: Final = (OrganisationKeyKind.TEAM, OrganisationKeyKind.SYNC)
"""What an organisation begins with."""


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
        raise OrganisationError(
            f"{by.account.name} has no {kind.value} key: a member admits them first",
        )
    try:
        key = SigningKey.from_seed(open_sealed(sealed, [by.vault.identity]))
    except (CryptoError, ValueError):
        raise DamagedError(f"the {kind.value} key does not open") from None
    if key.verification_key != public:
        # Whoever can write the database could have sealed a key of their own.
        raise DamagedError(f"the {kind.value} key is another")
    return key


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
