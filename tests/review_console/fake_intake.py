"""An intake in memory, for tests of what the console does with its answers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from crypto.ed25519 import SigningKey, VerificationKey
from crypto.entropy import system_entropy
from protocol.directory import IdentityList, SignedDirectory
from protocol.mailbox import MailboxId
from protocol.sync import (
    AcknowledgementBatch,
    DepositEntry,
    DepositId,
    DepositListing,
    ReplyId,
)
from review_console.domain.errors import IntakeRefusedError, IntakeUnreachableError
from review_console.services.intake import ReplyOutcome

CHUNK_BYTES = 10_000


class Killed(BaseException):
    """The console's process ends here, as if by a signal."""


def nothing(_step: str) -> None:
    """Go on."""


@dataclass
class FakeIntake:
    """Implements `services.intake.Intake` and its connection."""

    sync_key: VerificationKey
    day: date = date(2026, 11, 24)
    page_size: int = 500
    is_reachable: bool = True
    goes_round: bool = False
    """The listing begins anew at each page, without an end."""
    sealed: dict[DepositId, bytes] = field(default_factory=dict)
    mailboxes: dict[DepositId, MailboxId] = field(default_factory=dict)
    tampered: set[DepositId] = field(default_factory=set)
    replies: dict[ReplyId, tuple[MailboxId, bytes]] = field(default_factory=dict)
    deleted: set[MailboxId] = field(default_factory=set)
    directories: list[SignedDirectory] = field(default_factory=list)
    identities: list[IdentityList] = field(default_factory=list)
    serves: Callable[[str, bytes], bytes] = lambda _what, body: body
    """What visitors get in the place of what was published."""
    at: Callable[[str], None] = nothing
    """Called with the name of each step before it happens."""

    def deposit(self, sealed: bytes, mailbox: MailboxId) -> DepositId:
        """Let a reporter's file arrive."""
        deposit_id = DepositId.generate(system_entropy)
        self.sealed[deposit_id] = sealed
        self.mailboxes[deposit_id] = mailbox
        return deposit_id

    @contextmanager
    def connect(self, sync_key: SigningKey) -> Iterator["FakeIntake"]:
        """Refuse any key but the pinned one."""
        if sync_key.verification_key != self.sync_key:
            raise IntakeRefusedError(401)
        yield self

    def list_deposits(self, after: DepositId | None) -> DepositListing:
        """List by id."""
        self._reach("list")
        start = None if self.goes_round else after
        ids = sorted(each for each in self.sealed if start is None or each > start)
        return DepositListing(
            deposits=tuple(self._entry(each) for each in ids[: self.page_size]),
        )

    @contextmanager
    def fetch(
        self, deposit_id: DepositId, *, size_bytes: int
    ) -> Iterator[Iterator[bytes]]:
        """Stream, with one byte changed if the test says so."""
        self._reach("fetch")
        content = bytearray(self.sealed[deposit_id])
        if size_bytes != len(content):
            raise ValueError("the console asks for another size than listed")
        if deposit_id in self.tampered:
            content[len(content) // 2] ^= 1
        starts = range(0, len(content), CHUNK_BYTES)
        yield (bytes(content[start : start + CHUNK_BYTES]) for start in starts)

    def acknowledge(self, batch: AcknowledgementBatch) -> None:
        """Delete what is named with its true hash."""
        self._reach("acknowledge")
        for each in batch.deposits:
            if self._entry(each.id).sha256 == each.sha256:
                del self.sealed[each.id]

    def put_reply(
        self,
        mailbox: MailboxId,
        reply_id: ReplyId,
        sealed: bytes,
    ) -> ReplyOutcome:
        """Keep a reply, unless the mailbox was deleted."""
        self._reach("reply")
        if mailbox in self.deleted:
            return ReplyOutcome.GONE
        self.replies[reply_id] = (mailbox, sealed)
        return ReplyOutcome.STORED

    def put_directory(self, signed: SignedDirectory) -> None:
        """Keep a directory."""
        self._reach("directory")
        self.directories.append(signed)

    def put_identities(self, identities: IdentityList) -> None:
        """Keep the identities."""
        self._reach("identities")
        self.identities.append(identities)

    def visit_directory(self) -> bytes:
        """Serve the newest directory, or what the test says."""
        self._reach("visit")
        if not self.directories:
            raise IntakeRefusedError(404)
        return self.serves("directory", self.directories[-1].directory)

    def visit_identities(self) -> bytes:
        """Serve the newest identities, or what the test says."""
        self._reach("visit")
        if not self.identities:
            raise IntakeRefusedError(404)
        return self.serves("identities", self.identities[-1].to_json())

    def _reach(self, step: str) -> None:
        self.at(step)
        if not self.is_reachable:
            raise IntakeUnreachableError("the intake does not answer")

    def _entry(self, deposit_id: DepositId) -> DepositEntry:
        content = self.sealed[deposit_id]
        return DepositEntry(
            id=deposit_id,
            mailbox=self.mailboxes[deposit_id],
            size_bytes=len(content),
            day=self.day,
            sha256=sha256(content).hexdigest(),
        )
