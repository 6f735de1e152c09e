"""Cases as people see them: the list, one case, and its small changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from crypto.entropy import Entropy
from protocol.reply import CaseState
from protocol.report import Consent, Kind, Report
from review_console.domain.account import Unlocked
from review_console.domain.audit import AuditEntry, AuditKind
from review_console.domain.case import (
    CaseFacts,
    Delivery,
    EntryKind,
    Message,
    OpenCase,
    StoredReply,
)
from review_console.domain.deposit import Deposit, DepositState
from review_console.domain.errors import DamagedError
from review_console.domain.ids import AccountId, CaseId, MessageId
from review_console.services.case_keys import CaseKeys
from review_console.services.effects import Clock
from review_console.services.store import Store, SyncRun, Unit
from review_console.services.stored_reports import (
    consent_of,
    open_report,
    was_verified,
)

PAGE_SIZE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case in the list."""

    id: CaseId
    number: int
    title: str
    state: CaseState
    received_on: date
    facts: CaseFacts
    has_unread: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseList:
    """A page of the list, with what stands around it."""

    rows: tuple[CaseRow, ...]
    damaged: tuple[int, ...]
    """Numbers of cases whose record was changed; the others are shown."""

    counts: Mapping[CaseState, int]
    older_than: int | None
    """Number to continue below, if there are older ones."""

    last_sync: SyncRun | None
    unreadable_count: int
    waiting_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadEntry:
    """A report, message or reply, opened."""

    kind: EntryKind
    position: int
    day: date
    text: str
    is_unread: bool
    message: MessageId | None = None
    report: Report | None = None
    """Of a report or message."""

    is_verified: bool = True
    author: AccountId | None = None
    number: int = 0
    state: CaseState | None = None
    delivery: Delivery | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """One case, opened."""

    case: OpenCase
    title: str
    facts: CaseFacts
    report: Report
    """The first of the mailbox."""

    consent: Consent
    """The strictest of all verified reports."""

    thread: tuple[ThreadEntry, ...]
    history: tuple[AuditEntry, ...]
    names: Mapping[AccountId, str]
    """Of every account, for authors and history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCases:
    """A member looks at what there is."""

    store: Store
    case_keys: CaseKeys

    def __call__(
        self,
        *,
        by: Unlocked,
        state: CaseState | None = None,
        before_number: int | None = None,
    ) -> CaseList:
        """List the newest cases that were granted to an account.

        Args:
            by: Who asks.
            state: Only these, if given.
            before_number: Only older ones, if given.

        Returns:
            A page.
        """
        with self.store.begin() as unit:
            found = unit.cases.visible(by.id, state, before_number, PAGE_SIZE + 1)
            page, is_more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
            rows: list[CaseRow] = []
            damaged: list[int] = []
            for case, grant, seen in page:
                try:
                    rows.append(
                        _row(self.case_keys.open(unit, case, grant, by=by), seen)
                    )
                except DamagedError:
                    damaged.append(case.number)
            return CaseList(
                rows=tuple(rows),
                damaged=tuple(damaged),
                counts=unit.cases.counts(by.id),
                older_than=page[-1][0].number if is_more else None,
                last_sync=unit.sync_runs.newest(),
                unreadable_count=unit.deposits.count(DepositState.UNREADABLE),
                waiting_count=unit.deposits.count(DepositState.WAITING),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCase:
    """A member opens one case; it counts as read from then on."""

    store: Store
    case_keys: CaseKeys

    def __call__(self, case_id: CaseId, *, by: Unlocked) -> CasePage:
        """Decrypt a whole case.

        Args:
            case_id: Which.
            by: Who asks.

        Returns:
            All of it but the attachments' bytes.
        """
        with self.store.begin() as unit:
            opened = self.case_keys.load(unit, case_id, by=by)
            seen = unit.cases.seen(case_id, by.id)
            thread = thread_of(unit, opened, seen=seen)
            consent = consent_of(opened, unit.messages.of_case(case_id))
            if opened.case.newest_position > seen:
                unit.cases.mark_seen(case_id, by.id, opened.case.newest_position)
            history = tuple(unit.audit.of_case(case_id))
            names = {account.id: account.name for account in unit.accounts.all()}
        return CasePage(
            case=opened,
            title=opened.title,
            facts=opened.facts,
            report=_first_report(thread),
            consent=consent,
            thread=thread,
            history=history,
            names=names,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameCase:
    """A member gives a case a better title."""

    store: Store
    case_keys: CaseKeys
    clock: Clock
    entropy: Entropy

    def __call__(self, case_id: CaseId, title: str, *, by: Unlocked) -> None:
        """Encrypt the title in the old one's place."""
        with self.store.begin() as unit:
            opened = self.case_keys.load(unit, case_id, by=by)
            sealed = opened.encrypt(
                "cases",
                case_id,
                "title",
                title.encode(),
                entropy=self.entropy,
            )
            unit.cases.save_title(case_id, sealed)
            unit.audit.append(
                AuditEntry(
                    kind=AuditKind.TITLE_CHANGED,
                    at=self.clock.now(),
                    by=by.id,
                    case=case_id,
                ),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeState:
    """A member moves a case on, without telling the reporter."""

    store: Store
    case_keys: CaseKeys
    clock: Clock

    def __call__(self, case_id: CaseId, state: CaseState, *, by: Unlocked) -> None:
        """Save the state; saving the same one again records nothing."""
        with self.store.begin() as unit:
            opened = self.case_keys.load(unit, case_id, by=by)
            if opened.case.state is state:
                return
            unit.cases.save_state(case_id, state)
            unit.audit.append(
                AuditEntry(
                    kind=AuditKind.STATE_CHANGED,
                    at=self.clock.now(),
                    by=by.id,
                    case=case_id,
                    state=state,
                ),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSealed:
    """A member looks at what is kept sealed, and why."""

    store: Store

    def __call__(self) -> Sequence[Deposit]:
        """List unreadable files, then those that wait."""
        with self.store.begin() as unit:
            return (
                *unit.deposits.in_state(DepositState.UNREADABLE),
                *unit.deposits.in_state(DepositState.WAITING),
            )


def thread_of(unit: Unit, opened: OpenCase, *, seen: int) -> tuple[ThreadEntry, ...]:
    """Decrypt everything that was said, in the order of its arrival."""
    case_id = opened.case.id
    entries = [
        _message_entry(opened, message, seen)
        for message in unit.messages.of_case(case_id)
    ]
    entries += [
        _reply_entry(opened, reply, seen) for reply in unit.replies.of_case(case_id)
    ]
    return tuple(sorted(entries, key=lambda entry: entry.position))


def _row(opened: OpenCase, seen: int) -> CaseRow:
    case = opened.case
    return CaseRow(
        id=case.id,
        number=case.number,
        title=opened.title,
        state=case.state,
        received_on=case.received_on,
        facts=opened.facts,
        has_unread=case.newest_position > seen,
    )


def _first_report(thread: Sequence[ThreadEntry]) -> Report:
    for entry in thread:
        if entry.report is not None:
            return entry.report
    raise ValueError("a case without a report")


def _message_entry(opened: OpenCase, message: Message, seen: int) -> ThreadEntry:
    report = open_report(opened, message)
    is_verified = was_verified(opened, message)
    is_report = report.kind is Kind.REPORT and is_verified
    return ThreadEntry(
        kind=EntryKind.REPORT if is_report else EntryKind.MESSAGE,
        position=message.position,
        day=message.received_on,
        text=report.text,
        is_unread=message.position > seen,
        message=message.id,
        report=report,
        is_verified=is_verified,
        number=report.number,
    )


def _reply_entry(opened: OpenCase, reply: StoredReply, seen: int) -> ThreadEntry:
    row = str(reply.id)
    state = opened.decrypt("replies", row, "state", reply.sealed_state).decode()
    return ThreadEntry(
        kind=EntryKind.REPLY,
        position=reply.position,
        day=reply.written_on,
        text=opened.decrypt("replies", row, "text", reply.sealed_text).decode(),
        is_unread=reply.position > seen,
        author=reply.author,
        number=reply.number,
        state=CaseState(state),
        delivery=reply.delivery,
    )
