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


def test_a_refusal_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever starts unprotected is told."""

    class FakeRefusingLibrary:
        def prctl(self, *_arguments: int) -> int:
            return -1

    monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: FakeRefusingLibrary())
    monkeypatch.setattr("resource.setrlimit", lambda *_: None)

    with pytest.raises(OSError):  # noqa: PT011 - the kernel's own number
        process.harden_process()
