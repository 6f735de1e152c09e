"""Write zip files that may be wrong in any field, for the strict reader to refuse.

This shares nothing with `protocol.archive`, so that a mistake there is not
repeated here.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class RawEntry:
    """An entry, true unless a field says otherwise."""

    name: bytes
    data: bytes = b""
    local: dict[str, int] = field(default_factory=dict)
    central: dict[str, int] = field(default_factory=dict)
    described: dict[str, int] = field(default_factory=dict)
    local_name: bytes | None = None
    local_extra: bytes = b""
    central_extra: bytes = b""
    comment: bytes = b""
    gap: bytes = b""
    """Bytes before the local header that belong to no entry."""


@dataclass(slots=True, kw_only=True)
class RawZip:
    """A whole zip file."""

    entries: Sequence[RawEntry]
    end: dict[str, int] = field(default_factory=dict)
    comment: bytes = b""
    directory_order: Sequence[int] | None = None
    before_directory: bytes = b""
    """Bytes between the last entry and the directory."""

    between: bytes = b""
    """Bytes between the directory and the end record."""

    def build(self) -> bytes:
        """Lay out all bytes."""
        body = bytearray()
        central = []
        for entry in self.entries:
            body += entry.gap
            offset = len(body)
            body += _local(entry) + entry.data + _descriptor(entry)
            central.append(_central(entry, offset))
        body += self.before_directory
        order = self.directory_order or range(len(central))
        directory = b"".join(central[index] for index in order)
        return bytes(body) + directory + self.between + self._end(directory, len(body))

    def _end(self, directory: bytes, offset: int) -> bytes:
        fields = {
            "disk": 0,
            "directory_disk": 0,
            "disk_count": len(self.entries),
            "count": len(self.entries),
            "length": len(directory),
            "offset": offset,
            "comment_length": len(self.comment),
        }
        values = (fields | self.end).values()
        return b"PK\x05\x06" + struct.pack("<4H2IH", *values) + self.comment


def padded(entries: Sequence[RawEntry], rung: int, padding: RawEntry) -> bytes:
    """Build entries and a padding entry that fills up to a rung with zeros."""
    bare = len(RawZip(entries=[*entries, padding]).build())
    padding.data += bytes(rung - bare)
    return RawZip(entries=[*entries, padding]).build()


def _common() -> dict[str, int]:
    return {
        "version": 20,
        "flags": 0x0808,
        "method": 0,
        "time": 0,
        "date": 0x21,
    }


def _local(entry: RawEntry) -> bytes:
    name = entry.name if entry.local_name is None else entry.local_name
    sizes = {"crc": 0, "compressed": 0, "size": 0}
    lengths = {"name": len(name), "extra": len(entry.local_extra)}
    fields = _common() | sizes | lengths | entry.local
    head = b"PK\x03\x04" + struct.pack("<5H3I2H", *fields.values())
    return head + name + entry.local_extra


def _descriptor(entry: RawEntry) -> bytes:
    fields = _sizes(entry) | entry.described
    return b"PK\x07\x08" + struct.pack("<3I", *fields.values())


def _central(entry: RawEntry, offset: int) -> bytes:
    lengths = {
        "name": len(entry.name),
        "extra": len(entry.central_extra),
        "comment": len(entry.comment),
    }
    tail = {"disk": 0, "internal": 0, "external": 0, "offset": offset}
    fields = {"made_by": 20} | _common() | _sizes(entry) | lengths | tail
    values = (fields | entry.central).values()
    head = b"PK\x01\x02" + struct.pack("<6H3I5H2I", *values)
    return head + entry.name + entry.central_extra + entry.comment


def _sizes(entry: RawEntry) -> dict[str, int]:
    size = len(entry.data)
    return {"crc": zlib.crc32(entry.data), "compressed": size, "size": size}
