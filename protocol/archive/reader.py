"""Read an archive strictly: one layout, or a typed error.

Spec: docs/protocol.md §1.1, §1.5.

Whoever wrote the archive is not to be trusted. Everything that a zip could
hide in (gaps, overlaps, comments, extra fields, a second size, a second name) is
refused. Opening reads the central directory, the local headers and the
descriptors, by seeking; no data, so a sealed attachment is not decrypted.

The caller MUST then

* compare `entries` with what its format names, in order;
* call `verify_padding` before it believes that nothing is hidden there.

CRCs are verified as data is read to its end. Errors of decryption below come out
as `UnreadableError` too.
"""

import io
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final, Protocol, cast

from crypto.errors import CryptoError
from protocol.archive.layout import (
    CENTRAL_BYTES,
    DESCRIPTOR_BYTES,
    END_BYTES,
    LOCAL_BYTES,
    MAX_NAME_BYTES,
    PADDING_NAME,
    Entry,
    descriptor,
    local_header,
    parse_central_directory,
    parse_end_record,
)
from protocol.errors import UnreadableError
from protocol.ladder import MAX_ARCHIVE_BYTES

_CHUNK_BYTES: Final = 1 << 18
_ZEROS: Final = bytes(_CHUNK_BYTES)


class Source(Protocol):
    """Where an archive is read from: a file, `BytesIO`, an `OpeningReader`."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move to a place."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Fill some of `buffer`; 0 at the end."""


class ArchiveReader:
    """An archive whose layout has been checked, entry by entry."""

    def __init__(self, source: Source, length_bytes: int) -> None:
        """Check the layout.

        Args:
            source: Untrusted, seekable; not closed here.
            length_bytes: Of the whole archive.

        Raises:
            UnreadableError: Any byte outside the entries' data is not as
                the layout wants it.
        """
        self._source = source
        self._entries = _read_layout(source, length_bytes)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries in order, `padding` among them."""
        return tuple(self._entries.values())

    def open(self, name: str) -> BinaryIO:
        """Open an entry's data.

        Args:
            name: One of `entries`.

        Returns:
            A seekable stream; reading it from start to end verifies the CRC and
            raises `UnreadableError` if it is wrong.
        """
        raw = _EntryData(self._source, self._entries[name])
        return cast("BinaryIO", io.BufferedReader(raw, _CHUNK_BYTES))

    def pieces(self, name: str) -> Iterator[memoryview]:
        """Read an entry once from start to end, in pieces of 256 KiB.

        Args:
            name: One of `entries`.

        Yields:
            Each piece; valid only until the next one.
        """
        data = _EntryData(self._source, self._entries[name])
        buffer = memoryview(bytearray(_CHUNK_BYTES))
        while count := data.readinto(buffer):
            yield buffer[:count]

    def read(self, name: str, *, limit_bytes: int) -> bytes:
        """Read a small entry whole and verify its CRC.

        Args:
            name: Of the entry.
            limit_bytes: The most that its format allows.

        Returns:
            The data.

        Raises:
            UnreadableError: There is no such entry, it is longer, or the CRC
                is wrong.
        """
        if name not in self._entries:
            raise UnreadableError("missing_entry")
        if self._entries[name].size > limit_bytes:
            raise UnreadableError("entry_too_large")
        return b"".join(map(bytes, self.pieces(name)))

    def verify_padding(self) -> None:
        """Check that `padding` is all zero, and its CRC.

        Raises:
            UnreadableError: There is no padding, or something hides in it.
        """
        if PADDING_NAME not in self._entries:
            raise UnreadableError("missing_entry")
        for piece in self.pieces(PADDING_NAME):
            if piece != _ZEROS[: len(piece)]:
                raise UnreadableError("padding_not_zero")


class _EntryData(io.RawIOBase):
    """An entry's data as a stream of its own."""

    def __init__(self, source: Source, entry: Entry) -> None:
        super().__init__()
        self._source = source
        self._entry = entry
        self._position = 0
        self._verified_bytes = 0
        self._crc = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {
            io.SEEK_SET: 0,
            io.SEEK_CUR: self._position,
            io.SEEK_END: self._entry.size,
        }[whence]
        if base + offset < 0:
            raise ValueError("a position before the start")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer has no length
        view = memoryview(buffer).cast("B")
        wanted = min(len(view), max(self._entry.size - self._position, 0))
        if wanted:
            start = self._entry.data_offset + self._position
            _read_exactly(self._source, start, view[:wanted])
        self._follow_crc(view[:wanted])
        self._position += wanted
        return wanted

    def _follow_crc(self, piece: memoryview) -> None:
        """Extend the CRC while reading goes on where it stood."""
        if self._position != self._verified_bytes:
            return
        self._crc = zlib.crc32(piece, self._crc)
        self._verified_bytes += len(piece)
        if self._verified_bytes == self._entry.size and self._crc != self._entry.crc:
            raise UnreadableError("wrong_crc")


def _read_layout(source: Source, length_bytes: int) -> dict[str, Entry]:
    # 1. The end record stands at the very end: no comment, nothing behind it.
    if not END_BYTES <= length_bytes <= MAX_ARCHIVE_BYTES:
        raise UnreadableError("wrong_length")
    end_offset = length_bytes - END_BYTES
    end = _read(source, end_offset, END_BYTES)
    count, directory_bytes, directory_offset = parse_end_record(end)
    # 2. The central directory stands right before it.
    if directory_offset + directory_bytes != end_offset:
        raise UnreadableError("wrong_end_record")
    #    Its length is bounded before it is read: it is only a claim.
    if directory_bytes > count * (CENTRAL_BYTES + MAX_NAME_BYTES):
        raise UnreadableError("wrong_central_directory")
    directory = _read(source, directory_offset, directory_bytes)
    entries = parse_central_directory(directory, count)
    # 3. Entries stand in order from offset 0, without gap or overlap.
    position = 0
    for entry in entries:
        if entry.offset != position:
            raise UnreadableError("not_contiguous")
        position = entry.end
    if position != directory_offset:
        raise UnreadableError("not_contiguous")
    # 4. Local header and descriptor say the same as the directory.
    for entry in entries:
        head = _read(source, entry.offset, LOCAL_BYTES + len(entry.name))
        if head != local_header(entry.name):
            raise UnreadableError("wrong_local_header")
        tail = _read(source, entry.end - DESCRIPTOR_BYTES, DESCRIPTOR_BYTES)
        if tail != descriptor(entry):
            raise UnreadableError("wrong_descriptor")
    return {entry.name: entry for entry in entries}


def _read(source: Source, offset: int, length_bytes: int) -> bytes:
    buffer = bytearray(length_bytes)
    _read_exactly(source, offset, memoryview(buffer))
    return bytes(buffer)


def _read_exactly(source: Source, offset: int, view: memoryview) -> None:
    """Fill `view` from `offset`; a short or a forged source is unreadable."""
    try:
        source.seek(offset)
        filled = 0
        while filled < len(view):
            count = source.readinto(view[filled:])
            if not count:
                raise UnreadableError("truncated")
            filled += count
    except CryptoError:
        raise UnreadableError("altered") from None
