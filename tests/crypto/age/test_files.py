"""What crypto.age.files promises, whatever the file is like."""

import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.age.files import fill, read_chunks, write_all


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

    def write(self, data: bytes | memoryview, /) -> int:
        """Take a little."""
        self.data += data[:3]
        return min(3, len(data))


def both_kinds(data: bytes) -> Iterator[io.BytesIO | FakeSlowSource]:
    """A file, and a pipe with the same bytes."""
    yield io.BytesIO(data)
    yield FakeSlowSource(data)


@given(data=st.binary(max_size=60), size=st.integers(1, 20))
def test_chunks_are_all_of_the_source_and_the_last_is_known(
    data: bytes, size: int
) -> None:
    """Full ones, then one that may be shorter, and empty only if all is."""
    for source in both_kinds(data):
        chunks = [
            (bytes(chunk), is_last) for chunk, is_last in read_chunks(source, size)
        ]

        assert b"".join(chunk for chunk, _ in chunks) == data
        assert [is_last for _, is_last in chunks] == [False] * (len(chunks) - 1) + [
            True
        ]
        assert {len(chunk) for chunk, _ in chunks[:-1]} <= {size}
        assert chunks[-1][0] or not data


def test_a_pause_is_not_an_end() -> None:
    """Else a slow upload would be sealed half."""
    with pytest.raises(ValueError, match="block"):
        fill(FakePausingSource(), memoryview(bytearray(4)))


def test_what_one_write_leaves_another_takes() -> None:
    """Raw files may take a part only."""
    destination = FakeSlowDestination()

    write_all(destination, memoryview(b"eleven bytes"))

    assert destination.data == b"eleven bytes"
