"""Write an archive as its data comes, and fill it up to a rung.

Spec: docs/protocol.md §1.1, §1.2.

Nothing is held back but the central directory: what is written goes on at once,
so memory does not grow with the data.

Rules:
* Only `finish` makes an archive of it. What breaks off before has no central
  directory and is refused by every reader.
* Wrong call order is a `ValueError`; too much data is `TooLargeError`.
"""

import zlib
from collections.abc import Iterator
from typing import Final, Protocol

from crypto.entropy import Entropy
from protocol.archive.layout import (
    CENTRAL_BYTES,
    DESCRIPTOR_BYTES,
    END_BYTES,
    LOCAL_BYTES,
    MAX_ENTRIES,
    PADDING_NAME,
    Entry,
    central_header,
    descriptor,
    end_record,
    is_name,
    local_header,
)
from protocol.errors import TooLargeError
from protocol.ladder import MAX_ARCHIVE_BYTES, ladder

_FILL_CHUNK_BYTES: Final = 65_536
_PADDING_ENTRY_BYTES: Final = (
    LOCAL_BYTES + DESCRIPTOR_BYTES + CENTRAL_BYTES + 2 * len(PADDING_NAME)
)


class Destination(Protocol):
    """Where the archive goes, such as a file or a `SealingWriter`."""

    def write(self, data: bytes | bytearray | memoryview, /) -> object:
        """Take all of `data`."""


class Filler(Protocol):
    """What padding is made of."""

    def __call__(self, length_bytes: int, /) -> Iterator[bytes]:
        """Give pieces of `length_bytes` together."""


def zeros(length_bytes: int, /) -> Iterator[bytes]:
    """Fill with zero bytes: the padding of everything that is sealed."""
    block = bytes(min(length_bytes, _FILL_CHUNK_BYTES))
    for _ in range(length_bytes // _FILL_CHUNK_BYTES):
        yield block
    yield block[: length_bytes % _FILL_CHUNK_BYTES]


def random_filler(entropy: Entropy) -> Filler:
    """Fill with random bytes: the padding of what travels unsealed."""

    def fill(length_bytes: int, /) -> Iterator[bytes]:
        for _ in range(length_bytes // _FILL_CHUNK_BYTES):
            yield entropy(_FILL_CHUNK_BYTES)
        yield entropy(length_bytes % _FILL_CHUNK_BYTES)

    return fill


class ArchiveWriter:
    """Writes entry after entry, then padding and the directory."""

    def __init__(
        self, destination: Destination, *, limit_bytes: int = MAX_ARCHIVE_BYTES
    ) -> None:
        """Start an empty archive.

        Args:
            destination: Takes all bytes in order; not closed here.
            limit_bytes: Length that the padded archive must not exceed.
        """
        self._destination = destination
        self._limit_bytes = limit_bytes
        self._entries: list[Entry] = []
        self._names: set[str] = set()
        self._directory_bytes = 0
        self._offset = 0
        self._open_name: str | None = None
        self._size = 0
        self._crc = 0
        self._finished = False

    @property
    def length_bytes(self) -> int:
        """What has been written so far."""
        return self._offset

    @property
    def entry_bytes(self) -> int:
        """Data of the entry that is open, or of the last one."""
        return self._size

    def begin(self, name: str) -> None:
        """Open an entry.

        Args:
            name: Plain ASCII path, not used before.

        Raises:
            ValueError: The name cannot be used, or an entry is still open.
            TooLargeError: The archive has its 1,000 entries.
        """
        is_new = is_name(name) and name not in self._names
        if self._open_name is not None or self._finished or not is_new:
            raise ValueError("an entry cannot begin here, or not by this name")
        if len(self._entries) >= MAX_ENTRIES:
            raise TooLargeError("too many entries")
        self._put(local_header(name))
        self._names.add(name)
        self._open_name, self._size, self._crc = name, 0, 0

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Add data to the open entry.

        Args:
            data: Any amount; passed on at once, not kept.

        Returns:
            How many bytes were taken: all.

        Raises:
            ValueError: No entry is open.
            TooLargeError: The archive would be longer than its limit.
        """
        if self._open_name is None:
            raise ValueError("no entry is open")
        count = len(data)
        if self._offset + count > self._limit_bytes:
            raise TooLargeError("longer than an archive may be")
        self._crc = zlib.crc32(data, self._crc)
        self._size += count
        self._put(data)
        return count

    def end(self) -> Entry:
        """Close the open entry.

        Returns:
            Its place, size and CRC-32.

        Raises:
            ValueError: No entry is open.
        """
        if self._open_name is None:
            raise ValueError("no entry is open")
        offset = self._offset - self._size - LOCAL_BYTES - len(self._open_name)
        entry = Entry(
            name=self._open_name, offset=offset, size=self._size, crc=self._crc
        )
        self._put(descriptor(entry))
        self._entries.append(entry)
        self._directory_bytes += CENTRAL_BYTES + len(entry.name)
        self._open_name = None
        return entry

    def add(self, name: str, data: bytes) -> Entry:
        """Write a whole entry."""
        self.begin(name)
        self.write(data)
        return self.end()

    def finish(self, *, floor_bytes: int, filler: Filler = zeros) -> None:
        """Write the padding entry and the directory: now it is an archive.

        Args:
            floor_bytes: The format's lowest rung.
            filler: What the padding is made of.

        Raises:
            ValueError: An entry is open, or the archive is finished.
            TooLargeError: The rung lies above the limit. Nothing was written.
        """
        if self._open_name is not None or self._finished:
            raise ValueError("an entry is open, or the archive is finished")
        bare = self._offset + _PADDING_ENTRY_BYTES + self._directory_bytes + END_BYTES
        rung = ladder(bare, floor_bytes=floor_bytes)
        if rung > self._limit_bytes:
            raise TooLargeError("longer than an archive may be")
        self.begin(PADDING_NAME)
        for piece in filler(rung - bare):
            self.write(piece)
        self.end()
        self._put_directory()
        self._finished = True

    def _put_directory(self) -> None:
        directory = b"".join(map(central_header, self._entries))
        end = end_record(len(self._entries), len(directory), self._offset)
        self._put(directory + end)

    def _put(self, data: bytes | bytearray | memoryview) -> None:
        self._destination.write(data)
        self._offset += len(data)
