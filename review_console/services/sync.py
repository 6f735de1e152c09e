"""Sync: fetch, store, acknowledge, open, answer. By a button, while unlocked.

Spec: docs/protocol.md §6.

The order is the promise: a report is acknowledged, and so deleted at the intake,
only when file and row are on our disk. A kill between any two steps repeats a
step at the next sync; no step may be wrong the second time.

    1. renew this account's intake identity, publish directory and identities
    2. page by page: fetch what we have not, then acknowledge the page
    3. open what this account can open, and take care of what others left open
    4. destroy intake identities that are past their grace
    5. carry replies

Rules:
* Within the longer grace no identity is destroyed while what may be sealed to it
  waits at the intake, or could not be written to our disk.
* A file that the intake damages delays no destruction. One that breaks off every
  fetch delays it to the end of the longer grace, and no further: else a hostile
  intake kept every identity alive.
* One deposit's failure never stops the others; it is not acknowledged.
* What arrived is opened even if the intake went away in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from threading import Lock
from typing import Final

from crypto.ed25519 import VerificationKey
from protocol.directory import KeyDirectory
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
from review_console.services.caretaking import TakeCare
from review_console.services.effects import Clock
from review_console.services.files import SealedFiles
from review_console.services.intake import Intake, IntakeConnection
from review_console.services.intake_identities import IntakeIdentities
from review_console.services.opening import OpenDeposits, Opened
from review_console.services.organisation import (
    newest_directory,
    open_organisation_key,
)
from review_console.services.publishing import PublishKeys
from review_console.services.replies import Deliveries, SendReplies
from review_console.services.store import OrganisationKeyKind, Store, SyncRun

MAX_DEPOSITS_A_SYNC: Final = 20_000


class _Came(Enum):
    """What became of one deposit on its way."""

    STORED = "stored"
    DAMAGED = "damaged"
    """The intake does not give what it announced."""

    NO_ROOM = "no_room"
    """Our own disk did not take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncOutcome:
    """What a sync did."""

    arrived: int = 0
    """Stored and acknowledged."""

    failed: int = 0
    """Not the file that was announced, or refused: still at the intake."""

    is_whole: bool = False
    """The listing came to its end, and our disk took all that arrived."""

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
    identities: IntakeIdentities
    publish: PublishKeys
    open_deposits: OpenDeposits
    take_care: TakeCare
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
            directory = newest_directory(unit, root=self.root)
        self.identities.renew(by=by, directory=directory)
        trouble: IntakeError | None = None
        outcome, deliveries = SyncOutcome(), Deliveries()
        try:
            with self.intake.connect(sync_key) as connection:
                self.publish(connection)
                outcome = self._fetch_all(connection)
        except IntakeError as error:
            trouble = error
        outcome = self._with_opened(outcome, by, directory)
        is_whole = outcome.is_whole and trouble is None
        self.identities.destroy_over(by=by, is_whole=is_whole)
        self.take_care(by=by, directory=directory)
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

    def _fetch_all(self, connection: IntakeConnection) -> SyncOutcome:
        """Go through the pages; ids are random, so `after` orders one pass."""
        outcome = SyncOutcome(is_whole=True)
        after: DepositId | None = None
        while page := connection.list_deposits(after).deposits:
            if after is not None and not after < page[0].id:
                raise IntakeUnreachableError("a listing that does not go on")
            came = {entry: self._store(connection, entry) for entry in page}
            stored = [entry for entry in page if came[entry] is _Came.STORED]
            if stored:
                connection.acknowledge(_acknowledging(stored))
            outcome = replace(
                outcome,
                arrived=outcome.arrived + len(stored),
                failed=outcome.failed + len(page) - len(stored),
                is_whole=outcome.is_whole and _Came.NO_ROOM not in came.values(),
            )
            after = page[-1].id
            if outcome.arrived + outcome.failed >= MAX_DEPOSITS_A_SYNC:
                # The next sync goes on; the list itself may be hostile.
                return replace(outcome, is_whole=False)
        return outcome

    def _store(self, connection: IntakeConnection, entry: DepositEntry) -> _Came:
        """Bring one deposit to our disk; stored when file and row are there."""
        with self.store.begin() as unit:
            known = unit.deposits.find(entry.id)
        if known is not None and self.files.holds(entry.id):
            is_same = known.sha256 == entry.sha256
            return _Came.STORED if is_same else _Came.DAMAGED
        try:
            with connection.fetch(entry.id, size_bytes=entry.size_bytes) as chunks:
                self.files.receive(
                    entry.id,
                    chunks,
                    size_bytes=entry.size_bytes,
                    sha256=entry.sha256,
                )
        except (DamagedError, IntakeRefusedError):
            return _Came.DAMAGED
        except OSError:
            return _Came.NO_ROOM
        with self.store.begin() as unit:
            unit.deposits.add(_waiting(entry))
        return _Came.STORED

    def _with_opened(
        self,
        outcome: SyncOutcome,
        by: Unlocked,
        directory: KeyDirectory,
    ) -> SyncOutcome:
        opened = self.open_deposits(
            by=by,
            directory=directory,
            identities=(*self.identities.open_all(by=by), by.vault.identity),
        )
        return replace(
            outcome,
            cases=opened.count(Opened.CASE),
            messages=opened.count(Opened.MESSAGE),
            waiting=opened.count(Opened.WAITING) + opened.count(Opened.OTHERS),
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
