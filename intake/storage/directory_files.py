"""Where signed key directories and lists of identities lie.

Spec: docs/protocol.md §4, §4.1, §6.

Two places: the operator's files, `directory.json` with its signatures and
`identities.json` beside it, and files of ours, which the console's updates go to.
Ours holds a directory and its signatures in one file, so that a kill can never
leave a directory with another one's signature.
"""

import os
from contextlib import suppress
from pathlib import Path

from intake.storage.disk import FILE_MODE, sync_directory, write_all
from protocol.directory import SignedDirectory
from protocol.errors import ProtocolError

_OURS = "signed-directory.json"
_IDENTITIES = "identities.json"


class DirectoryFiles:
    """The operator's directory and identities, and what the console sent last."""

    def __init__(self, operators: Path, data: Path) -> None:
        """Name the places.

        Args:
            operators: `directory.json`; its signatures and `identities.json` are
                beside it.
            data: Our own directory, which exists.
        """
        self._operators = operators
        self._signature = operators.with_name(operators.name + ".sig")
        self._cross_signature = operators.with_name(operators.name + ".cross.sig")
        self._ours = data / _OURS
        self._our_identities = data / _IDENTITIES
        self._identities = (self._our_identities, operators.with_name(_IDENTITIES))

    def version_tag(self) -> object:
        """Return a value that differs when a file was replaced."""
        signatures = (self._signature, self._cross_signature)
        files = (self._operators, *signatures, self._ours, *self._identities)
        return tuple(map(_tag, files))

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
                    cross_signature=_text_or_none(self._cross_signature),
                )
            )
        return tuple(found)

    def identities(self) -> tuple[bytes, ...]:
        """Return the lists that there are, the console's first, unverified."""
        found: list[bytes] = []
        for path in self._identities:
            with suppress(FileNotFoundError):
                found.append(path.read_bytes())
        return tuple(found)

    def save(self, directory: SignedDirectory) -> None:
        """Replace our directory; it is durable when this returns."""
        _replace(self._ours, directory.to_json())

    def save_identities(self, identities: bytes) -> None:
        """Replace our list; it is durable when this returns."""
        _replace(self._our_identities, identities)


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(".new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    descriptor = os.open(temporary, flags, FILE_MODE)
    try:
        write_all(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    temporary.rename(path)
    sync_directory(path.parent)


def _text_or_none(path: Path) -> str | None:
    try:
        return path.read_text("ascii")
    except FileNotFoundError:
        return None


def _tag(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
