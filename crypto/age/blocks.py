"""Large equal blocks: read one ahead, written behind.

A payload's last chunk is sealed in another way than the others, and a file only
tells that it ends by giving nothing more: so one block is always read ahead.
Writing happens in a second thread, as soon as there is more than one block.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self

from crypto.age.files import Destination, Source, fill, write_all

_BUFFERS: Final = 3  # one being filled, one being written, one waiting


def read_blocks(
    source: Source, *, size_bytes: int
) -> Iterator[tuple[memoryview, bool]]:
    """Read all of a source.

    Args:
        source: At its start.
        size_bytes: Of each block but the last.

    Yields:
        A block and whether it is the last; only that one may be shorter, and it
        is empty only if the source is. It is overwritten after the next one.
    """
    present, ahead = (memoryview(bytearray(size_bytes)) for _ in range(2))
    length = fill(source, present)
    while length == size_bytes and (ahead_length := fill(source, ahead)):
        yield present, False
        present, ahead, length = ahead, present, ahead_length
    yield present[:length], True


class BlockWriter:
    """Collects bytes into blocks and writes these in order.

    A failed write is raised by a later call or on leaving the `with` block, which
    waits for all. What was advanced over is written even if the block fails, and
    nothing is written behind a gap.
    """

    def __init__(self, destination: Destination, *, size_bytes: int) -> None:
        """Prepare blocks of `size_bytes`; no thread is started yet."""
        self._destination = destination
        self._size_bytes = size_bytes
        self._buffer = memoryview(bytearray(size_bytes))
        self._at = 0
        self._executor: ThreadPoolExecutor | None = None
        self._writing: deque[tuple[Future[None], memoryview]] = deque()

    def __enter__(self) -> Self:
        """Start collecting."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Write the rest and wait for all of it."""
        if self._executor is None:
            write_all(self._destination, self._buffer[: self._at])
            return
        with self._executor:
            self._submit(self._executor)
        if kind is None:
            for future, _ in self._writing:
                future.result()

    def reserve(self, size_bytes: int) -> memoryview:
        """Return room for so many bytes, at most a block's; fill it, then advance."""
        if self._at + size_bytes > self._size_bytes:
            self._flush()
        return self._buffer[self._at : self._at + size_bytes]

    def advance(self, size_bytes: int) -> None:
        """Take over what was put into the reserved room."""
        self._at += size_bytes

    def _flush(self) -> None:
        self._executor = self._executor or ThreadPoolExecutor(max_workers=1)
        self._submit(self._executor)
        if len(self._writing) < _BUFFERS:
            self._buffer = memoryview(bytearray(self._size_bytes))
        else:
            future, self._buffer = self._writing.popleft()
            future.result()
        self._at = 0

    def _submit(self, executor: ThreadPoolExecutor) -> None:
        previous = self._writing[-1][0] if self._writing else None
        block = self._buffer[: self._at]
        future = executor.submit(self._write, previous, block)
        self._writing.append((future, self._buffer))

    def _write(self, previous: Future[None] | None, block: memoryview) -> None:
        if previous is not None:
            previous.result()  # done by now: there is one thread
        write_all(self._destination, block)
