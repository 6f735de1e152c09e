"""Referrals in lists: those of a case, and those that wait for approval."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from review_console.domain.account import Unlocked
from review_console.domain.destination import Destination
from review_console.domain.errors import DamagedError, OrganisationError
from review_console.domain.ids import CaseId
from review_console.domain.referral import Referral, ReferralState
from review_console.services.referrals import Referrals
from review_console.services.store import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRow:
    """A referral in a list."""

    referral: Referral
    destination: Destination
    case_number: int
    case_title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReferrals:
    """A member looks at the referrals of a case."""

    referrals: Referrals

    def __call__(self, case_id: CaseId, *, by: Unlocked) -> tuple[ReferralRow, ...]:
        """List them in order; one that was changed from outside is left out."""
        own = self.referrals
        with own.store.begin() as unit:
            own.case_keys.load(unit, case_id, by=by)
            found = unit.referrals.of_case(case_id)
            return tuple(_rows(own, unit, found, by))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedReferrals:
    """A member looks at what waits for approval."""

    referrals: Referrals

    def __call__(self, *, by: Unlocked) -> tuple[ReferralRow, ...]:
        """List what somebody else proposed; a changed one is left out."""
        own = self.referrals
        with own.store.begin() as unit:
            proposed = unit.referrals.in_state(
                ReferralState.PROPOSED,
                visible_to=by.id,
            )
            others = [each for each in proposed if each.proposed_by != by.id]
            return tuple(_rows(own, unit, others, by))


def _rows(
    own: Referrals,
    unit: Unit,
    found: Iterable[Referral],
    by: Unlocked,
) -> Iterator[ReferralRow]:
    for referral in found:
        try:
            opened = own.load(unit, referral.id, by=by)
            title = opened.parts.opened.title
        except (DamagedError, OrganisationError):
            continue  # its own page says what is wrong
        yield ReferralRow(
            referral=opened.referral,
            destination=opened.parts.destination,
            case_number=opened.parts.opened.case.number,
            case_title=title,
        )
