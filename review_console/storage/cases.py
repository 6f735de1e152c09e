"""Rows of cases and of the grants that make them visible."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from protocol.mailbox import MailboxId
from protocol.reply import CaseState
from review_console.domain.case import Case
from review_console.domain.errors import NotFoundError
from review_console.domain.ids import AccountId, CaseId
from review_console.services.store import Grant
from review_console.storage import tables

_cases: Final = tables.cases.c
_grants: Final = tables.case_grants.c


@dataclass(frozen=True, slots=True)
class CaseRows:
    """Implements `services.store.Cases`."""

    connection: Connection

    def next_number(self) -> int:
        """Give the number of the next case."""
        newest = self.connection.execute(select(func.max(_cases.number))).scalar()
        return (newest or 0) + 1

    def add(self, case: Case) -> None:
        """Add a new case."""
        self.connection.execute(
            insert(tables.cases).values(
                id=str(case.id),
                number=case.number,
                mailbox=str(case.mailbox),
                received_on=case.received_on,
                state=case.state.value,
                newest_position=case.newest_position,
                sealed_title=case.sealed_title,
                sealed_facts=case.sealed_facts,
            ),
        )

    def all(self) -> Sequence[CaseId]:
        """List every case by number, whoever may see it."""
        query = select(_cases.id).order_by(_cases.number)
        return tuple(CaseId(each) for each in self.connection.execute(query).scalars())

    def load_any(self, case_id: CaseId) -> Case:
        """Load a case for whoever has its key on another way than a grant."""
        query = select(tables.cases).where(_cases.id == str(case_id))
        row = self.connection.execute(query).one_or_none()
        if row is None:
            raise NotFoundError("no such case")
        return _case(row)

    def load(self, case_id: CaseId, *, visible_to: AccountId) -> tuple[Case, Grant]:
        """Load; raises `NotFoundError` also if it was not granted."""
        query = (
            select(tables.cases, _grants.sealed, _grants.under_vault)
            .join(tables.case_grants, _grants.case_id == _cases.id)
            .where(_cases.id == str(case_id), _grants.account_id == str(visible_to))
        )
        row = self.connection.execute(query).one_or_none()
        if row is None:
            raise NotFoundError("no such case")
        return _case(row), _grant(row)

    def find_by_mailbox(self, mailbox: MailboxId) -> CaseId | None:
        """Find the case of a mailbox."""
        query = select(_cases.id).where(_cases.mailbox == str(mailbox))
        found = self.connection.execute(query).scalar_one_or_none()
        return None if found is None else CaseId(found)

    def visible(
        self,
        account_id: AccountId,
        state: CaseState | None,
        before_number: int | None,
        limit: int,
    ) -> Sequence[tuple[Case, Grant, int]]:
        """List the newest first, with the last position that was seen."""
        query = (
            select(
                tables.cases,
                _grants.sealed,
                _grants.under_vault,
                _grants.seen_position,
            )
            .join(tables.case_grants, _grants.case_id == _cases.id)
            .where(_grants.account_id == str(account_id))
            .order_by(_cases.number.desc())
            .limit(limit)
        )
        if state is not None:
            query = query.where(_cases.state == state.value)
        if before_number is not None:
            query = query.where(_cases.number < before_number)
        rows = self.connection.execute(query)
        return tuple((_case(row), _grant(row), row.seen_position) for row in rows)

    def counts(self, account_id: AccountId) -> Mapping[CaseState, int]:
        """Count the visible ones by state."""
        query = (
            select(_cases.state, func.count())
            .join(tables.case_grants, _grants.case_id == _cases.id)
            .where(_grants.account_id == str(account_id))
            .group_by(_cases.state)
        )
        return {
            CaseState(state): count for state, count in self.connection.execute(query)
        }

    def granted(self, account_id: AccountId) -> Sequence[CaseId]:
        """List the cases that an account has a key of."""
        query = (
            select(_cases.id)
            .join(tables.case_grants, _grants.case_id == _cases.id)
            .where(_grants.account_id == str(account_id))
            .order_by(_cases.number)
        )
        return tuple(CaseId(each) for each in self.connection.execute(query).scalars())

    def holders(self, case_id: CaseId) -> Sequence[AccountId]:
        """List the accounts that have a key of a case."""
        query = select(_grants.account_id).where(_grants.case_id == str(case_id))
        found = self.connection.execute(query).scalars()
        return tuple(AccountId(each) for each in found)

    def replace_grant(
        self,
        case_id: CaseId,
        account_id: AccountId,
        sealed: bytes,
    ) -> None:
        """Give the case's new key to an account that had the old one."""
        self._update_grant(case_id, account_id, sealed=sealed, under_vault=None)

    def revoke(self, case_id: CaseId, account_id: AccountId) -> None:
        """Take the case key from an account."""
        self.connection.execute(
            delete(tables.case_grants).where(
                _grants.case_id == str(case_id),
                _grants.account_id == str(account_id),
            ),
        )

    def mark_stale(self, case_id: CaseId) -> None:
        """Remember that somebody who left could open the case."""
        self._update(case_id, key_is_stale=True)

    def stale(self) -> Sequence[CaseId]:
        """List the cases whose key must be replaced."""
        query = (
            select(_cases.id)
            .where(_cases.key_is_stale.is_(True))
            .order_by(_cases.number)
        )
        return tuple(CaseId(each) for each in self.connection.execute(query).scalars())

    def save_rekeyed(self, case: Case) -> None:
        """Keep what was encrypted under the case's new key."""
        self._update(
            case.id,
            sealed_title=case.sealed_title,
            sealed_facts=case.sealed_facts,
            key_is_stale=False,
        )

    def grant(self, case_id: CaseId, account_id: AccountId, sealed: bytes) -> None:
        """Give the case key to an account."""
        self.connection.execute(
            insert(tables.case_grants).values(
                case_id=str(case_id),
                account_id=str(account_id),
                sealed=sealed,
                under_vault=None,
                seen_position=0,
            ),
        )

    def move_grant(
        self,
        case_id: CaseId,
        account_id: AccountId,
        under_vault: bytes,
    ) -> None:
        """Keep the key under the account's vault key instead."""
        self._update_grant(case_id, account_id, sealed=None, under_vault=under_vault)

    def ungranted(self, account_id: AccountId) -> Sequence[CaseId]:
        """List the cases that an account has no key of."""
        granted = select(_grants.case_id).where(_grants.account_id == str(account_id))
        query = select(_cases.id).where(_cases.id.not_in(granted))
        return tuple(CaseId(each) for each in self.connection.execute(query).scalars())

    def next_position(self, case_id: CaseId) -> int:
        """Take the next place in the thread."""
        taken = self.connection.execute(
            update(tables.cases)
            .where(_cases.id == str(case_id))
            .values(newest_position=_cases.newest_position + 1)
            .returning(_cases.newest_position),
        )
        return int(taken.scalar_one())

    def save_title(self, case_id: CaseId, sealed_title: bytes) -> None:
        """Change the title."""
        self._update(case_id, sealed_title=sealed_title)

    def save_state(self, case_id: CaseId, state: CaseState) -> None:
        """Change the state."""
        self._update(case_id, state=state.value)

    def mark_seen(self, case_id: CaseId, account_id: AccountId, position: int) -> None:
        """Remember how far an account has read."""
        self._update_grant(case_id, account_id, seen_position=position)

    def seen(self, case_id: CaseId, account_id: AccountId) -> int:
        """Tell how far an account has read."""
        query = select(_grants.seen_position).where(
            _grants.case_id == str(case_id),
            _grants.account_id == str(account_id),
        )
        return self.connection.execute(query).scalar_one_or_none() or 0

    def _update(self, case_id: CaseId, **values: object) -> None:
        self.connection.execute(
            update(tables.cases).where(_cases.id == str(case_id)).values(**values),
        )

    def _update_grant(
        self,
        case_id: CaseId,
        account_id: AccountId,
        **values: object,
    ) -> None:
        self.connection.execute(
            update(tables.case_grants)
            .where(
                _grants.case_id == str(case_id),
                _grants.account_id == str(account_id),
            )
            .values(**values),
        )


def _case(row: Row[Any]) -> Case:
    return Case(
        id=CaseId(row.id),
        number=row.number,
        mailbox=MailboxId(row.mailbox),
        received_on=row.received_on,
        state=CaseState(row.state),
        newest_position=row.newest_position,
        sealed_title=row.sealed_title,
        sealed_facts=row.sealed_facts,
    )


def _grant(row: Row[Any]) -> Grant:
    return Grant(sealed=row.sealed, under_vault=row.under_vault)
