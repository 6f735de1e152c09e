"""Files of the ceremony: written whole or not at all, never over another one.

Rules:
* A set of files appears together, as a new directory, for its owner alone.
* A name that is taken is refused, whatever lies there.
* What was begun is removed when it is interrupted.
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

PRIVATE: Final = 0o600
PUBLIC: Final = 0o644
_NO_LINKS: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS})


class TakenError(Exception):
    """There is something of that name already; its path is in `.path`."""

    def __init__(self, path: Path) -> None:
        """Name what is taken."""
        super().__init__(f"{path} is there already")
        self.path = path


def refuse_taken(path: Path) -> None:
    """Refuse a name that is taken, before anyone has typed a word.

    Raises:
        TakenError: Something lies there, be it a dangling link.
    """
    if path.exists() or path.is_symlink():
        raise TakenError(path)


def write_set(directory: Path, files: Mapping[str, bytes], *, mode: int) -> None:
    """Make a new directory with files in it, all at once.

    Args:
        directory: Must not exist; its parent must.
        files: Names and contents.
        mode: Of the files.

    Raises:
        TakenError: There is something of that name.
    """
    refuse_taken(directory)
    begun = Path(tempfile.mkdtemp(dir=directory.parent, prefix=f".{directory.name}."))
    try:
        for name, content in files.items():
            _write(begun / name, content, mode)
        _sync(begun)
        refuse_taken(directory)
        begun.rename(directory)
    except BaseException:
        shutil.rmtree(begun, ignore_errors=True)
        raise
    _sync(directory.parent)


def write_new(path: Path, content: bytes, *, mode: int) -> None:
    """Write one new file.

    Args:
        path: Must not exist; its directory must.
        content: The whole file.
        mode: Of the file.

    Raises:
        TakenError: There is something of that name.
    """
    refuse_taken(path)
    begun = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    try:
        _write(begun / path.name, content, mode)
        _place(begun / path.name, path)
    finally:
        shutil.rmtree(begun, ignore_errors=True)
    _sync(path.parent)


def is_open_to_others(path: Path) -> bool:
    """Say whether others may read a file, as on a stick without owners (FAT)."""
    return bool(path.stat().st_mode & 0o077)


def _place(begun: Path, path: Path) -> None:
    try:
        os.link(begun, path)
    except FileExistsError:
        raise TakenError(path) from None
    except OSError as error:
        if error.errno not in _NO_LINKS:  # FAT has no links
            raise
        refuse_taken(path)
        begun.rename(path)


def _write(path: Path, content: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
