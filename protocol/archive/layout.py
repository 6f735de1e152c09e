"""The archive's bytes: each record of the one shape that an entry may have.

Spec: docs/protocol.md §1.1.

A record is built in one place and compared as a whole: the reader rebuilds
from the few free fields what the bytes must be, so that no field of any
header, however unimportant it looks, can differ unnoticed.

Not done here: which entries a format has, and reading or writing their data.
"""

import re
import struct
from dataclasses import dataclass
from typing import Final

from protocol.errors import UnreadableError

VERSION: Final = 20
FLAGS: Final = 0x0808
"""Bit 3: sizes follow the data; bit 11: names are UTF-8."""

STORED: Final = 0
TIME: Final = 0
DATE: Final = 0x0021
"""1980-01-01, the first day that a zip can name."""

MAX_ENTRIES: Final = 1_000
MAX_NAME_BYTES: Final = 100
PADDING_NAME: Final = "padding"

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_DESCRIPTOR = struct.Struct("<4s3I")
_END = struct.Struct("<4s4H2IH")

LOCAL_BYTES: Final = _LOCAL.size
CENTRAL_BYTES: Final = _CENTRAL.size
DESCRIPTOR_BYTES: Final = _DESCRIPTOR.size
END_BYTES: Final = _END.size

_NAME = re.compile(
    r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", re.ASCII
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry, as the central directory tells it."""

    name: str
    """Path of plain ASCII letters, digits, `.`, `_`, `-`; no part starts with a dot."""

    offset: int
    """Of the local header, from the archive's start, in bytes."""

    size: int
    """Of the data in bytes; it is stored, so there is no other size."""

    crc: int
    """CRC-32 of the data, as claimed."""

    @property
    def data_offset(self) -> int:
        """Where the data starts."""
        return self.offset + LOCAL_BYTES + len(self.name)

    @property
    def end(self) -> int:
        """Where the data descriptor ends, and the next entry starts."""
        return self.data_offset + self.size + DESCRIPTOR_BYTES


def is_name(name: str) -> bool:
    """Say whether an entry may have this name."""
    return len(name) <= MAX_NAME_BYTES and _NAME.fullmatch(name) is not None


def local_header(name: str) -> bytes:
    """Build a local header: everything but the name is fixed."""
    fixed = (VERSION, FLAGS, STORED, TIME, DATE, 0, 0, 0)
    return _LOCAL.pack(b"PK\x03\x04", *fixed, len(name), 0) + name.encode("ascii")


def descriptor(entry: Entry) -> bytes:
    """Build the data descriptor."""
    return _DESCRIPTOR.pack(b"PK\x07\x08", entry.crc, entry.size, entry.size)


def central_header(entry: Entry) -> bytes:
    """Build a header of the central directory."""
    fixed = (VERSION, VERSION, FLAGS, STORED, TIME, DATE)
    sizes = (entry.crc, entry.size, entry.size, len(entry.name))
    # no extra field, no comment, disk 0, no attributes
    tail = (0, 0, 0, 0, 0, entry.offset)
    record = _CENTRAL.pack(b"PK\x01\x02", *fixed, *sizes, *tail)
    return record + entry.name.encode("ascii")


def end_record(count: int, directory_bytes: int, directory_offset: int) -> bytes:
    """Build the end record."""
    disks = (0, 0, count, count)
    return _END.pack(b"PK\x05\x06", *disks, directory_bytes, directory_offset, 0)


def parse_end_record(untrusted: bytes) -> tuple[int, int, int]:
    """Read the archive's last 22 bytes.

    Args:
        untrusted: 22 bytes.

    Returns:
        Number of entries, length and offset of the central directory.

    Raises:
        UnreadableError: Any fixed field differs, or there are too many entries.
    """
    _, _, _, _, count, length, offset, _ = _END.unpack(untrusted)
    if untrusted != end_record(count, length, offset):
        raise UnreadableError("wrong_end_record")
    if not 1 <= count <= MAX_ENTRIES:
        raise UnreadableError("wrong_entry_count")
    return count, length, offset


def parse_central_directory(untrusted: bytes, count: int) -> tuple[Entry, ...]:
    """Read the central directory, which must hold `count` entries and no more.

    Args:
        untrusted: The directory without the end record.
        count: From the end record.

    Returns:
        The entries in their order; offsets and sizes are still claims.

    Raises:
        UnreadableError: Any fixed field differs, a name is not plain or
            appears twice, or bytes are missing or left over.
    """
    entries: dict[str, Entry] = {}
    position = 0
    for _ in range(count):
        entry, position = _parse_central_header(untrusted, position)
        if entry.name in entries:
            raise UnreadableError("duplicate_name")
        entries[entry.name] = entry
    if position != len(untrusted):
        raise UnreadableError("wrong_central_directory")
    return tuple(entries.values())


def _parse_central_header(untrusted: bytes, position: int) -> tuple[Entry, int]:
    fixed = untrusted[position : position + CENTRAL_BYTES]
    if len(fixed) != CENTRAL_BYTES:
        raise UnreadableError("wrong_central_directory")
    fields = _CENTRAL.unpack(fixed)
    crc, size, name_bytes, offset = fields[7], fields[9], fields[10], fields[16]
    end = position + CENTRAL_BYTES + name_bytes
    name = untrusted[position + CENTRAL_BYTES : end].decode("latin-1")
    if not is_name(name):
        raise UnreadableError("wrong_name")
    entry = Entry(name=name, offset=offset, size=size, crc=crc)
    if untrusted[position:end] != central_header(entry):
        raise UnreadableError("wrong_central_header")
    return entry, end
