"""Leaving: a person is taken out, and what they could open is replaced.

    1. close      the account, its vault, its membership and every copy of a key go in
                  one transaction; sessions end with their next request; cases and
                  organisation keys that they could open are marked stale
    2. team key   a next one, signed over every remaining member; it counts when a
                  directory names it (`team_keys`)
    3. sync key   a new one at once; the intake's setting must follow
    4. identities what reports were sealed to them with is destroyed
    5. cases      each stale case gets a new key, one transaction a case

Every step finds in the database whether it is still to be done: after a kill the
same command goes on, and cases that the one who does it cannot open are rekeyed at
the next log-in of somebody who can.

Rules:
* A case that nobody else could open any more is not given up by accident.
* Nobody takes themselves out: somebody must be left who holds the new keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from crypto.age import seal
from crypto.ed25519 import SigningKey, VerificationKey
from crypto.entropy import Entropy
from protocol.day import day_of
from protocol.directory import KeyDirectory
from review_console.domain.account import Account, Role, Unlocked
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.errors import NotFoundError, OrganisationError
from review_console.domain.ids import AccountId
from review_console.domain.membership import sign_membership
from review_console.domain.recovery import recipient_sha256
from review_console.services.caretaking import TakeCare
from review_console.services.effects import Clock
from review_console.services.key_holders import RecoveryCopies, recovery_of
from review_console.services.organisation import (
    members_of,
    newest_directory,
    open_organisation_key,
)
from review_console.services.store import OrganisationKeyKind, Store, Unit
from review_console.services.team_keys import (
    endorse_next_team_key,
    next_team_key,
    present_team_key,
)

TEAM, NEXT_TEAM, SYNC = (
    OrganisationKeyKind.TEAM,
    OrganisationKeyKind.NEXT_TEAM,
    OrganisationKeyKind.SYNC,
)


REPLACED: Final = {
    NEXT_TEAM: AuditKind.TEAM_KEY_REPLACED,
    SYNC: AuditKind.SYNC_KEY_REPLACED,
}


class DestroyIdentities(Protocol):
    """What this needs of the intake identities."""

    def destroy_of(
        self,
        unit: Unit,
        account: AccountId,
        *,
        by: AccountId | None,
    ) -> int:
        """Destroy all that somebody has."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentKeys:
    """The public halves, as they stand when stale ones were replaced."""

    next_team: VerificationKey | None
    """Waits for a directory that names it."""

    sync: VerificationKey | None
    """For the intake's settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What was done, and what is left to do."""

    account: Account
    keys: PresentKeys

    rekeyed: int
    """Cases with a new key."""

    stale: int
    """Cases that still wait for somebody who can open them."""

    is_reviewer_left: bool
    """Whether anybody is left to whom reports can be sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceKeys:
    """Replaces keys of the organisation that are stale."""

    store: Store
    clock: Clock
    entropy: Entropy
    root: VerificationKey

    def __call__(self, *, by: Unlocked) -> PresentKeys:
        """Replace whatever is marked, one transaction a key.

        Args:
            by: A member; the next team key needs the present one of theirs.

        Returns:
            The public halves, replaced now or before.
        """
        self._replace_team_key(by)
        self._replace_sync_key(by)
        with self.store.begin() as unit:
            return PresentKeys(
                next_team=unit.organisation_keys.find(NEXT_TEAM),
                sync=unit.organisation_keys.find(SYNC),
            )

    def is_due(self) -> bool:
        """Tell whether a key is stale that nobody has replaced yet."""
        with self.store.begin() as unit:
            if unit.directories.newest() is None:
                return False
            directory = newest_directory(unit, root=self.root)
            is_sync_stale = unit.organisation_keys.is_stale(SYNC)
            return is_sync_stale or self._is_next_needed(unit, directory)

    def mark(self, kind: OrganisationKeyKind, *, by: Unlocked) -> None:
        """Say that a key is known to somebody who must not have it.

        Args:
            kind: Team or sync.
            by: A member who has it.
        """
        with self.store.begin() as unit:
            open_organisation_key(unit, kind, by)  # a member's word alone counts
            mark_stale(unit, kind)

    def _replace_team_key(self, by: Unlocked) -> None:
        with self.store.begin() as unit:
            directory = newest_directory(unit, root=self.root)
            if not self._is_next_needed(unit, directory):
                return
            present = open_organisation_key(unit, TEAM, by)
            if present.verification_key != present_team_key(directory):
                raise OrganisationError(
                    "the database names another team key than the newest directory: "
                    "somebody may have changed it; restore it from a backup",
                )
            self._make(unit, NEXT_TEAM, directory, by, present=present)

    def _is_next_needed(self, unit: Unit, directory: KeyDirectory) -> bool:
        """Tell whether the team key is stale without a sound successor."""
        keys = unit.organisation_keys
        try:
            waiting = next_team_key(unit, [present_team_key(directory)])
        except OrganisationError:
            return True  # planted: it must not stand in a sound one's way
        return keys.is_stale(TEAM if waiting is None else NEXT_TEAM)

    def _replace_sync_key(self, by: Unlocked) -> None:
        with self.store.begin() as unit:
            if not unit.organisation_keys.is_stale(SYNC):
                return
            directory = newest_directory(unit, root=self.root)
            self._make(unit, SYNC, directory, by)

    def _make(
        self,
        unit: Unit,
        kind: OrganisationKeyKind,
        directory: KeyDirectory,
        by: Unlocked,
        *,
        present: SigningKey | None = None,
    ) -> None:
        """Make a key, for those who are members; the present one keeps its place."""
        key = SigningKey.generate(self.entropy)
        members = members_of(unit, directory)
        if by.id not in {account.id for account in members}:
            raise OrganisationError(
                f"{by.account.name} is no member by the newest directory: "
                "only a member replaces keys",
            )
        unit.organisation_keys.remove(kind)
        unit.organisation_keys.add(
            kind,
            key.verification_key,
            endorsement=None
            if present is None
            else endorse_next_team_key(key.verification_key, present),
        )
        for account in members:
            sealed = seal(key.seed, [account.recipient], entropy=self.entropy)
            unit.organisation_keys.save_grant(kind, account.id, sealed)
            if kind is NEXT_TEAM:
                membership = sign_membership(account, key)
                unit.accounts.save_next_membership(account.id, membership)
        copies = RecoveryCopies(entropy=self.entropy)
        copies.make(unit, kind.value, key.seed, recovery_of(directory))
        unit.audit.append(
            AuditEntry(kind=REPLACED[kind], at=self.clock.now(), by=by.id),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveAccount:
    """A member takes another person out."""

    store: Store
    clock: Clock
    identities: DestroyIdentities
    replace_keys: ReplaceKeys
    take_care: TakeCare
    root: VerificationKey

    def __call__(
        self,
        *,
        name: str,
        by: Unlocked,
        may_lose_cases: bool = False,
    ) -> Left:
        """Do every step that is still to be done.

        Args:
            name: Whom to take out; one who is out already is gone on with.
            by: The member who does it.
            may_lose_cases: Also if cases would be left that nobody can open.

        Returns:
            What was done.

        Raises:
            NotFoundError: There is no such account.
            OrganisationError: They would take themselves out, or a case would be
                lost.
        """
        with self.store.begin() as unit:
            directory = newest_directory(unit, root=self.root)
            open_organisation_key(unit, TEAM, by)  # members alone
            account = unit.accounts.find(name)
            if account is None:
                raise NotFoundError(f"there is no account {name!r}")
            if account.id == by.id:
                raise OrganisationError(
                    "nobody takes themselves out: let a colleague do it (--by)",
                )
            if account.closed_on is None:
                self._close(unit, account, directory, by, may_lose_cases)
        keys = self.replace_keys(by=by)
        with self.store.begin() as unit:
            self.identities.destroy_of(unit, account.id, by=by.id)
        everything = len(self._stale())
        care = self.take_care(by=by, directory=directory, at_most=everything + 1)
        self.store.forget_replaced()  # the vault, the grants, the old ciphertext
        with self.store.begin() as unit:
            members = members_of(unit, directory)
            stale = len(unit.cases.stale())
        return Left(
            account=account,
            keys=keys,
            rekeyed=care.rekeyed,
            stale=stale,
            is_reviewer_left=any(each.role is Role.REVIEWER for each in members),
        )

    def _stale(self) -> Sequence[str]:
        with self.store.begin() as unit:
            return unit.cases.stale()

    def _close(
        self,
        unit: Unit,
        account: Account,
        directory: KeyDirectory,
        by: Unlocked,
        may_lose_cases: bool,  # noqa: FBT001  # passed on by name from the call
    ) -> None:
        alone = _held_alone(unit, account, directory)
        if alone and not may_lose_cases:
            raise OrganisationError(
                f"{alone} cases can be opened by {account.name} alone: let them log "
                "in and fetch once more, so that they hand the keys over; or give "
                "the cases up with --lose-cases",
            )
        now = self.clock.now()
        for kind in OrganisationKeyKind:
            if unit.organisation_keys.find_grant(kind, account.id) is not None:
                mark_stale(unit, kind)
                unit.organisation_keys.remove_grant(kind, account.id)
        for case_id in unit.cases.granted(account.id):
            unit.cases.mark_stale(case_id)
            unit.cases.revoke(case_id, account.id)
        unit.accounts.close(account.id, day_of(now))
        unit.audit.append(
            AuditEntry(
                kind=AuditKind.ACCOUNT_CLOSED,
                at=now,
                by=by.id,
                subject=account.id,
            ),
        )


def mark_stale(unit: Unit, kind: OrganisationKeyKind) -> None:
    """Mark a key, and the next team key with the present one."""
    unit.organisation_keys.mark_stale(kind)
    if kind is TEAM:
        unit.organisation_keys.mark_stale(NEXT_TEAM)


def _held_alone(unit: Unit, account: Account, directory: KeyDirectory) -> int:
    """Count the cases that neither a colleague nor the recovery identity opens."""
    wanted = {recipient_sha256(each) for each in recovery_of(directory)}
    copies = unit.recovery_grants.names()
    return sum(
        set(unit.cases.holders(case_id)) == {account.id}
        and not wanted & set(copies.get(case_id, ()))
        for case_id in unit.cases.granted(account.id)
    )
