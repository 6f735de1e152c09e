"""How much the intake may hold, and how it says that there is no more room.

Spec: docs/protocol.md §5, §8.

Counted is what has come, not what was announced: deposits that the console has not
acknowledged, uploads on their way, forms being sealed, and the names of deleted
mailboxes. So nobody fills the house by declaring sizes. A full disk is told in the same
words as a full quota.

Rules:
* Other processes fill the same house, so the database and the directories are
  looked at anew every few seconds; in between each process adds what it takes.
* Looking costs a few per cent of the time at most, however much there is.
"""

import errno
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import SQLITE_FULL
from sqlite3 import Error as SQLiteError
from typing import Final

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError

from intake.domain.errors import FullError
from intake.storage import tables
from protocol.ladder import REPORT_FLOOR_BYTES

SMALLEST_BYTES: Final = REPORT_FLOOR_BYTES + 32 * 1024
"""A report of text alone with the header of a large team: with less room than this
nothing should be begun."""

FILE_BYTES: Final = 4_096
"""What a file costs a disk, also an empty one: an upload that was only begun."""

TOMBSTONE_BYTES: Final = 64
"""What a deleted mailbox costs, for ever: anybody may delete any that nobody used."""

LOOK_SECONDS: Final = 1.0
LOOK_SHARE: Final = 50
"""A look that took long is repeated only after so many times as long."""

_FULL_DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class Room:
    """Knows how much is held, and refuses more than the quota."""

    def __init__(
        self,
        engine: Engine,
        directories: tuple[Path, ...],
        *,
        quota_bytes: int,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take where things are.

        Args:
            engine: Of the deposits.
            directories: Of files that are no deposits yet, on the disk that fills.
            quota_bytes: That may be held.
            now: Seconds that only grow.
        """
        self._engine = engine
        self._directories = directories
        self._quota_bytes = quota_bytes
        self._now = now
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._held_bytes = 0
        self._look_at = float("-inf")

    def check(self) -> None:
        """Refuse to begin anything if not even a text would fit.

        Raises:
            FullError: It would not, by the quota or on the disk.
        """
        self._look()
        left_bytes = self._quota_bytes - self._held_bytes
        # They are on one disk, so the first tells of all.
        if min(left_bytes, _free_bytes(self._directories[0])) < SMALLEST_BYTES:
            raise FullError("the server is full")

    def take(self, count_bytes: int) -> None:
        """Count bytes that are about to be written.

        Raises:
            FullError: They do not fit; they are not counted.
        """
        if self._held_bytes + count_bytes > self._quota_bytes:
            self._look()
        with self._lock:
            if self._held_bytes + count_bytes > self._quota_bytes:
                raise FullError("the server is full")
            self._held_bytes += count_bytes

    def freed(self) -> None:
        """Look anew at once: something was deleted."""
        self._look_at = float("-inf")

    def _look(self) -> None:
        if self._now() < self._look_at or not self._looking.acquire(blocking=False):
            return
        try:
            began = self._now()
            held_bytes = self._count()
            with self._lock:
                self._held_bytes = held_bytes
            took = self._now() - began
            self._look_at = began + max(LOOK_SECONDS, LOOK_SHARE * took)
        finally:
            self._looking.release()

    def _count(self) -> int:
        query = select(func.coalesce(func.sum(tables.deposits.c.size_bytes), 0))
        tombstones = select(func.count()).select_from(tables.deleted_mailboxes)
        with self._engine.connect() as connection:
            deposits_bytes = int(connection.scalar(query) or 0)
            deleted_bytes = int(connection.scalar(tombstones) or 0) * TOMBSTONE_BYTES
        files_bytes = sum(map(_size_of_files, self._directories))
        return deposits_bytes + deleted_bytes + files_bytes


@contextmanager
def full_disk_told() -> Iterator[None]:
    """Turn the disk's and the database's *no space left* into ours.

    Raises:
        FullError: There is no space left.
        OSError: Something else is wrong with the disk.
        DBAPIError: Something else is wrong with the database.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL_DISK:
            raise FullError("the disk is full") from None
        raise
    except DBAPIError as error:
        cause = error.orig
        if isinstance(cause, SQLiteError) and cause.sqlite_errorcode == SQLITE_FULL:
            raise FullError("the disk is full") from None
        raise


def _free_bytes(directory: Path) -> int:
    status = os.statvfs(directory)
    return status.f_bavail * status.f_frsize


def _size_of_files(directory: Path) -> int:
    total = 0
    with os.scandir(directory) as entries:
        for entry in entries:
            try:
                total += max(entry.stat().st_size, FILE_BYTES)
            except FileNotFoundError:
                # It has become a deposit, or was dropped, between the two calls.
                continue
    return total
