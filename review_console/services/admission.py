"""Admission: a member gives a newcomer the keys that they themselves hold.

An account that the operator adds later has no key of the organisation, is no
member and sees no case, until somebody who has the keys hands them over. It is a
deliberate step and not part of a log-in: whoever can write the database must not
get keys by adding a row and waiting.
"""

from dataclasses import dataclass

from crypto.age import seal
from crypto.entropy import Entropy
from review_console.domain.account import Account, Unlocked
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.errors import NotFoundError, OrganisationError
from review_console.domain.membership import sign_membership
from review_console.services.case_keys import CaseKeys
from review_console.services.effects import Clock
from review_console.services.key_holders import KeyHolder, MemberKeys
from review_console.services.store import OrganisationKeyKind, Store, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmitAccount:
    """A member hands over the organisation's keys and their own cases."""

    store: Store
    clock: Clock
    entropy: Entropy
    case_keys: CaseKeys

    def __call__(self, *, name: str, by: Unlocked) -> int:
        """Wrap every key that the newcomer lacks.

        Args:
            name: Of the newcomer's account.
            by: Who hands over; gives what they can open.

        Returns:
            The number of cases that were granted.

        Raises:
            NotFoundError: There is no such account.
            OrganisationError: It was closed, or who hands over has no keys.
        """
        keys = MemberKeys(by=by, case_keys=self.case_keys)
        with self.store.begin() as unit:
            newcomer = unit.accounts.find(name)
            if newcomer is None:
                raise NotFoundError(f"there is no account {name!r}: add-user first")
            if newcomer.closed_on is not None:
                raise OrganisationError(
                    f"{newcomer.name} was taken out; add an account of another name",
                )
            hand_over_keys(unit, newcomer, keys, entropy=self.entropy)
            sign_memberships(unit, newcomer, keys)
            granted = 0
            for case_id in unit.cases.ungranted(newcomer.id):
                try:
                    opened = self.case_keys.load(unit, case_id, by=by)
                except NotFoundError:
                    continue  # not theirs to give
                self.case_keys.grant(unit, case_id, opened.key, [newcomer])
                granted += 1
            unit.audit.append(
                AuditEntry(
                    kind=AuditKind.ACCOUNT_ADMITTED,
                    at=self.clock.now(),
                    by=by.id,
                    subject=newcomer.id,
                ),
            )
        return granted


def hand_over_keys(
    unit: Unit,
    account: Account,
    keys: KeyHolder,
    *,
    entropy: Entropy,
) -> None:
    """Seal to an account every key of the organisation that it has not."""
    for kind in OrganisationKeyKind:
        is_there = unit.organisation_keys.find(kind) is not None
        if is_there and unit.organisation_keys.find_grant(kind, account.id) is None:
            key = keys.organisation_key(unit, kind)
            sealed = seal(key.seed, [account.recipient], entropy=entropy)
            unit.organisation_keys.save_grant(kind, account.id, sealed)


def sign_memberships(unit: Unit, account: Account, keys: KeyHolder) -> None:
    """Take an account into the team, by the present team key and by the next."""
    present = keys.organisation_key(unit, OrganisationKeyKind.TEAM)
    unit.accounts.save_membership(account.id, sign_membership(account, present))
    if unit.organisation_keys.find(OrganisationKeyKind.NEXT_TEAM) is not None:
        coming = keys.organisation_key(unit, OrganisationKeyKind.NEXT_TEAM)
        unit.accounts.save_next_membership(account.id, sign_membership(account, coming))
