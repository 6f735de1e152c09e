"""What the console asks of the intake, whatever carries it.

Spec: docs/protocol.md §6.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from enum import Enum
from typing import Protocol

from crypto.ed25519 import SigningKey
from protocol.directory import IdentityList, SignedDirectory
from protocol.mailbox import MailboxId
from protocol.sync import AcknowledgementBatch, DepositId, DepositListing, ReplyId


class ReplyOutcome(Enum):
    """What became of a reply that was carried over."""

    STORED = "stored"
    """It is there: now, or since an earlier try."""

    GONE = "gone"
    """The reporter deleted the mailbox; the reply will never be read."""


class IntakeConnection(Protocol):
    """Requests signed by the sync key.

    Every method raises `IntakeUnreachableError` or `IntakeRefusedError`, and
    every one may be repeated.
    """

    def list_deposits(self, after: DepositId | None) -> DepositListing:
        """List the next page of what is not acknowledged."""
        ...

    def fetch(
        self,
        deposit_id: DepositId,
        *,
        size_bytes: int,
    ) -> AbstractContextManager[Iterator[bytes]]:
        """Stream a sealed file; untrusted until its hash is checked."""
        ...

    def acknowledge(self, batch: AcknowledgementBatch) -> None:
        """Let the intake delete; only after all of it is on our disk."""
        ...

    def put_reply(
        self,
        mailbox: MailboxId,
        reply_id: ReplyId,
        sealed: bytes,
    ) -> ReplyOutcome:
        """Carry a sealed reply to its mailbox."""
        ...

    def put_directory(self, signed: SignedDirectory) -> None:
        """Publish a newer directory."""
        ...

    def put_identities(self, identities: IdentityList) -> None:
        """Publish the intake identities in the place of the last ones."""
        ...


class Intake(Protocol):
    """The way to the intake."""

    def connect(self, sync_key: SigningKey) -> AbstractContextManager[IntakeConnection]:
        """Sign with this key until the end of the block."""
        ...

    def visit_directory(self) -> bytes:
        """Fetch what any visitor gets as directory; raises `IntakeError`."""
        ...

    def visit_identities(self) -> bytes:
        """Fetch what any visitor gets as identities; raises `IntakeError`."""
        ...
