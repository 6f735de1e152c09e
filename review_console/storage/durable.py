"""Files that are on disk when a function returns, or not there at all."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from crypto.entropy import Entropy

PRIVATE_FOLDER: Final = 0o700
PRIVATE_FILE: Final = 0o600


def write_durably(
    path: Path,
    write: Callable[[BinaryIO], None],
    *,
    entropy: Entropy,
) -> None:
    """Write a temporary file, fsync, rename, fsync the directory."""
    # Its own name for each writer: two must never share an unfinished file.
    temporary = path.with_name(f"{path.name}.{entropy(8).hex()}.partial")
    with _removed_on_failure(temporary):
        descriptor = os.open(
            temporary,
            os.O_WRONLY | os.O_CREAT | os.O_EXCL,
            PRIVATE_FILE,
        )
        with os.fdopen(descriptor, "wb") as out:
            write(out)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
    sync_folder(path.parent)


def overwrite_and_remove(path: Path) -> None:
    """Fill a file with zeros, on disk, then remove it; gone already is no error.

    On flash and on copying file systems the old bytes may survive (SECURITY.md).
    """
    try:
        with path.open("r+b", buffering=0) as old:
            old.write(bytes(os.fstat(old.fileno()).st_size))
            os.fsync(old.fileno())
        path.unlink()
    except FileNotFoundError:
        return
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Bring a folder's entries to disk."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _removed_on_failure(temporary: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
