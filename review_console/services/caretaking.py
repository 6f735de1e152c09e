"""Caretaking: whoever is here with their keys does what others left open.

Cases are granted by people who hold them, not by the machine: a newcomer gets from
each colleague what the one who admitted them did not have; a case whose old key is
known to somebody who left gets a new one; a key that the recovery identity cannot
open yet is sealed to it. All of it is found in the database, so nothing is
forgotten, and a kill in the middle is made good at the next log-in or fetch.

Rules:
* Only members as the team signed for them are given anything: a row that somebody
  wrote into the database makes nobody a member (docs/adr/0010).
* One case is one transaction. What does not open is left to others.
* Each grant and each new key leaves an entry in the audit log.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from crypto.age import HybridRecipient
from crypto.ed25519 import VerificationKey
from crypto.entropy import Entropy
from protocol.directory import KeyDirectory
from review_console.domain.account import Account, Unlocked
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.errors import (
    DamagedError,
    NotFoundError,
    OrganisationError,
)
from review_console.domain.ids import CaseId
from review_console.services.case_keys import CaseKeys
from review_console.services.effects import Background, Clock
from review_console.services.key_holders import (
    KeyHolder,
    MemberKeys,
    RecoveryCopies,
    recovery_of,
    wanting_copies,
)
from review_console.services.organisation import members_of, newest_directory
from review_console.services.rekeying import RekeyCase
from review_console.services.store import OrganisationKeyKind, Store, Unit

CASES_AT_A_TIME: Final = 500
"""A log-in or a fetch does not take care of more; the next one goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """What was done."""

    granted: int = 0
    """Keys of cases, given to members who lacked them."""

    rekeyed: int = 0
    """Cases with a new key."""

    copies: int = 0
    """Keys that the recovery identity can open from now on."""

    left: int = 0
    """Cases that need care and are not this holder's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Needs:
    """What is open, found without a key."""

    directory: KeyDirectory
    recovery: Sequence[HybridRecipient]
    stale: frozenset[str]
    copies: frozenset[str]
    lacking: frozenset[CaseId]

    @property
    def cases(self) -> list[CaseId]:
        """Name every case that needs something."""
        kinds = {kind.value for kind in OrganisationKeyKind}
        names = {*self.stale, *self.lacking, *(self.copies - kinds)}
        return [CaseId(each) for each in sorted(names)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeCare:
    """Does for the others what the present holder can."""

    store: Store
    clock: Clock
    entropy: Entropy
    case_keys: CaseKeys
    root: VerificationKey

    def __call__(
        self,
        *,
        by: Unlocked,
        directory: KeyDirectory | None = None,
        at_most: int = CASES_AT_A_TIME,
    ) -> Care:
        """Take care of what an unlocked member holds.

        Args:
            by: Whose keys open.
            directory: Verified; the newest one is loaded if it is left out.
            at_most: So many cases.

        Returns:
            The counts.
        """
        keys = MemberKeys(by=by, case_keys=self.case_keys)
        return self.with_keys(keys, directory=directory, at_most=at_most)

    def with_keys(
        self,
        keys: KeyHolder,
        *,
        directory: KeyDirectory | None = None,
        at_most: int = CASES_AT_A_TIME,
    ) -> Care:
        """Take care of what a holder of keys can open.

        Args:
            keys: A member's, or the recovery identity's.
            directory: Verified; the newest one is loaded if it is left out.
            at_most: So many cases.

        Returns:
            The counts.
        """
        with self.store.begin() as unit:
            if directory is None:
                directory = newest_directory(unit, root=self.root)
            needs = _needs(unit, directory)
            copies = self._copy_organisation_keys(unit, keys, needs)
        granted = rekeyed = left = done = 0
        for case_id in needs.cases:
            if done >= at_most:
                left += 1
                continue
            try:
                with self.store.begin() as unit:
                    granted += self._care_for(unit, keys, case_id, needs)
            except (NotFoundError, DamagedError):
                left += 1  # not theirs to open; somebody else's log-in does it
                continue
            done += 1
            rekeyed += case_id in needs.stale
            copies += case_id in needs.copies
        return Care(granted=granted, rekeyed=rekeyed, copies=copies, left=left)

    def _care_for(
        self,
        unit: Unit,
        keys: KeyHolder,
        case_id: CaseId,
        needs: _Needs,
    ) -> int:
        opened = keys.case(unit, case_id)
        # Asked again in each transaction: somebody may have left, or been given new
        # keys, since the list was made.
        members = members_of(unit, needs.directory)
        if case_id in needs.stale:
            rekey = RekeyCase(clock=self.clock, entropy=self.entropy)
            opened = rekey(
                unit,
                opened,
                members=members,
                recovery=needs.recovery,
                by=keys.account_id,
            )
        elif case_id in needs.copies:
            copies = RecoveryCopies(entropy=self.entropy)
            copies.make(unit, case_id, opened.key.raw, needs.recovery)
        holders = set(unit.cases.holders(case_id))
        lacking = [each for each in members if each.id not in holders]
        self.case_keys.grant(unit, case_id, opened.key, lacking)
        for account in lacking:
            entry = AuditEntry(
                kind=AuditKind.CASE_GRANTED,
                at=self.clock.now(),
                by=keys.account_id,
                subject=account.id,
                case=case_id,
            )
            unit.audit.append(entry)
        return len(lacking)

    def _copy_organisation_keys(
        self,
        unit: Unit,
        keys: KeyHolder,
        needs: _Needs,
    ) -> int:
        made = 0
        for kind in OrganisationKeyKind:
            if kind.value not in needs.copies:
                continue
            try:
                key = keys.organisation_key(unit, kind)
            except (OrganisationError, DamagedError):
                continue
            copies = RecoveryCopies(entropy=self.entropy)
            copies.make(unit, kind.value, key.seed, needs.recovery)
            made += 1
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class CareLater:
    """Takes care behind a person's back, when they have logged in."""

    take_care: TakeCare
    background: Background

    def __call__(self, *, by: Unlocked) -> None:
        """Begin; the log-in neither waits for it nor fails because of it."""

        def task() -> None:
            # Whoever was never admitted has nothing to take care with.
            with suppress(OrganisationError, DamagedError):
                self.take_care(by=by)

        self.background.start(task)


def _needs(unit: Unit, directory: KeyDirectory) -> _Needs:
    members = members_of(unit, directory)
    return _Needs(
        directory=directory,
        recovery=recovery_of(directory),
        stale=frozenset(unit.cases.stale()),
        copies=wanting_copies(unit, directory),
        lacking=_lacking(unit, members),
    )


def _lacking(unit: Unit, members: Iterable[Account]) -> frozenset[CaseId]:
    return frozenset(
        case_id for account in members for case_id in unit.cases.ungranted(account.id)
    )
