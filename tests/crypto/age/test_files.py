"""What crypto.age.files and crypto.age.blocks promise, whatever the file is like."""

import io
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.age.blocks import BlockWriter, read_blocks
from crypto.age.files import Destination, fill, write_all


class FakeSlowSource:
    """A pipe: gives at most three bytes a call, and has no readinto."""

    def __init__(self, data: bytes) -> None:
        """Hold the bytes."""
        self.rest = io.BytesIO(data)

    def read(self, limit: int, /) -> bytes:
        """Give a little."""
        return self.rest.read(min(limit, 3))


class FakePausingSource:
    """A socket that does not block: has nothing now, and more later."""

    def read(self, _limit: int, /) -> bytes | None:
        """Give nothing yet."""
        return None


class FakeSlowDestination:
    """A raw file: takes at most three bytes a call."""

    def __init__(self) -> None:
        """Start empty."""
        self.data = b""
        self.threads: set[int] = set()

    def write(self, data: bytes | memoryview, /) -> int:
        """Take a little."""
        self.threads.add(threading.get_ident())
        self.data += data[:3]
        return min(3, len(data))


class FakeFullDisk:
    """Takes one block, refuses the second, and would take a third."""

    def __init__(self) -> None:
        """Start empty."""
        self.calls = 0
        self.data = b""

    def write(self, data: bytes | memoryview, /) -> None:
        """Take all, or fail.

        Raises:
            OSError: It is the second call.
        """
        self.calls += 1
        if self.calls == 2:
            raise OSError(28, "No space left on device")
        self.data += data


def both_kinds(data: bytes) -> Iterator[io.BytesIO | FakeSlowSource]:
    """A file, and a pipe with the same bytes."""
    yield io.BytesIO(data)
    yield FakeSlowSource(data)


@given(data=st.binary(max_size=60), size=st.integers(1, 20))
def test_blocks_are_all_of_the_source_and_the_last_is_known(
    data: bytes, size: int
) -> None:
    """Full ones, then one that may be shorter, and empty only if all is."""
    for source in both_kinds(data):
        blocks = [
            (bytes(block), is_last)
            for block, is_last in read_blocks(source, size_bytes=size)
        ]

        assert b"".join(block for block, _ in blocks) == data
        assert [is_last for _, is_last in blocks] == [False] * (len(blocks) - 1) + [
            True
        ]
        assert {len(block) for block, _ in blocks[:-1]} <= {size}
        assert blocks[-1][0] or not data


def test_a_pause_is_not_an_end() -> None:
    """Else a slow upload would be sealed half."""
    with pytest.raises(ValueError, match="block"):
        fill(FakePausingSource(), memoryview(bytearray(4)))


def test_what_one_write_leaves_another_takes() -> None:
    """Raw files may take a part only."""
    destination = FakeSlowDestination()

    write_all(destination, memoryview(b"eleven bytes"))

    assert destination.data == b"eleven bytes"


@given(pieces=st.lists(st.binary(max_size=5), max_size=30))
def test_written_blocks_stand_in_order(pieces: list[bytes]) -> None:
    """Though a second thread writes them."""
    destination = FakeSlowDestination()

    with BlockWriter(destination, size_bytes=7) as writer:
        for piece in pieces:
            writer.reserve(len(piece))[:] = piece
            writer.advance(len(piece))

    assert destination.data == b"".join(pieces)
    assert len(destination.threads) <= 1


def write_letters(
    destination: Destination, letters: bytes, *, error: Exception | None = None
) -> None:
    """Write blocks of one letter each, then fail if so wished.

    Raises:
        Exception: The one that was given.
    """
    with BlockWriter(destination, size_bytes=1) as writer:
        for letter in letters:
            writer.reserve(1)[0] = letter
            writer.advance(1)
        if error is not None:
            raise error


def test_nothing_is_written_behind_a_gap() -> None:
    """What a full disk holds is a beginning, never a beginning and an end."""
    disk = FakeFullDisk()

    with pytest.raises(OSError, match="space"):
        write_letters(disk, b"abcdefgh")

    assert disk.data == b"a"


def test_a_late_failure_is_raised_on_leaving() -> None:
    """No write is forgotten."""
    with pytest.raises(OSError, match="space"):
        write_letters(FakeFullDisk(), b"ab")


@pytest.mark.parametrize("letters", [b"a", b"abc"])
def test_what_came_before_an_error_is_written(letters: bytes) -> None:
    """And the error is the one that comes out."""
    destination = FakeSlowDestination()

    with pytest.raises(KeyError):
        write_letters(destination, letters, error=KeyError())

    assert destination.data == letters
