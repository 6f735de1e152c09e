"""An upload's digest is that of its file, whoever wrote what of it, and when."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from intake.storage.running_digests import MOST, RunningDigests
from intake.storage.sealed_files import GrowingFile, SealedFiles

FIRST, SECOND = b"first piece", b"second piece"
BOTH = hashlib.sha256(FIRST + SECOND).digest()


@pytest.fixture
def files(tmp_path: Path) -> SealedFiles:
    """A directory with one empty upload."""
    files = SealedFiles(tmp_path)
    files.prepare()
    (files.uploads / "upload").touch()
    return files


def _free(_count_bytes: int) -> None:
    """Let everything be written."""


def _hold(files: SealedFiles) -> GrowingFile:
    return files.hold_upload("upload", _free)


def _without_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the file was read again")

    monkeypatch.setattr("intake.storage.sealed_files.hashlib.file_digest", refuse)


def test_an_upload_of_one_process_is_not_read_again(
    files: SealedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its reporter waits for the last answer, and 2 GiB take seconds to read."""
    _without_reading(monkeypatch)
    with _hold(files) as file:
        file.append(FIRST)
    with _hold(files) as file:
        file.append(SECOND)

        assert file.sha256() == BOTH


def _by_another_process(files: SealedFiles) -> None:
    with GrowingFile(files.uploads / "upload", _free, RunningDigests()) as file:
        file.append(SECOND)


def _by_a_request_that_broke(files: SealedFiles) -> None:
    with suppress(ConnectionError), _hold(files) as file:
        file.append(SECOND)
        raise ConnectionError


@pytest.mark.parametrize("write", [_by_another_process, _by_a_request_that_broke])
def test_what_was_not_hashed_here_is_read(
    files: SealedFiles, write: Callable[[SealedFiles], None]
) -> None:
    """Another worker's piece counts like ours, and so does half a request's."""
    with _hold(files) as file:
        file.append(FIRST)
    write(files)

    with _hold(files) as file:
        assert file.sha256() == BOTH


def test_a_write_that_failed_is_not_counted(
    files: SealedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the disk holds then is the disk's to say."""
    with _hold(files) as file:
        file.append(FIRST)
        monkeypatch.setattr("intake.storage.sealed_files.write_all", _half_written)
        with pytest.raises(OSError, match="broken"):
            file.append(SECOND)

        assert file.sha256() == hashlib.sha256(FIRST + SECOND[:3]).digest()


def _half_written(descriptor: int, data: bytes) -> None:
    with open(descriptor, "ab", buffering=0, closefd=False) as file:
        file.write(data[:3])
    raise OSError("broken")


def test_many_uploads_do_not_fill_the_memory() -> None:
    """The longest untouched is forgotten, and read at its end."""
    digests = RunningDigests()
    for number in range(MOST + 1):
        running = digests.take(str(number), 0)
        assert running is not None
        running.update(FIRST)
        digests.put(str(number), running)

    assert digests.take("0", len(FIRST)) is None
    assert digests.take("1", len(FIRST)) is not None
