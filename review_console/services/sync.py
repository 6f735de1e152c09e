"""Sync: fetch, store, acknowledge, open, answer. By a button, while unlocked.

Spec: docs/protocol.md §6.

The order is the promise: a report is acknowledged, and so deleted at the intake,
only when file and row are on our disk. A kill between any two steps repeats a
step at the next sync; no step may be wrong the second time.

    1. publish a directory that the intake has not
    2. page by page: fetch what we have not, then acknowledge the page
    3. open what this account can open
    4. carry replies

Rules:
* One deposit's failure never stops the others; it is not acknowledged.
* What arrived is opened even if the intake went away in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Final

from crypto.ed25519 import VerificationKey
from protocol.sync import (
    Acknowledgement,
    AcknowledgementBatch,
    DepositEntry,
    DepositId,
)
from review_console.domain.account import Unlocked
from review_console.domain.deposit import Deposit, DepositState
from review_console.domain.errors import (
    DamagedError,
    IntakeError,
    IntakeRefusedError,
    IntakeUnreachableError,
    SyncRunningError,
)
from review_console.services.effects import Clock
from review_console.services.files import SealedFiles
from review_console.services.intake import Intake, IntakeConnection
from review_console.services.opening import OpenDeposits, Opened
from review_console.services.organisation import (
    newest_directory,
    open_organisation_key,
)
from review_console.services.replies import Deliveries, SendReplies
from review_console.services.store import OrganisationKeyKind, Store, SyncRun

MAX_DEPOSITS_A_SYNC: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncOutcome:
    """What a sync did."""

    arrived: int = 0
    """Stored and acknowledged."""

    failed: int = 0
    """Not the file that was announced, or refused: still at the intake."""

    cases: int = 0
    messages: int = 0
    waiting: int = 0
    """Sealed to other members, or messages before their report."""

    unreadable: int = 0
    replies_sent: int = 0
    replies_gone: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """A member fetches, opens and answers."""

    store: Store
    files: SealedFiles
    intake: Intake
    clock: Clock
    root: VerificationKey
    open_deposits: OpenDeposits
    send_replies: SendReplies
    one_at_a_time: Lock = field(default_factory=Lock)
    """Two members may press the button at once; a file is written by one."""

    def __call__(self, *, by: Unlocked) -> SyncOutcome:
        """Do all of it once; a second caller is told that a sync runs.

        Args:
            by: Whose keys sign and open.

        Returns:
            The counts.

        Raises:
            SyncRunningError: Another member's sync has not ended.
            IntakeError: The intake did not answer, or refused; what had arrived
                is opened nevertheless.
        """
        if not self.one_at_a_time.acquire(blocking=False):
            raise SyncRunningError("another sync runs")
        try:
            return self._sync(by)
        finally:
            self.one_at_a_time.release()

    def _sync(self, by: Unlocked) -> SyncOutcome:
        with self.store.begin() as unit:
            sync_key = open_organisation_key(unit, OrganisationKeyKind.SYNC, by)
        trouble: IntakeError | None = None
        outcome, deliveries = SyncOutcome(), Deliveries()
        try:
            with self.intake.connect(sync_key) as connection:
                self._publish(connection)
                outcome = self._fetch_all(connection)
        except IntakeError as error:
            trouble = error
        outcome = self._with_opened(outcome, by)
        if trouble is not None:
            raise trouble
        with self.intake.connect(sync_key) as connection:
            deliveries = self.send_replies(connection)
        outcome = replace(
            outcome,
            replies_sent=deliveries.sent,
            replies_gone=deliveries.gone,
        )
        self._remember(outcome)
        return outcome

    def _publish(self, connection: IntakeConnection) -> None:
        with self.store.begin() as unit:
            pending = unit.directories.unpublished()
        if pending is None:
            return
        version, signed = pending
        connection.put_directory(signed)
        with self.store.begin() as unit:
            unit.directories.mark_published(version)

    def _fetch_all(self, connection: IntakeConnection) -> SyncOutcome:
        """Go through the pages; ids are random, so `after` orders one pass."""
        arrived = failed = 0
        after: DepositId | None = None
        while page := connection.list_deposits(after).deposits:
            if after is not None and not after < page[0].id:
                raise IntakeUnreachableError("a listing that does not go on")
            stored = [entry for entry in page if self._store(connection, entry)]
            if stored:
                connection.acknowledge(_acknowledging(stored))
            arrived += len(stored)
            failed += len(page) - len(stored)
            after = page[-1].id
            if arrived + failed >= MAX_DEPOSITS_A_SYNC:
                break  # the next sync goes on; the list itself may be hostile
        return SyncOutcome(arrived=arrived, failed=failed)

    def _store(self, connection: IntakeConnection, entry: DepositEntry) -> bool:
        """Bring one deposit to our disk; true only when file and row are there."""
        with self.store.begin() as unit:
            known = unit.deposits.find(entry.id)
        if known is not None and self.files.holds(entry.id):
            return known.sha256 == entry.sha256
        try:
            with connection.fetch(entry.id, size_bytes=entry.size_bytes) as chunks:
                self.files.receive(
                    entry.id,
                    chunks,
                    size_bytes=entry.size_bytes,
                    sha256=entry.sha256,
                )
        except (DamagedError, IntakeRefusedError, OSError):
            return False
        with self.store.begin() as unit:
            unit.deposits.add(_waiting(entry))
        return True

    def _with_opened(self, outcome: SyncOutcome, by: Unlocked) -> SyncOutcome:
        with self.store.begin() as unit:
            directory = newest_directory(unit, root=self.root)
        opened = self.open_deposits(by=by, directory=directory)
        return replace(
            outcome,
            cases=opened.count(Opened.CASE),
            messages=opened.count(Opened.MESSAGE),
            waiting=opened.count(Opened.WAITING),
            unreadable=opened.count(Opened.UNREADABLE),
        )

    def _remember(self, outcome: SyncOutcome) -> None:
        run = SyncRun(
            at=self.clock.now(),
            arrived=outcome.arrived,
            opened=outcome.cases + outcome.messages,
            unreadable=outcome.unreadable,
            replies_sent=outcome.replies_sent,
        )
        with self.store.begin() as unit:
            unit.sync_runs.add(run)


def _waiting(entry: DepositEntry) -> Deposit:
    return Deposit(
        id=entry.id,
        mailbox=entry.mailbox,
        received_on=entry.day,
        size_bytes=entry.size_bytes,
        sha256=entry.sha256,
        state=DepositState.WAITING,
        reason=None,
        narrowed=False,
    )


def _acknowledging(stored: Sequence[DepositEntry]) -> AcknowledgementBatch:
    return AcknowledgementBatch(
        deposits=tuple(
            Acknowledgement(id=entry.id, sha256=entry.sha256) for entry in stored
        ),
    )
