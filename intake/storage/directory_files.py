"""Where signed key directories lie.

Spec: docs/protocol.md §4, §6.

Two places: the operator's pair of files, `directory.json` and its `.sig`, and
one file of ours, which the console's updates go to. Ours holds both texts in one
file, so that a kill can never leave a directory with another one's signature.
"""

import os
from contextlib import suppress
from pathlib import Path

from intake.storage.disk import FILE_MODE, sync_directory, write_all
from protocol.directory import SignedDirectory
from protocol.errors import ProtocolError

_OURS = "signed-directory.json"


class DirectoryFiles:
    """The operator's directory and the one that the console sent last."""

    def __init__(self, operators: Path, data: Path) -> None:
        """Name the places.

        Args:
            operators: `directory.json`; its signature is beside it.
            data: Our own directory, which exists.
        """
        self._operators = operators
        self._signature = operators.with_name(operators.name + ".sig")
        self._ours = data / _OURS

    def version_tag(self) -> object:
        """Return a value that differs when a file was replaced."""
        return tuple(map(_tag, (self._operators, self._signature, self._ours)))

    def candidates(self) -> tuple[SignedDirectory, ...]:
        """Return what can be read, unverified."""
        found: list[SignedDirectory] = []
        with suppress(FileNotFoundError, ProtocolError):
            found.append(SignedDirectory.parse(self._ours.read_bytes()))
        with suppress(FileNotFoundError, UnicodeDecodeError):
            found.append(
                SignedDirectory(
                    directory=self._operators.read_bytes(),
                    signature=self._signature.read_text("ascii"),
                )
            )
        return tuple(found)

    def save(self, directory: SignedDirectory) -> None:
        """Replace ours; it is durable when this returns."""
        temporary = self._ours.with_suffix(".new")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        descriptor = os.open(temporary, flags, FILE_MODE)
        try:
            write_all(descriptor, directory.to_json())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temporary.rename(self._ours)
        sync_directory(self._ours.parent)


def _tag(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
