"""Referrals in lists: those of a case, and those that wait for approval."""

from dataclasses import dataclass

from review_console.domain.account import Unlocked
from review_console.domain.destination import Destination
from review_console.domain.ids import CaseId
from review_console.domain.referral import Referral, ReferralState
from review_console.services.referrals import Referrals


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
        """List them in order."""
        own = self.referrals
        with own.store.begin() as unit:
            own.case_keys.load(unit, case_id, by=by)
            ids = [each.id for each in unit.referrals.of_case(case_id)]
            opened = [own.load(unit, each, by=by) for each in ids]
        return tuple(
            ReferralRow(
                referral=each.referral,
                destination=each.parts.destination,
                case_number=each.parts.opened.case.number,
                case_title=each.parts.opened.title,
            )
            for each in opened
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedReferrals:
    """A member looks at what waits for approval."""

    referrals: Referrals

    def __call__(self, *, by: Unlocked) -> tuple[ReferralRow, ...]:
        """List what somebody else proposed."""
        own = self.referrals
        with own.store.begin() as unit:
            proposed = unit.referrals.in_state(
                ReferralState.PROPOSED,
                visible_to=by.id,
            )
            others = [each.id for each in proposed if each.proposed_by != by.id]
            opened = [own.load(unit, each, by=by) for each in others]
        return tuple(
            ReferralRow(
                referral=each.referral,
                destination=each.parts.destination,
                case_number=each.parts.opened.case.number,
                case_title=each.parts.opened.title,
            )
            for each in opened
        )
