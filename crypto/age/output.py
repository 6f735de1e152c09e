"""Where `debunker age` writes: a file that is whole or absent, a pipe, a terminal.

Rules:
* A regular file appears under its name when everything succeeded, readable by its owner
  only; until then an older one of that name stays.
* Bytes can command a terminal: it gets text or nothing.
"""

import codecs
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from crypto.age.files import Destination

STANDARD: Final = "-"
"""Standard input or output, where a file could be named."""


class NotForTerminalsError(Exception):
    """What would be written is no text, and a terminal would show it."""

    def __init__(self) -> None:
        """Say what helps."""
        super().__init__("not writing binary to a terminal; -o - does it anyway")


@contextmanager
def open_output(path: str | None, *, is_binary: bool) -> Iterator[Destination]:
    """Open the output; a regular file only appears if the block succeeds.

    Args:
        path: None for standard output with the care that a terminal needs, `-` for
            standard output whatever it is.
        is_binary: Whether what comes can be no text.

    Yields:
        Where to write.

    Raises:
        NotForTerminalsError: It is a terminal, and that no text.
    """
    if path is None and sys.stdout.isatty():
        if is_binary:
            raise NotForTerminalsError
        yield _Terminal(sys.stdout.buffer)
        sys.stdout.buffer.flush()
    elif path is None or path == STANDARD:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    elif _is_special(path):
        with Path(path).open("wb") as special:
            yield special
    else:
        with _whole_file(Path(path).resolve()) as file:
            yield file


def is_same(source: str, destination: str) -> bool:
    """Tell whether both name one regular file."""
    there = Path(source).is_file() and Path(destination).is_file()
    return there and Path(source).samefile(destination)


@contextmanager
def _whole_file(path: Path) -> Iterator[BinaryIO]:
    """Write beside `path`, readable by the owner only, and rename at the end."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


class _Terminal:
    """A terminal as a destination: text passes, the rest could command it."""

    def __init__(self, destination: BinaryIO) -> None:
        self._destination = destination
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def write(self, data: bytes | memoryview, /) -> int:
        try:
            text = self._decoder.decode(bytes(data))
        except UnicodeDecodeError:
            raise NotForTerminalsError from None
        if not all(letter.isprintable() or letter in "\n\t" for letter in text):
            raise NotForTerminalsError
        return self._destination.write(data)


def _is_special(path: str) -> bool:
    """Is it there and no regular file, as /dev/null or a pipe?"""
    return Path(path).exists() and not stat.S_ISREG(Path(path).stat().st_mode)
