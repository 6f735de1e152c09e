"""Two parts read as one file: bytes in memory, then a file on disk."""

import io
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class JoinedFile(io.RawIOBase):
    """A seekable stream of `head` followed by `tail`; closing it closes `tail`."""

    def __init__(self, head: bytes, tail: BinaryIO) -> None:
        """Join the parts.

        Args:
            head: Small, in memory.
            tail: Seekable; nobody else may move it meanwhile.
        """
        super().__init__()
        self._head = head
        self._tail = tail
        self._length_bytes = len(head) + tail.seek(0, io.SEEK_END)
        self._position = 0

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def tell(self) -> int:
        """Give the position, from the start of `head`."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move; a position behind the end reads nothing.

        Args:
            offset: In bytes.
            whence: From the start, the position or the end.

        Returns:
            The new position.

        Raises:
            ValueError: Before the start.
        """
        base = {
            io.SEEK_SET: 0,
            io.SEEK_CUR: self._position,
            io.SEEK_END: self._length_bytes,
        }[whence]
        if base + offset < 0:
            raise ValueError("before the start")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Read from one part; the next call goes on in the other."""
        view = memoryview(buffer).cast("B")
        inside_head = self._head[self._position : self._position + len(view)]
        if inside_head:
            view[: len(inside_head)] = inside_head
            self._position += len(inside_head)
            return len(inside_head)
        self._tail.seek(self._position - len(self._head))
        chunk = self._tail.read(len(view))
        view[: len(chunk)] = chunk
        self._position += len(chunk)
        return len(chunk)

    def close(self) -> None:
        """Close the file on disk too."""
        if not self.closed:
            self._tail.close()
        super().close()
