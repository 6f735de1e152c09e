"""Sealed files in a directory.

Spec: docs/protocol.md §5, §8.

    DATA/deposits/ID   complete, durable, named in a row
    DATA/uploads/ID    on its way: by tus, locked while it is written and named in a
                       row; or from a form, without a row and never continued
    DATA/lock          held (shared) by everyone who serves this directory

Both ways share one directory, so that its time does not tell which was the last.

A file moves to `deposits` before its row is written, so a kill between the two
leaves an orphan there; nobody was told *received* for it. `clean` removes
orphans, and only while nobody else serves the directory.
"""

import fcntl
import hashlib
import os
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from intake.domain.errors import (
    DepositNotFoundError,
    UploadLockedError,
    UploadNotFoundError,
)
from intake.storage.disk import (
    DIRECTORY_MODE,
    FILE_MODE,
    open_quietly,
    stamp,
    start_write_back,
    sync_directory,
    write_all,
)
from intake.storage.room import full_disk_told
from intake.storage.running_digests import RunningDigests

_NEW: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL
_LOCK_NAME: Final = "lock"

_GATHERED_BYTES: Final = 128 * 1024
"""The beginning is gathered, so that a report of text alone is written, and hashed,
in one go: each call lets another thread in, and has to wait for its turn again."""

_WRITE_BACK_BYTES: Final = 8 * 2**20
"""Every so often the disk is set to work, so that the last sync waits for little."""

_PIECE_WRITE_BACK_BYTES: Final = 2**20
"""The same within a piece of an upload, which is synced at its end."""


class SealingFile:
    """A file that a form is being sealed into; hashed while it grows.

    Leave the context without `keep` and nothing stays on the disk.
    """

    def __init__(self, path: Path, take: Callable[[int], None]) -> None:
        """Make the file.

        Args:
            path: Where it must not exist yet.
            take: Counts bytes before they are written; may refuse them.
        """
        self._path = path
        self._take = take
        self._descriptor = os.open(path, _NEW, FILE_MODE)
        self._digest = hashlib.sha256()
        self._unwritten = bytearray()
        self._started_bytes = 0
        self.size_bytes = 0

    def __enter__(self) -> Self:
        """Return the file itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close, and remove what was not kept."""
        self.discard()

    def write(self, data: bytes | memoryview) -> int:
        """Append ciphertext.

        Returns:
            The number of bytes: all.

        Raises:
            FullError: There is no room.
        """
        size_bytes = len(data)
        self._take(size_bytes)
        self.size_bytes += size_bytes
        if self.size_bytes <= _GATHERED_BYTES:
            self._unwritten += data
            return size_bytes
        self._write_out()
        self._digest.update(data)
        with full_disk_told():
            write_all(self._descriptor, data)
        if self.size_bytes - self._started_bytes >= _WRITE_BACK_BYTES:
            self._start_write_back()
        return size_bytes

    def sha256(self) -> bytes:
        """Return the digest of everything so far: 32 bytes."""
        self._write_out()
        return self._digest.digest()

    def sync(self, day: date) -> None:
        """Stamp with the day, and wait until the bytes are durable."""
        self._write_out()
        with full_disk_told():
            stamp(self._descriptor, day)
            os.fsync(self._descriptor)

    def move_to(self, path: Path) -> None:
        """Give the file its last name; it is no longer ours to remove."""
        self._path.rename(path)
        os.close(self._descriptor)
        self._descriptor = -1

    def _write_out(self) -> None:
        if self._unwritten:
            self._digest.update(self._unwritten)
            with full_disk_told():
                write_all(self._descriptor, self._unwritten)
            self._unwritten = bytearray()

    def _start_write_back(self) -> None:
        start_write_back(self._descriptor, self._started_bytes, self.size_bytes)
        self._started_bytes = self.size_bytes

    def discard(self) -> None:
        """Remove the file; after `move_to` this does nothing."""
        if self._descriptor < 0:
            return
        os.close(self._descriptor)
        self._descriptor = -1
        self._path.unlink(missing_ok=True)


class GrowingFile:
    """An upload's file, held under its lock."""

    def __init__(
        self, path: Path, take: Callable[[int], None], digests: RunningDigests
    ) -> None:
        """Lock a file.

        Args:
            path: Where it lies.
            take: Counts bytes before they are written; may refuse them.
            digests: Of this process.

        Raises:
            UploadNotFoundError: It is not there, or went while we waited.
            UploadLockedError: Another request, in any process, holds it.
        """
        self.path = path
        self._take = take
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_NOATIME)
        except FileNotFoundError:
            raise UploadNotFoundError("no such upload") from None
        try:
            self._lock()
        except BaseException:
            os.close(self._descriptor)
            raise
        self._digests = digests
        self._started_bytes = self.size_bytes
        self._running = digests.take(path.name, self.size_bytes)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UploadLockedError("another request is writing") from None
        # Between open and lock the holder may have finished or dropped it.
        if os.fstat(self._descriptor).st_nlink == 0 or not self.path.exists():
            raise UploadNotFoundError("no such upload")

    def __enter__(self) -> Self:
        """Return the file itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close, which also gives the lock back."""
        if self._running is not None and error is None:
            self._digests.put(self.path.name, self._running)
        os.close(self._descriptor)

    @property
    def size_bytes(self) -> int:
        """What is there so far."""
        return os.fstat(self._descriptor).st_size

    def append(self, data: bytes | memoryview) -> None:
        """Write at the end.

        Raises:
            FullError: There is no room; some of it may have been written.
        """
        self._take(len(data))
        running, self._running = self._running, None
        with full_disk_told():
            write_all(self._descriptor, data)
        size_bytes = self.size_bytes
        if size_bytes - self._started_bytes >= _PIECE_WRITE_BACK_BYTES:
            start_write_back(self._descriptor, self._started_bytes, size_bytes)
            self._started_bytes = size_bytes
        if running is not None:
            running.update(data)
            self._running = running

    def head(self, length_bytes: int) -> bytes:
        """Return the first bytes, as many as there are."""
        return os.pread(self._descriptor, length_bytes, 0)

    def sha256(self) -> bytes:
        """Return the digest of the whole file: 32 bytes; read it if need be."""
        if self._running is not None and self._running.size_bytes == self.size_bytes:
            return self._running.digest()
        with open(self._descriptor, "rb", buffering=0, closefd=False) as file:
            file.seek(0)
            return hashlib.file_digest(file, "sha256").digest()

    def sync(self, day: date) -> None:
        """Stamp with the day, and wait until the bytes are durable."""
        with full_disk_told():
            stamp(self._descriptor, day)
            os.fsync(self._descriptor)


class SealedFiles:
    """The directory of sealed files."""

    def __init__(self, root: Path) -> None:
        """Name the directory; `prepare` makes it."""
        self.root = root
        self.deposits = root / "deposits"
        self.uploads = root / "uploads"
        self._digests = RunningDigests()
        self._lock_descriptor = -1

    def prepare(self) -> None:
        """Make what is missing, and hold the directory as one who serves it."""
        for directory in (self.root, self.deposits, self.uploads):
            directory.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
        if self._lock_descriptor < 0:
            self._lock_descriptor = os.open(
                self.root / _LOCK_NAME, os.O_RDWR | os.O_CREAT, FILE_MODE
            )
        fcntl.flock(self._lock_descriptor, fcntl.LOCK_SH)

    def clean(self, *, deposits: Collection[str], uploads: Collection[str]) -> bool:
        """Remove files that no row names; call before serving.

        Args:
            deposits: Ids in rows.
            uploads: Ids of unfinished uploads in rows.

        Returns:
            False if somebody else serves the directory: nothing was removed.
        """
        try:
            fcntl.flock(self._lock_descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # A conversion that fails may have cost us the lock we had.
            fcntl.flock(self._lock_descriptor, fcntl.LOCK_SH)
            return False
        for directory, known in (
            (self.deposits, deposits),
            (self.uploads, uploads),
        ):
            for path in directory.iterdir():
                if path.name not in known:
                    path.unlink(missing_ok=True)
            sync_directory(directory)
        fcntl.flock(self._lock_descriptor, fcntl.LOCK_SH)
        return True

    def release(self) -> None:
        """Let go of the directory; nothing may be served afterwards."""
        if self._lock_descriptor >= 0:
            os.close(self._lock_descriptor)
            self._lock_descriptor = -1

    def create_upload(self, name: str, day: date) -> None:
        """Make an empty upload and wait until its name is durable."""
        descriptor = os.open(self.uploads / name, _NEW, FILE_MODE)
        try:
            stamp(descriptor, day)
        finally:
            os.close(descriptor)

    def hold_upload(self, name: str, take: Callable[[int], None]) -> GrowingFile:
        """Open an upload's file under its lock.

        Args:
            name: Of the upload.
            take: Counts bytes before they are written; may refuse them.

        Returns:
            The file.

        Raises:
            UploadNotFoundError: It is not there.
            UploadLockedError: Another request, in any process, holds it.
        """
        return GrowingFile(self.uploads / name, take, self._digests)

    def open_deposit(self, name: str) -> BinaryIO:
        """Open a deposit for reading.

        Returns:
            Its bytes.

        Raises:
            DepositNotFoundError: It is not there.
        """
        try:
            descriptor = open_quietly(self.deposits / name)
        except FileNotFoundError:
            raise DepositNotFoundError("no such deposit") from None
        return os.fdopen(descriptor, "rb")

    def remove_deposits(self, names: Collection[str]) -> None:
        """Remove deposits and wait until that is durable."""
        for name in names:
            (self.deposits / name).unlink(missing_ok=True)
        if names:
            sync_directory(self.deposits)

    def remove_upload(self, name: str) -> None:
        """Remove an upload's file."""
        with suppress(FileNotFoundError):
            (self.uploads / name).unlink()
