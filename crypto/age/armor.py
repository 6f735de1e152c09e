"""ASCII armor: an age file as text, for where only text passes.

Spec: C2SP age, "ASCII armor": strict PEM (RFC 7468) with the label AGE ENCRYPTED FILE.

    -----BEGIN AGE ENCRYPTED FILE-----
    YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBYRWwwZEo2eTNDN0taa2dt
    …
    -----END AGE ENCRYPTED FILE-----

Armor protects nothing: it is read before anything is authentic, and whoever carries
the file can take it off and put it on again.

Rules:
* The base64 has one spelling: 64 columns in every line but the last, which is not
  empty; padded, canonical. Lines end in LF or CRLF.
* Nothing but white space, less than a kilobyte of it, stands before or behind.
* Nothing is held but one line when reading, one line's rest when writing.
"""

import base64
import binascii
import io
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Final, Self, cast

from crypto.age.files import Destination, LineSource, write_all
from crypto.errors import ArmorError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BEGIN: Final = b"-----BEGIN AGE ENCRYPTED FILE-----"
END: Final = b"-----END AGE ENCRYPTED FILE-----"

_COLUMNS: Final = 64
_COLUMNS_BYTES: Final = 48  # what 64 characters of base64 hold
_MAX_WHITE_SPACE_BYTES: Final = 1024  # as in age
_MAX_LINE_BYTES: Final = _COLUMNS + len(b"\r\n")
_WHITE_SPACE: Final = b" \t\n\v\f\r"


def is_armored(start: bytes) -> bool:
    """Tell from the first bytes, one at least: an age file begins with a letter."""
    return start[:1] in {b"-", *(bytes((byte,)) for byte in _WHITE_SPACE)}


def without_armor(source: io.BufferedReader) -> BinaryIO:
    """Give the age file, whether or not it comes armored.

    Args:
        source: Untrusted, at its start; need not be seekable.

    Returns:
        The source itself, or what its armor holds; reading that raises ArmorError.
    """
    return dearmor(source) if is_armored(source.peek(1)) else source


def dearmor(source: LineSource) -> BinaryIO:
    """Read what armor holds.

    Args:
        source: Untrusted, at its start; read to its end.

    Returns:
        A binary file that is not seekable. Reading it raises ArmorError where the
        armor breaks a rule, also behind the last byte.
    """
    # A raw file behind a buffer is all that is asked of a binary file for reading.
    return cast("BinaryIO", io.BufferedReader(_Armored(source)))


class ArmorWriter:
    """Writes armor around what is written to it; `close` completes it."""

    def __init__(self, destination: Destination) -> None:
        """Write the first line.

        Args:
            destination: At the place where the armor shall begin; stays open.
        """
        self._destination = destination
        self._pending = bytearray()
        self._closed = False
        write_all(destination, memoryview(BEGIN + b"\n"))

    def __enter__(self) -> Self:
        """Armor what the block writes."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Finish the armor, unless the block failed: then no reader takes it."""
        if kind is None:
            self.close()
        else:
            self._closed = True

    def write(self, data: bytes | memoryview, /) -> int:
        """Armor some bytes; they wait until a line is full.

        Args:
            data: Any length.

        Returns:
            The number of bytes, always all.

        Raises:
            ValueError: The armor is finished.
        """
        if self._closed:
            raise ValueError("the armor is finished")
        self._pending += data
        whole = len(self._pending) // _COLUMNS_BYTES * _COLUMNS_BYTES
        self._write_lines(self._pending[:whole])
        del self._pending[:whole]
        return len(data)

    def close(self) -> None:
        """Write the last lines; the destination stays open."""
        if not self._closed:
            self._write_lines(self._pending)
            write_all(self._destination, memoryview(END + b"\n"))
            self._closed = True

    def _write_lines(self, data: bytearray) -> None:
        text = base64.b64encode(data)
        starts = range(0, len(text), _COLUMNS)
        lines = b"".join(text[start : start + _COLUMNS] + b"\n" for start in starts)
        write_all(self._destination, memoryview(lines))


class _Armored(io.RawIOBase):
    """The bytes that armor holds, line by line."""

    def __init__(self, source: LineSource) -> None:
        self._source = source
        self._line = b""  # decoded, not yet read by anybody
        self._has_begun = False
        self._has_ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Read lines until the buffer is full; 0 at the end."""
        with memoryview(buffer) as view, view.cast("B") as target:
            at = 0
            while at < len(target):
                if not self._line and not self._has_ended:
                    self._line = self._next()
                if not self._line:
                    break
                count = min(len(target) - at, len(self._line))
                target[at : at + count] = self._line[:count]
                self._line = self._line[count:]
                at += count
        return at

    def _next(self) -> bytes:
        if not self._has_begun:
            self._begin()
        line = self._read_line()
        if line == END:
            self._finish()
            return b""
        data = _decode(line)
        # A short line is the last; only a full one may be followed by another.
        if len(data) < _COLUMNS_BYTES:
            if self._read_line() != END:
                raise ArmorError("armor goes on behind its last line")
            self._finish()
        return data

    def _begin(self) -> None:
        left_bytes = _MAX_WHITE_SPACE_BYTES
        while not (line := self._source.readline(left_bytes)).strip(_WHITE_SPACE):
            left_bytes -= len(line)
            if not line or left_bytes < len(BEGIN):
                raise ArmorError("armor does not begin")
        if _without_end(line) != BEGIN:
            raise ArmorError("armor does not begin with its first line")
        self._has_begun = True

    def _read_line(self) -> bytes:
        return _without_end(self._source.readline(_MAX_LINE_BYTES))

    def _finish(self) -> None:
        """Read on to the source's end: only white space may stand there."""
        left_bytes = _MAX_WHITE_SPACE_BYTES
        while line := self._source.readline(left_bytes):
            left_bytes -= len(line)
            if line.strip(_WHITE_SPACE) or not left_bytes:
                raise ArmorError("something follows the armor")
        self._has_ended = True


def _without_end(line: bytes) -> bytes:
    return line.removesuffix(b"\n").removesuffix(b"\r")


def _decode(line: bytes) -> bytes:
    """Decode one line of canonical base64."""
    if not line:
        raise ArmorError("armor has an empty line, or is cut off")
    if len(line) > _COLUMNS:
        raise ArmorError("armor has a line of more than 64 columns")
    try:
        data = binascii.a2b_base64(line)
    except ValueError:
        raise ArmorError("armor is not base64") from None
    # Python skips what is not of the alphabet and ignores spare bits.
    if base64.b64encode(data) != line:
        raise ArmorError("armor is not canonical base64")
    return data
