"""The archive and the ladder: docs/protocol.md §1.1, §1.2, with the standard's zip."""

import io
import re
import struct
import zipfile
import zlib

from tests.independent_reader.refusal import RefusedError

_MOST_BYTES = 2**31
_END_BYTES = 22
_PART = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"
_NAME = re.compile(rf"{_PART}(/{_PART})*", re.ASCII)


def is_rung(length: int, *, floor: int) -> bool:
    """Whether an archive may be so long."""
    octave = max(length, floor).bit_length() - 1
    return floor <= length <= _MOST_BYTES and length % 2 ** (octave - 2) == 0


class Archive:
    """An archive of the one shape; all of it is checked but the data."""

    def __init__(self, data: bytes) -> None:
        """Check the layout byte for byte."""
        self._data = data
        self._ranges = _layout(data)
        self.names = list(self._ranges)

    def read(self, name: str, *, limit_bytes: int = _MOST_BYTES) -> bytes:
        """Read an entry and verify its CRC."""
        if name not in self._ranges:
            raise RefusedError("missing_entry")
        begin, size, crc = self._ranges[name]
        if size > limit_bytes:
            raise RefusedError("entry_too_large")
        content = self._data[begin : begin + size]
        if zlib.crc32(content) != crc:
            raise RefusedError("wrong_crc")
        return content

    def size(self, name: str) -> int:
        """Say how long an entry is."""
        return self._ranges[name][1]

    def require_zero_padding(self) -> None:
        """Read `padding`; it must be all zero."""
        if self.read("padding").strip(b"\0"):
            raise RefusedError("padding_not_zero")

    def agrees_with_stock_zip(self) -> bool:
        """Say whether Python's own `zipfile` reads the same out of it."""
        with zipfile.ZipFile(io.BytesIO(self._data)) as stock:
            same = stock.namelist() == self.names
            return same and all(
                stock.read(name) == self.read(name) for name in self.names
            )


def _layout(data: bytes) -> dict[str, tuple[int, int, int]]:
    if not _END_BYTES <= len(data) <= _MOST_BYTES:
        raise RefusedError("wrong_length")
    end = len(data) - _END_BYTES
    count, directory_bytes, directory = struct.unpack("<HII", data[end + 10 : end + 20])
    expected = struct.pack(
        "<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, directory_bytes, directory, 0
    )
    if data[end:] != expected:
        raise RefusedError("wrong_end_record")
    if not 1 <= count <= 1_000:
        raise RefusedError("wrong_entry_count")
    if directory + directory_bytes != end:
        raise RefusedError("wrong_end_record")
    ranges = _ranges(_central_directory(data[directory:end], count), directory)
    for name, (begin, size, crc) in ranges.items():
        start = begin - 30 - len(name)
        if data[start:begin] != _local_header(name):
            raise RefusedError("wrong_local_header")
        descriptor = struct.pack("<4sIII", b"PK\x07\x08", crc, size, size)
        if data[begin + size : begin + size + 16] != descriptor:
            raise RefusedError("wrong_descriptor")
    return ranges


def _ranges(
    entries: dict[str, tuple[int, int, int]], directory: int
) -> dict[str, tuple[int, int, int]]:
    position, ranges = 0, {}
    for name, (offset, size, crc) in entries.items():
        if offset != position:
            raise RefusedError("not_contiguous")
        begin = offset + 30 + len(name)
        position = begin + size + 16
        ranges[name] = (begin, size, crc)
    if position != directory:
        raise RefusedError("not_contiguous")
    return ranges


def _central_directory(data: bytes, count: int) -> dict[str, tuple[int, int, int]]:
    entries: dict[str, tuple[int, int, int]] = {}
    at = 0
    for _ in range(count):
        if len(data) - at < 46:
            raise RefusedError("wrong_central_directory")
        crc, size, _, name_bytes = struct.unpack("<IIIH", data[at + 16 : at + 30])
        (offset,) = struct.unpack("<I", data[at + 42 : at + 46])
        raw = data[at + 46 : at + 46 + name_bytes]
        name = raw.decode("latin-1")
        if len(name) > 100 or not _NAME.fullmatch(name):
            raise RefusedError("wrong_name")
        record = _central_header(name, crc, size, offset)
        if data[at : at + len(record)] != record:
            raise RefusedError("wrong_central_header")
        if name in entries:
            raise RefusedError("duplicate_name")
        entries[name] = (offset, size, crc)
        at += len(record)
    if at != len(data):
        raise RefusedError("wrong_central_directory")
    return entries


def _local_header(name: str) -> bytes:
    fixed = (20, 0x0808, 0, 0, 0x0021, 0, 0, 0, len(name), 0)
    return struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", *fixed) + name.encode()


def _central_header(name: str, crc: int, size: int, offset: int) -> bytes:
    fixed = (20, 20, 0x0808, 0, 0, 0x0021, crc, size, size, len(name))
    tail = (0, 0, 0, 0, 0, offset)
    record = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", *fixed, *tail)
    return record + name.encode()
