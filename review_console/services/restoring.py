"""Restoring access: new keys for a person who has lost passphrase or vault.

Nobody can open a vault without its passphrase, and nobody should. So the person
gets new keys, and the recovery identity, which every key of the house is sealed to,
hands over what the account had: its cases, the organisation's keys, its membership.

Rules:
* All of it is one transaction: the old vault goes when the new one is complete.
* The account gets what it had, not more; what it had and the recovery identity
  cannot open is left for a colleague's next log-in.
* It leaves an entry that every member is shown: whoever has the recovery file and
  its passphrase could make themselves anybody.

Not done here: the directory, which still names the old signing key. Reports are
sealed to the person again when the root has signed a new one.
"""

from dataclasses import dataclass, replace
from typing import Final

from crypto.age import HybridIdentity, seal
from crypto.ed25519 import VerificationKey
from crypto.entropy import Entropy
from crypto.sealed_secret import Argon2idProfile, seal_secret
from protocol.directory import KeyDirectory
from protocol.passphrase import check_passphrase
from review_console.domain.account import (
    Account,
    Role,
    Vault,
    vault_purpose,
)
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.errors import (
    DamagedError,
    NotFoundError,
    OrganisationError,
)
from review_console.domain.membership import is_member
from review_console.services.accounts import NewAccount
from review_console.services.admission import hand_over_keys, sign_memberships
from review_console.services.caretaking import Care, TakeCare
from review_console.services.effects import Clock
from review_console.services.key_holders import (
    RecoveryKeys,
    recovery_of,
)
from review_console.services.leaving import DestroyIdentities
from review_console.services.organisation import newest_directory
from review_console.services.store import OrganisationKeyKind, Store, Unit
from review_console.services.team_keys import present_team_key

TEAM: Final = OrganisationKeyKind.TEAM


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What the person has again."""

    new: NewAccount
    """With the second factor to be shown once."""

    cases: int
    """Cases that they can open again."""

    missing: int
    """Cases that they had and that a colleague must give them."""

    needs_directory: bool
    """Whether reports are sealed to them only under a new directory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreAccess:
    """Whoever holds the recovery identity gives a person new keys."""

    store: Store
    clock: Clock
    entropy: Entropy
    profile: Argon2idProfile
    identities: DestroyIdentities
    root: VerificationKey

    def __call__(
        self,
        *,
        name: str,
        recovery: HybridIdentity,
        passphrase: str,
    ) -> Restored:
        """Make new keys and wrap to them what the account had.

        Args:
            name: Of the account.
            recovery: Opened from its file.
            passphrase: The person's new one.

        Returns:
            The account, and what it has.

        Raises:
            NotFoundError: There is no such account.
            OrganisationError: It was closed or never admitted, or the recovery
                identity is not one of the newest directory's.
        """
        check_passphrase(passphrase)
        keys = RecoveryKeys(identity=recovery)
        vault = Vault.generate(self.entropy)
        with self.store.begin() as unit:
            directory = newest_directory(unit, root=self.root)
            check_recovery(recovery, directory)
            account = self._renewed(unit, directory, name, vault, passphrase)
            unit.accounts.save_keys(account)
            for kind in OrganisationKeyKind:
                unit.organisation_keys.remove_grant(kind, account.id)
            if unit.organisation_keys.find(TEAM) != present_team_key(directory):
                raise OrganisationError(
                    "the database names another team key than the newest directory: "
                    "somebody may have changed it; restore it from a backup",
                )
            hand_over_keys(unit, account, keys, entropy=self.entropy)
            sign_memberships(unit, account, keys)
            cases, missing = self._hand_over_cases(unit, account, keys)
            self.identities.destroy_of(unit, account.id, by=None)
            unit.audit.append(
                AuditEntry(
                    kind=AuditKind.ACCESS_RESTORED,
                    at=self.clock.now(),
                    by=None,
                    subject=account.id,
                ),
            )
        self.store.forget_replaced()
        return Restored(
            new=NewAccount(account=account, totp_secret=vault.totp_secret),
            cases=cases,
            missing=missing,
            needs_directory=account.role is Role.REVIEWER,
        )

    def _renewed(
        self,
        unit: Unit,
        directory: KeyDirectory,
        name: str,
        vault: Vault,
        passphrase: str,
    ) -> Account:
        """Put new keys into an account that was a member."""
        account = unit.accounts.find(name)
        if account is None:
            raise NotFoundError(f"there is no account {name!r}")
        if account.closed_on is not None:
            raise OrganisationError(
                f"{account.name} was taken out; add an account of another name",
            )
        # As the team signed for it: else a row that somebody changed (a reviewer who
        # became a coordinator) would be signed as it stands.
        if not is_member(account, [present_team_key(directory)]):
            raise OrganisationError(
                f"{account.name} was never admitted, or the account was changed behind "
                "the team's back: add an account of another name and admit it",
            )
        sealed_vault = seal_secret(
            vault.to_bytes(),
            passphrase,
            purpose=vault_purpose(account.id),
            profile=self.profile,
            entropy=self.entropy,
        )
        return replace(
            account,
            recipient=vault.identity.recipient,
            signing_key=vault.signing_key.verification_key,
            sealed_vault=sealed_vault,
            newest_totp_step=0,
            membership=None,
            next_membership=None,
        )

    def _hand_over_cases(
        self,
        unit: Unit,
        account: Account,
        keys: RecoveryKeys,
    ) -> tuple[int, int]:
        given = missing = 0
        for case_id in unit.cases.granted(account.id):
            try:
                opened = keys.case(unit, case_id)
            except (NotFoundError, DamagedError):
                # Under the lost vault it opens for nobody; ungranted, a colleague
                # hands it over at their next log-in.
                unit.cases.revoke(case_id, account.id)
                missing += 1
                continue
            sealed = seal(opened.key.raw, [account.recipient], entropy=self.entropy)
            unit.cases.replace_grant(case_id, account.id, sealed)
            given += 1
        return given, missing


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareCases:
    """Whoever holds the recovery identity hands out what no member can."""

    store: Store
    take_care: TakeCare
    root: VerificationKey

    def __call__(self, *, recovery: HybridIdentity) -> Care:
        """Grant every case to every member who lacks it, and rekey stale ones.

        Args:
            recovery: Opened from its file.

        Returns:
            The counts.
        """
        with self.store.begin() as unit:
            directory = newest_directory(unit, root=self.root)
            check_recovery(recovery, directory)
            everything = len(unit.cases.all())
        return self.take_care.with_keys(
            RecoveryKeys(identity=recovery),
            directory=directory,
            at_most=everything,
        )


def check_recovery(recovery: HybridIdentity, directory: KeyDirectory) -> None:
    """Refuse a recovery identity that the newest directory does not name."""
    if recovery.recipient not in recovery_of(directory):
        raise OrganisationError(
            "this recovery identity is not the one of the newest directory; take the "
            "recovery file of the last ceremony",
        )
