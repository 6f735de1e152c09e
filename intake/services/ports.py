"""What the services need of the stores.

`intake.storage` has the real ones; tests run them on a temporary directory.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from intake.domain.deposit import Deposit, Upload, UploadId
from protocol.directory import SignedDirectory
from protocol.mailbox import MailboxId
from protocol.sync import DepositId, ReplyId


class SealingFile(Protocol):
    """Takes ciphertext of a form; gone at the end unless it was kept."""

    def __enter__(self) -> Self:
        """Return the file."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        """Remove what was not kept."""
        ...

    @property
    def size_bytes(self) -> int:
        """What is there so far."""
        ...

    def write(self, data: bytes | memoryview) -> int:
        """Append ciphertext."""
        ...

    def sha256(self) -> bytes:
        """Return the digest so far: 32 bytes."""
        ...

    def sync(self, day: date) -> None:
        """Wait until the bytes are durable."""
        ...

    def move_to(self, path: Path) -> None:
        """Give the file its last name."""
        ...


class GrowingFile(Protocol):
    """An upload's file, locked as long as the context lasts."""

    def __enter__(self) -> Self:
        """Return the file."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        """Give the lock back."""
        ...

    @property
    def path(self) -> Path:
        """Where it lies."""
        ...

    @property
    def size_bytes(self) -> int:
        """What is there so far."""
        ...

    def append(self, data: bytes | memoryview) -> None:
        """Write at the end."""
        ...

    def head(self, length_bytes: int) -> bytes:
        """Return the first bytes."""
        ...

    def sha256(self) -> bytes:
        """Return the digest of the whole file: 32 bytes."""
        ...

    def sync(self, day: date) -> None:
        """Wait until the bytes are durable."""
        ...


class DepositStore(Protocol):
    """Sealed reports that wait for the console."""

    def check_room(self) -> None:
        """Raise `FullError` while nothing more can be taken."""
        ...

    def begin(self, upload: UploadId) -> SealingFile:
        """Open a file to seal a form into."""
        ...

    def keep(self, file: SealingFile, deposit: Deposit, upload: Upload) -> None:
        """Make a sealed form a durable deposit."""
        ...

    def finish(self, file: GrowingFile, deposit: Deposit, upload: Upload) -> None:
        """Make a complete upload a durable deposit."""
        ...

    def page(self, *, after: DepositId | None, limit: int) -> tuple[Deposit, ...]:
        """Return deposits in the order of their ids."""
        ...

    def days_of(self, mailbox: MailboxId) -> tuple[date, ...]:
        """Return the days of what waits from a mailbox; none of a deleted one."""
        ...

    def forget(self, acknowledged: Sequence[tuple[DepositId, bytes]]) -> None:
        """Delete what the console has."""
        ...


class UploadStore(Protocol):
    """Sealed files on their way in."""

    def create(self, upload: Upload, *, day: date) -> None:
        """Begin an upload durably."""
        ...

    def find(self, upload_id: UploadId) -> Upload | None:
        """Return an upload."""
        ...

    def hold(self, upload_id: UploadId) -> GrowingFile:
        """Lock an upload's file."""
        ...

    def drop(self, upload_id: UploadId) -> None:
        """Forget an unfinished upload."""
        ...

    def expire(self, today: date) -> None:
        """Forget uploads whose last day is past."""
        ...


class ReplyStore(Protocol):
    """Sealed replies in mailboxes."""

    def of(self, mailbox: MailboxId) -> tuple[bytes, ...]:
        """Return the sealed replies, oldest first."""
        ...

    def add(self, mailbox: MailboxId, reply_id: ReplyId, sealed: bytes) -> bool:
        """Keep a reply; False if it is there already."""
        ...

    def delete(self, mailbox: MailboxId) -> None:
        """Delete a mailbox for good."""
        ...


class DirectoryStore(Protocol):
    """Signed directories and identities as they were given to us, unverified."""

    def version_tag(self) -> object:
        """Return a value that differs when anything here may."""
        ...

    def candidates(self) -> tuple[SignedDirectory, ...]:
        """Return what there is to choose from."""
        ...

    def identities(self) -> tuple[bytes, ...]:
        """Return the lists of identities, the preferred one first."""
        ...

    def save(self, directory: SignedDirectory) -> None:
        """Keep a directory durably, beside the operator's."""
        ...

    def save_identities(self, identities: bytes) -> None:
        """Keep a list durably, beside the operator's."""
        ...
