"""The few words with which the intake speaks to the disk.

Spec: docs/protocol.md §8.

Every file gets midnight (UTC+5) of its day as times, and is opened without
touching them again: a seized disk tells days, not hours.
"""

import os
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

from protocol.day import DAY_ZONE

FILE_MODE: Final = 0o600
DIRECTORY_MODE: Final = 0o700
_NANOSECONDS: Final = 10**9


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def stamp(descriptor: int, day: date) -> None:
    """Set both times of an open file to the first moment of `day`."""
    midnight = datetime.combine(day, time(), tzinfo=DAY_ZONE)
    moment = int(midnight.timestamp()) * _NANOSECONDS
    os.utime(descriptor, ns=(moment, moment))


def open_quietly(path: Path) -> int:
    """Open for reading and leave no access time.

    Returns:
        A descriptor.

    Raises:
        FileNotFoundError: There is no such file.
    """
    return os.open(path, os.O_RDONLY | os.O_NOATIME)


def start_write_back(descriptor: int, first_byte: int, end: int) -> None:
    """Set the disk to work on what was written, and do not wait.

    "Not needed in the cache" makes Linux write these pages out at once; they are
    ciphertext that nobody reads soon. The sync at the end then waits for little.
    """
    length = end - first_byte
    os.posix_fadvise(descriptor, first_byte, length, os.POSIX_FADV_DONTNEED)


def write_all(descriptor: int, data: bytes | bytearray | memoryview) -> None:
    """Write every byte, however many calls that takes."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
