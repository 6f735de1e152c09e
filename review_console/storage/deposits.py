"""Rows of sealed files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from protocol.mailbox import MailboxId
from protocol.sync import DepositId
from review_console.domain.deposit import Deposit, DepositState
from review_console.domain.ids import AccountId
from review_console.storage import tables

_columns = tables.deposits.c
_tried = tables.deposits_tried.c


@dataclass(frozen=True, slots=True)
class DepositRows:
    """Implements `services.store.Deposits`."""

    connection: Connection

    def add(self, deposit: Deposit) -> None:
        """Add; adding one that is there already changes nothing."""
        if self.find(deposit.id) is not None:
            return
        self.connection.execute(
            insert(tables.deposits).values(
                id=str(deposit.id),
                mailbox=str(deposit.mailbox),
                received_on=deposit.received_on,
                size_bytes=deposit.size_bytes,
                sha256=deposit.sha256,
                state=deposit.state.value,
                reason=deposit.reason,
                narrowed=deposit.narrowed,
            ),
        )

    def find(self, deposit_id: DepositId) -> Deposit | None:
        """Find by id."""
        query = select(tables.deposits).where(_columns.id == str(deposit_id))
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _deposit(row)

    def count(self, state: DepositState) -> int:
        """Count them, without loading what a flood may have brought."""
        query = select(func.count()).where(_columns.state == state.value)
        return self.connection.execute(query).scalar_one()

    def count_by_day(self, state: DepositState, reason: str) -> Mapping[date, int]:
        """Count those of one reason by the day on which they came."""
        query = (
            select(_columns.received_on, func.count())
            .where(_columns.state == state.value, _columns.reason == reason)
            .group_by(_columns.received_on)
        )
        return dict(self.connection.execute(query).all())

    def in_state(self, state: DepositState) -> Sequence[Deposit]:
        """List by day."""
        return self._list(select(tables.deposits).where(_columns.state == state.value))

    def untried_by(self, account_id: AccountId) -> Sequence[Deposit]:
        """List those that wait, and may yet open for an account, by day."""
        tried = select(_tried.deposit_id).where(_tried.account_id == str(account_id))
        return self._list(
            select(tables.deposits).where(
                _columns.state == DepositState.WAITING.value,
                _columns.id.not_in(tried),
            ),
        )

    def mark_tried(self, deposit_id: DepositId, account_id: AccountId) -> None:
        """Remember that it is sealed to others than this account."""
        self.connection.execute(
            insert(tables.deposits_tried).values(
                deposit_id=str(deposit_id),
                account_id=str(account_id),
            ),
        )

    def unnarrowed(self) -> Sequence[Deposit]:
        """List the opened ones whose header still names reviewers."""
        return self._list(
            select(tables.deposits).where(
                _columns.state == DepositState.OPENED.value,
                _columns.narrowed.is_(False),
            ),
        )

    def mark(
        self,
        deposit_id: DepositId,
        state: DepositState,
        reason: str | None = None,
    ) -> None:
        """Change the state of one that waits; what was opened stays opened."""
        self.connection.execute(
            update(tables.deposits)
            .where(
                _columns.id == str(deposit_id),
                _columns.state == DepositState.WAITING.value,
            )
            .values(state=state.value, reason=reason),
        )

    def mark_narrowed(self, deposit_id: DepositId) -> None:
        """Remember that the header was replaced."""
        self.connection.execute(
            update(tables.deposits)
            .where(_columns.id == str(deposit_id))
            .values(narrowed=True),
        )

    def forget_narrowing(self) -> None:
        """Have the header of every opened file replaced once more."""
        self.connection.execute(
            update(tables.deposits)
            .where(_columns.state == DepositState.OPENED.value)
            .values(narrowed=False),
        )

    def _list(self, query: Select[Any]) -> Sequence[Deposit]:
        ordered = query.order_by(_columns.received_on, _columns.id)
        return tuple(_deposit(row) for row in self.connection.execute(ordered))


def _deposit(row: Row[Any]) -> Deposit:
    return Deposit(
        id=DepositId(row.id),
        mailbox=MailboxId(row.mailbox),
        received_on=row.received_on,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        state=DepositState(row.state),
        reason=row.reason,
        narrowed=row.narrowed,
    )
