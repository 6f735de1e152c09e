"""Admission: a member gives a newcomer the keys that they themselves hold.

An account that the operator adds later has no key of the organisation, is no
member and sees no case, until somebody who has the keys hands them over. It is a
deliberate step and not part of a log-in: whoever can write the database must not
get keys by adding a row and waiting.
"""

from dataclasses import dataclass

from crypto.age import seal
from crypto.entropy import Entropy
from review_console.domain.account import Unlocked
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.errors import NotFoundError
from review_console.domain.membership import sign_membership
from review_console.services.case_keys import CaseKeys
from review_console.services.effects import Clock
from review_console.services.organisation import open_organisation_key
from review_console.services.store import OrganisationKeyKind, Store


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
        """
        with self.store.begin() as unit:
            newcomer = unit.accounts.find(name)
            if newcomer is None:
                raise NotFoundError("no such account")
            for kind in OrganisationKeyKind:
                if unit.organisation_keys.find_grant(kind, newcomer.id) is None:
                    key = open_organisation_key(unit, kind, by)
                    sealed = seal(
                        key.seed,
                        [newcomer.recipient],
                        entropy=self.entropy,
                    )
                    unit.organisation_keys.save_grant(kind, newcomer.id, sealed)
            team_key = open_organisation_key(unit, OrganisationKeyKind.TEAM, by)
            membership = sign_membership(newcomer, team_key)
            unit.accounts.save_membership(newcomer.id, membership)
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
                ),
            )
        return granted
