"""The demonstration, run as `make demo` runs it."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

pytestmark = pytest.mark.enable_socket


@contextmanager
def demonstration(place: Path) -> Iterator[list[str]]:
    """Run it until it is ready; stop it as Ctrl-C does."""
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.cli", "demo", "--directory", str(place)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if lines[-1] == "ready":
            break
    try:
        yield lines
    finally:
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        process.stdout.close()
        assert process.wait(30) == 0


def address(lines: list[str], name: str) -> str:
    """Find the line that says where an app listens."""
    return next(line.split()[1] for line in lines if line.startswith(f"{name} http"))


def test_the_demonstration_runs_and_is_found_again(tmp_path: Path) -> None:
    """A dozen reports the first time, none the second; both apps answer."""
    with demonstration(tmp_path) as first:
        assert first[-1] == "ready"
        assert first[-3].startswith("intake http://127.0.0.1:")
        assert first[-2].startswith("console http://127.0.0.1:")
        assert sum(line.startswith("filed report") for line in first) == 12
        for name in ("intake", "console"):
            assert requests.get(address(first, name), timeout=10).ok

    with demonstration(tmp_path) as second:
        assert not any(line.startswith("filed report") for line in second)
        log_ins = json.loads((tmp_path / "log-ins.json").read_text())["log_ins"]
        for each in log_ins:
            assert any(each["passphrase"] in line for line in second)

    with pytest.raises(requests.ConnectionError):
        requests.get(address(second, "intake"), timeout=10)


def test_it_tells_the_present_code_of_a_person(tmp_path: Path) -> None:
    """A second factor without a telephone; of nobody, a clear refusal."""
    (tmp_path / "log-ins.json").write_text(
        json.dumps(
            {
                "root_key": "",
                "sync_key": "",
                "log_ins": [
                    {
                        "name": "Aigerim",
                        "role": "reviewer",
                        "passphrase": "",
                        "totp_secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
                    }
                ],
            }
        )
    )

    def ask(name: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [
                *(sys.executable, "-m", "deploy.cli", "demo"),
                *("--directory", str(tmp_path), "--code", name),
            ],
            capture_output=True,
            text=True,
            check=False,
            env=dict(os.environ),  # noqa: TID251 - handed on
        )

    told, refused = ask("Aigerim"), ask("Nobody")

    assert told.returncode == 0
    assert len(told.stdout.strip()) == 6
    assert refused.returncode == 1
    assert "nobody of that name" in refused.stderr


def test_it_does_not_run_twice_in_one_place(tmp_path: Path) -> None:
    """Two houses over the same databases would spoil both."""
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = subprocess.run(
            [sys.executable, "-m", "deploy.cli", "demo", "--directory", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )

    assert refused.returncode == 1
    assert "runs in" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_what_an_older_version_left_is_told_in_a_sentence(tmp_path: Path) -> None:
    """No traceback: what lies there, and what to type."""
    (tmp_path / "log-ins.json").write_text(
        json.dumps({"root_key": "", "sync_key": "", "log_ins": []})
    )

    refused = subprocess.run(
        [sys.executable, "-m", "deploy.cli", "demo", "--directory", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode == 1
    assert "an older version made what lies in" in refused.stderr
    assert "make demo-clean" in refused.stderr
    assert "Traceback" not in refused.stderr
