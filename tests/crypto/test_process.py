"""What crypto.process promises."""

import subprocess
import sys

import pytest

from crypto import process

PROGRAM = """
import ctypes, os, resource
from crypto.process import harden_process
harden_process()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3))
pid = os.fork()
if pid == 0:
    os.abort()
_, status = os.waitpid(pid, 0)
print(os.WIFSIGNALED(status), os.WCOREDUMP(status))
"""


def test_a_crash_leaves_no_core_dump() -> None:
    """Neither this process nor its children write their memory to the disk."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )

    assert run.stdout.splitlines() == ["(0, 0) 0", "True False"]


class FakeLibrary:
    """A C library whose kernel answers in one way."""

    def __init__(self, answer: int) -> None:
        """Answer every call so."""
        self.answer = answer
        self.calls: list[tuple[int, ...]] = []

    def prctl(self, *arguments: int) -> int:
        """Remember the call."""
        self.calls.append(arguments)
        return self.answer


@pytest.fixture
def no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests themselves may dump core."""
    monkeypatch.setattr("resource.setrlimit", lambda *_: None)


@pytest.mark.usefixtures("no_limit")
def test_a_refusal_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever starts unprotected is told."""
    monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: FakeLibrary(-1))

    with pytest.raises(OSError):  # noqa: PT011 - the kernel's own number
        process.harden_process()


@pytest.mark.usefixtures("no_limit")
@pytest.mark.parametrize(
    ("platform", "calls"), [("linux", [(4, 0, 0, 0, 0)]), ("darwin", [])]
)
def test_linux_is_asked_and_others_are_not(
    monkeypatch: pytest.MonkeyPatch, platform: str, calls: list[tuple[int, ...]]
) -> None:
    """Elsewhere a developer can still run everything."""
    library = FakeLibrary(0)
    monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: library)
    monkeypatch.setattr("sys.platform", platform)

    process.harden_process()

    assert library.calls == calls
