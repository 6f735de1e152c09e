"""The real server: several workers, silent about what went wrong."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from intake.server import MEMORY_SETTINGS
from intake.server.quiet import HEAD_BYTES, HEAD_SECONDS, LEAVING_SECONDS, THREADS
from intake.web.errors import report_bug
from intake.web.headers import HEADERS
from tests.intake.conftest import House
from tests.intake.organisation import Organisation
from tests.intake.plain_browser import PlainBrowser, read_answer
from tests.intake.server_process import ServerProcess

WAIT_ROUNDS = 1000
"""Ten seconds for a worker to begin."""


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, organisation: Organisation
) -> Iterator[ServerProcess]:
    """The real server with two workers and a small limit."""
    root = tmp_path_factory.mktemp("server") / "intake"
    settings = {"LIMIT_BYTES": str(2**20)}
    with ServerProcess(root, organisation, workers=2, settings=settings) as server:
        yield server


@pytest.mark.enable_socket
def test_a_session_is_good_at_every_worker(server: ServerProcess) -> None:
    """Its key was drawn before they forked."""
    browser = PlainBrowser(server).open_form()

    assert [browser.report("текст") for _ in range(12)] == [303] * 12


@pytest.mark.enable_socket
def test_each_worker_stays_on_a_processor_of_its_own(server: ServerProcess) -> None:
    """Two workers share the machine; the threads of one do not fight over it."""
    machine = os.sched_getaffinity(0)
    processors: list[set[int]] = []
    for _ in range(WAIT_ROUNDS):
        processors = [os.sched_getaffinity(pid) for pid in server.children()]
        if [len(each) for each in processors] == [1, 1]:
            break
        time.sleep(0.01)

    assert [len(each) for each in processors] == [1, 1]
    assert len(processors[0] | processors[1]) == min(2, len(machine))


@pytest.mark.enable_socket
def test_a_report_past_the_limit_gets_its_answer(server: ServerProcess) -> None:
    """Also when the browser is still sending: it hears why, in its language."""
    browser = PlainBrowser(server).open_form()
    request = browser.report_request("текст", [("film.mp4", bytes(5 * 10**6))])

    head, body = browser.exchange(request)

    assert head.startswith("HTTP/1.1 413 ")
    assert '<html lang="ru"' in body.decode()
    assert list((server.data / "uploads").iterdir()) == []


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["no_http", "bad_header", "two_lengths"],
)
def test_what_is_no_http_gets_the_headers_too(
    server: ServerProcess, request_bytes: bytes
) -> None:
    """The table holds for answers that our app never sees."""
    with PlainBrowser(server).connect() as connection:
        connection.sendall(request_bytes)
        head, body = read_answer(connection)

    assert head.startswith("HTTP/1.1 400 ")
    assert body == b""
    for name, value in HEADERS.items():
        assert f"{name}: {value}" in head


@pytest.mark.enable_socket
def test_half_a_head_is_not_waited_for(server: ServerProcess) -> None:
    """Else a hundred of them, sent by one laptop, would stop the intake."""
    with PlainBrowser(server).connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")

        ended = connection.recv(1)

    assert ended == b""


HALF = b"GET / HTTP/1.1\r\nHost: x\r\nX: "
WHOLE = b"GET /ru/ HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    "sent",
    [HALF, HALF + bytes(HEAD_BYTES), WHOLE + HALF],
    ids=["half", "long", "behind another"],
)
def test_half_heads_take_no_thread(server: ServerProcess, sent: bytes) -> None:
    """More of them than both workers have threads, and a page comes at once."""
    browser = PlainBrowser(server)
    with ExitStack() as stack:
        for _ in range(4 * THREADS):
            connection = stack.enter_context(browser.connect())
            connection.sendall(sent)
        before = time.monotonic()
        head, _ = browser.exchange(browser.head("GET", "/ru/", ""))

    assert head.startswith("HTTP/1.1 200 ")
    assert time.monotonic() - before < HEAD_SECONDS / 2


@pytest.mark.enable_socket
def test_a_head_may_come_in_pieces(server: ServerProcess) -> None:
    """Each in a packet of its own, and a second request on the same line."""
    with PlainBrowser(server).connect() as connection:
        for _ in range(2):
            for piece in (b"GET /ru/ HT", b"TP/1.1\r\nHost: x\r", b"\n\r", b"\n"):
                connection.sendall(piece)
                time.sleep(0.02)
            answer = b""
            while b"</html>" not in answer:
                answer += connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200 ")


@pytest.mark.enable_socket
def test_a_head_that_ends_half_way_costs_nothing(server: ServerProcess) -> None:
    """Its sender says that no more will come: it is ended at once, without a spin."""
    with PlainBrowser(server).connect() as connection:
        connection.sendall(b"GET /ru/ HTTP/1.1\r\nHo")
        time.sleep(0.1)
        connection.shutdown(socket.SHUT_WR)
        before = time.monotonic()
        while connection.recv(65536):
            pass

    assert time.monotonic() - before < HEAD_SECONDS / 2


@pytest.mark.enable_socket
def test_who_does_not_go_keeps_nobody_waiting(server: ServerProcess) -> None:
    """Forty have their answer and do not close; a page comes at once."""
    browser = PlainBrowser(server)
    request = b"GET /no HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(browser.connect()).sendall(request)
        before = time.monotonic()
        head, _ = browser.exchange(browser.head("GET", "/ru/", ""))

    assert head.startswith("HTTP/1.1 200 ")
    assert time.monotonic() - before < 10 * LEAVING_SECONDS


@pytest.mark.enable_socket
def test_nobody_on_loopback_is_believed_to_be_a_proxy(server: ServerProcess) -> None:
    """Behind Tor everyone comes from there."""
    browser = PlainBrowser(server)

    head, _ = browser.exchange(browser.head("GET", "/x/en/", "SCRIPT_NAME: /x\r\n"))

    assert not head.startswith("HTTP/1.1 200")


@pytest.mark.enable_socket
def test_the_server_runs_with_the_memory_settings(server: ServerProcess) -> None:
    """The allocator reads them only when a process starts, so it starts twice."""
    environment = Path(f"/proc/{server.pid}/environ").read_bytes().split(b"\0")

    for name, value in MEMORY_SETTINGS.items():
        assert f"{name}={value}".encode() in environment


@pytest.mark.enable_socket
def test_an_unmigrated_database_stops_the_start(
    tmp_path: Path, organisation: Organisation
) -> None:
    """With a sentence that says what to do."""
    server = ServerProcess(tmp_path / "intake", organisation)
    (tmp_path / "intake" / "intake.sqlite").unlink()

    with pytest.raises(RuntimeError, match="debunker intake migrate"):
        server.start()


@pytest.mark.enable_socket
def test_a_missing_setting_stops_the_start_by_its_name(
    tmp_path: Path, organisation: Organisation
) -> None:
    """Never by its value."""
    broken = {"ROOT_KEY": "ssh-ed25519 not-a-key"}
    server = ServerProcess(tmp_path / "intake", organisation, settings=broken)

    with pytest.raises(RuntimeError, match="DEBUNKER_INTAKE_ROOT_KEY") as caught:
        server.start()

    assert "not-a-key" not in str(caught.value)


def test_an_unexpected_error_is_reported_without_its_message(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A message may quote what a reporter wrote."""
    try:
        int("secret words")
    except ValueError as error:
        report_bug(error)

    written = capsys.readouterr().err
    assert "ValueError" in written
    assert "secret" not in written


def test_a_bug_in_a_view_says_nothing_to_anybody(
    house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line for them, one for us, and no word of the cause."""

    def fail(*_: object, **__: object) -> str:
        raise LookupError("secret words")

    monkeypatch.setattr("intake.web.pages.Pages.render", fail)
    answer = house.client().get("/ru/")

    captured = capsys.readouterr()
    assert answer.status_code == 500
    assert answer.text == "internal error\n"
    assert "LookupError" in captured.err
    assert "secret" not in captured.out + captured.err
