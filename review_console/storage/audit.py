"""Rows of audit entries, chained, and of syncs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select

from protocol.day import format_moment, parse_moment
from protocol.reply import CaseState
from review_console.domain.audit import AUDIT_START, AuditEntry, AuditKind
from review_console.domain.ids import AccountId, CaseId
from review_console.services.store import SyncRun
from review_console.storage import tables

_audit: Final = tables.audit.c
_runs: Final = tables.sync_runs.c


@dataclass(frozen=True, slots=True)
class AuditRows:
    """Implements `services.store.Audit`."""

    connection: Connection

    def append(self, entry: AuditEntry) -> None:
        """Add an entry, chained to the last."""
        query = select(_audit.sequence, _audit.chain)
        last = self.connection.execute(
            query.order_by(_audit.sequence.desc()).limit(1),
        ).one_or_none()
        sequence, chain = (0, AUDIT_START) if last is None else last
        self.connection.execute(
            insert(tables.audit).values(
                sequence=sequence + 1,
                kind=entry.kind.value,
                at=format_moment(entry.at),
                by=None if entry.by is None else str(entry.by),
                subject=None if entry.subject is None else str(entry.subject),
                case_id=None if entry.case is None else str(entry.case),
                state=None if entry.state is None else entry.state.value,
                sha256=entry.sha256,
                chain=entry.chained(chain),
            ),
        )

    def of_case(self, case_id: CaseId) -> Sequence[AuditEntry]:
        """List in order."""
        query = (
            select(tables.audit)
            .where(_audit.case_id == str(case_id))
            .order_by(_audit.sequence)
        )
        return tuple(_entry(row) for row in self.connection.execute(query))

    def after(
        self,
        sequence: int,
        kinds: Collection[AuditKind],
    ) -> Sequence[tuple[int, AuditEntry]]:
        """List entries of some kinds that came after a place in the log."""
        query = (
            select(tables.audit)
            .where(
                _audit.sequence > sequence,
                _audit.kind.in_([kind.value for kind in kinds]),
            )
            .order_by(_audit.sequence)
        )
        rows = self.connection.execute(query)
        return tuple((row.sequence, _entry(row)) for row in rows)

    def newest_place(self) -> int:
        """Tell how many entries there are."""
        query = select(func.max(_audit.sequence))
        return self.connection.execute(query).scalar() or 0

    def is_intact(self) -> bool:
        """Check the whole chain."""
        chain = AUDIT_START
        query = select(tables.audit).order_by(_audit.sequence)
        for sequence, row in enumerate(self.connection.execute(query), start=1):
            chain = _entry(row).chained(chain)
            if row.chain != chain or row.sequence != sequence:
                return False
        return True


@dataclass(frozen=True, slots=True)
class SyncRunRows:
    """Implements `services.store.SyncRuns`."""

    connection: Connection

    def add(self, run: SyncRun) -> None:
        """Remember."""
        newest = self._newest()
        self.connection.execute(
            insert(tables.sync_runs).values(
                sequence=1 if newest is None else newest.sequence + 1,
                at=format_moment(run.at),
                arrived=run.arrived,
                opened=run.opened,
                unreadable=run.unreadable,
                replies_sent=run.replies_sent,
            ),
        )

    def newest(self) -> SyncRun | None:
        """Find the last."""
        row = self._newest()
        if row is None:
            return None
        return SyncRun(
            at=parse_moment(row.at),
            arrived=row.arrived,
            opened=row.opened,
            unreadable=row.unreadable,
            replies_sent=row.replies_sent,
        )

    def _newest(self) -> Row[Any] | None:
        query = select(tables.sync_runs).order_by(_runs.sequence.desc()).limit(1)
        return self.connection.execute(query).one_or_none()


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        kind=AuditKind(row.kind),
        at=parse_moment(row.at),
        by=None if row.by is None else AccountId(row.by),
        subject=None if row.subject is None else AccountId(row.subject),
        case=None if row.case_id is None else CaseId(row.case_id),
        state=None if row.state is None else CaseState(row.state),
        sha256=row.sha256,
    )
