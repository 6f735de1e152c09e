"""Notices: what every member should know about the others, until they have read it.

Whoever has the recovery file could make themselves anybody; whoever runs the
machine can close an account. Neither can do it unseen: the next page of each member
says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from review_console.domain.account import Unlocked
from review_console.domain.audit import AuditKind
from review_console.services.store import Store

KINDS: Final = (
    AuditKind.ACCOUNT_ADMITTED,
    AuditKind.ACCOUNT_CLOSED,
    AuditKind.ACCESS_RESTORED,
    AuditKind.RESTORED_FROM_BACKUP,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing that was done to an account."""

    kind: AuditKind
    at: datetime
    name: str
    """Of the person whose account it is; empty if it is about the console."""

    by: str | None
    """Who did it; `None` for the operator with the recovery identity."""

    place: int
    """Of its entry in the audit log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """What a member has not confirmed to have read."""

    store: Store

    def __call__(self, *, by: Unlocked) -> Sequence[Notice]:
        """List them, the oldest first."""
        with self.store.begin() as unit:
            seen = unit.accounts.notices_seen(by.id)
            entries = unit.audit.after(seen, KINDS)
            names = {account.id: account.name for account in unit.accounts.all()}
        return tuple(
            Notice(
                kind=entry.kind,
                at=entry.at,
                name="" if entry.subject is None else names.get(entry.subject, ""),
                by=None if entry.by is None else names.get(entry.by),
                place=place,
            )
            for place, entry in entries
            if entry.subject != by.id
        )

    def confirm(self, place: int, *, by: Unlocked) -> None:
        """Remember that a member has read up to a place of the audit log."""
        with self.store.begin() as unit:
            newest = unit.audit.newest_place()
            seen = unit.accounts.notices_seen(by.id)
            unit.accounts.save_notices_seen(by.id, max(seen, min(place, newest)))
