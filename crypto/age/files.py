"""What this package needs of a file: very little, so that much will do.

A source gives bytes and then none; a destination takes them. Neither need be
seekable, and both must block. Not done here: opening and closing them.
"""

from collections.abc import Iterator
from typing import Protocol


class Source(Protocol):
    """What is read: any binary file that blocks."""

    def read(self, limit: int, /) -> bytes | None:
        """Read at most `limit` bytes; none at the end."""


class LineSource(Protocol):
    """What a header is read from: any buffered binary file."""

    def readline(self, limit: int, /) -> bytes:
        """Read up to `limit` bytes, ending with a line feed if there is one."""


class Destination(Protocol):
    """What is written: any binary file that blocks."""

    def write(self, data: bytes | memoryview, /) -> object:
        """Write `data` and keep no reference to it.

        An integer says how much was written; anything else means all.
        """


def fill(source: Source, target: memoryview) -> int:
    """Read until the target is full or the source ends.

    Args:
        source: May give less than it is asked for, as pipes do.
        target: Where to put the bytes.

    Returns:
        How many bytes there were.

    Raises:
        ValueError: The source does not block: its pauses would look like its end.
    """
    at = 0
    while at < len(target):
        with target[at:] as rest:
            count = _read_into(source, rest)
        if count is None:
            raise ValueError("the source must block")
        if not count:
            break
        at += count
    return at


def read_chunks(source: Source, size_bytes: int) -> Iterator[tuple[memoryview, bool]]:
    """Read all of a source in equal chunks, one ahead.

    A payload's last chunk is sealed in another way than the others, and a file only
    tells that it ends by giving nothing more.

    Args:
        source: At its start.
        size_bytes: Of each chunk but the last.

    Yields:
        A chunk and whether it is the last; only that one may be shorter, and it
        is empty only if the source is. It is overwritten after the next one.
    """
    present, ahead = (memoryview(bytearray(size_bytes)) for _ in range(2))
    length = fill(source, present)
    while length == size_bytes and (ahead_length := fill(source, ahead)):
        yield present, False
        present, ahead, length = ahead, present, ahead_length
    yield present[:length], True


def write_all(destination: Destination, data: memoryview) -> None:
    """Write all of `data`, also where one call takes only a part."""
    while len(data):
        count = destination.write(data)
        data = data[count:] if isinstance(count, int) else data[:0]


def _read_into(source: Source, target: memoryview) -> int | None:
    readinto = getattr(source, "readinto", None)
    if readinto is not None:  # spares a copy
        count: int | None = readinto(target)
        return count
    data = source.read(len(target))
    if data is None:
        return None
    target[: len(data)] = data
    return len(data)
