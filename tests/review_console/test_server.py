"""The console's server: one worker, no traces, no patience with silence."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from review_console.config import PREFIX
from review_console.server import HEAD_SECONDS
from review_console.web.headers import HEADERS
from tests.review_console.console_process import ConsoleProcess, running_console
from tests.review_console.people import House

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def console(plain_house: House, tmp_path: Path) -> Iterator[ConsoleProcess]:
    """A console that runs."""
    with running_console(plain_house, tmp_path) as running:
        yield running


def workers_of(pid: int) -> list[int]:
    """List the processes that a master forked."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(each) for each in children.split()]


def test_there_is_one_worker_and_it_leaves_no_core(console: ConsoleProcess) -> None:
    """Sessions live in one memory, and that memory is never written out."""
    requests.get(f"{console.url}/login", timeout=30)  # answered by a worker
    (worker,) = workers_of(console.pid)

    for pid in (console.pid, worker):
        limits = Path(f"/proc/{pid}/limits").read_text()
        core = next(each for each in limits.splitlines() if "core file" in each)
        assert core.split()[4:6] == ["0", "0"]


def test_what_is_no_http_is_answered_in_our_words(console: ConsoleProcess) -> None:
    """With our headers, and without what was sent, there and in the output."""
    host, _, port = console.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nSECRETHDR bad\r\n\r\n")
        answer = b"".join(iter(lambda: client.recv(4_096), b""))

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"SECRETHDR" not in answer
    for name, value in HEADERS.items():
        assert f"{name}: {value}".encode() in answer
    assert "SECRETHDR" not in console.errors.read_text()


def test_a_head_that_drips_is_not_waited_for(console: ConsoleProcess) -> None:
    """A byte a second is no silence, and would hold a thread for ever."""
    host, _, port = console.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=1) as client:
        client.sendall(b"GET /login HTTP/1.1\r\nHost: x\r\nX-Drip: ")
        start = time.monotonic()
        ended = False
        while not ended and time.monotonic() < start + 2 * HEAD_SECONDS:
            try:
                client.sendall(b"x")
                ended = client.recv(4_096) == b""
            except TimeoutError:
                continue
            except OSError:
                ended = True

    assert ended
    assert time.monotonic() - start > HEAD_SECONDS - 1


def test_pages_come_with_the_table(console: ConsoleProcess) -> None:
    """Also through the real server; another name for this machine gets nothing."""
    page = requests.get(f"{console.url}/login", timeout=10)
    other = requests.get(
        f"{console.url}/login", headers={"Host": "evil.example"}, timeout=10
    )

    assert page.status_code == 200
    assert other.status_code == 400
    for answer in (page, other):
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_no_header_says_who_is_in_front(console: ConsoleProcess) -> None:
    """Behind Tor or a proxy everybody comes from loopback."""
    answer = requests.get(
        f"{console.url}/x/login",
        headers={"SCRIPT_NAME": "/x", "X-Forwarded-Proto": "https"},
        timeout=10,
    )

    assert answer.status_code in {400, 404}


def served(house: House, bind: str) -> str:
    """Try to serve from a house's data directory; give the one line that it says."""
    done = subprocess.run(
        [sys.executable, "-m", "review_console.cli", "serve", "--bind", bind],
        env={
            "PYTHONPATH": str(ROOT),
            f"{PREFIX}DATABASE": house.config.database,
            f"{PREFIX}DATA": str(house.config.data),
            f"{PREFIX}ROOT_KEY": str(house.config.root_key),
            f"{PREFIX}INTAKE": "http://127.0.0.1:9",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_a_data_directory_is_served_once(
    console: ConsoleProcess, plain_house: House
) -> None:
    """Two servers would not know of each other's sessions and fetches."""
    requests.get(f"{console.url}/login", timeout=30)

    assert "another console serves" in served(plain_house, "127.0.0.1:0")


def test_an_address_that_cannot_be_had_is_told(
    console: ConsoleProcess, plain_house: House
) -> None:
    """Taken, or none at all: in a sentence with what to do, not a traceback."""
    taken = console.url.removeprefix("http://")

    assert "choose another port" in served(plain_house, taken)
    for wrong in ("8490", "127.0.0.1:x", "127.0.0.1:70000"):
        assert "--bind wants HOST:PORT" in served(plain_house, wrong)
