"""Silence is ended, slowness is not, and someone always gets in."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from intake.domain.errors import BusyError
from intake.web.body_watch import FLOOR_BYTES, MOST_BODIES, WINDOW_SECONDS, BodyWatch
from tests.intake.organisation import Organisation
from tests.intake.plain_browser import PlainBrowser
from tests.intake.server_process import ServerProcess

pytestmark = pytest.mark.enable_socket


@dataclass
class Line:
    """A connection, seen from both ends, with a clock that the test moves."""

    near: socket.socket
    far: socket.socket
    seconds: float = 0.0
    watch: BodyWatch = field(init=False)
    environ: dict[str, object] = field(init=False)

    def __post_init__(self) -> None:
        """Watch the near end."""
        self.watch = BodyWatch(now=lambda: self.seconds)
        self.environ = {"gunicorn.socket": self.near}
        self.watch.enter(self.environ)

    def wait(self, seconds: float = WINDOW_SECONDS) -> None:
        """Let time pass, and look."""
        self.seconds += seconds
        self.watch.look()

    def ended(self) -> bool:
        """Tell whether a reader would see the end now."""
        self.near.settimeout(0)
        try:
            while piece := self.near.recv(65536):
                assert piece
        except BlockingIOError:
            return False
        return True


@pytest.fixture
def line() -> Iterator[Line]:
    """A connection over loopback."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as far,
    ):
        near, _ = listener.accept()
        with near:
            yield Line(near, far)


def _deliver(line: Line, size: int) -> None:
    line.far.sendall(bytes(size))
    while len(line.near.recv(size, socket.MSG_PEEK)) < size:
        pass
    line.near.recv(size)


def test_a_silent_body_is_ended_after_a_minute(line: Line) -> None:
    """And not before."""
    line.wait(WINDOW_SECONDS - 1)
    before = line.ended()
    line.wait(1)

    assert (before, line.ended()) == (False, True)


def test_the_answer_still_gets_out(line: Line) -> None:
    """Whoever fell silent is told so."""
    line.wait()
    line.near.sendall(b"HTTP/1.1 400")

    assert line.far.recv(12) == b"HTTP/1.1 400"


def test_a_drip_is_ended_too(line: Line) -> None:
    """A byte now and then costs as little as silence."""
    _deliver(line, FLOOR_BYTES - 1)
    line.wait()

    assert line.ended()


def test_a_slow_body_goes_on(line: Line) -> None:
    """Four KiB in a minute are enough, for hours."""
    for _ in range(5):
        _deliver(line, FLOOR_BYTES)
        line.wait()

    assert not line.ended()


def test_what_we_have_not_read_is_our_slowness(line: Line) -> None:
    """A slow disk must not be held against the sender."""
    line.far.sendall(b"waiting")
    while not line.near.recv(7, socket.MSG_PEEK):
        pass
    line.wait()
    line.wait()

    assert not line.ended()


def test_a_request_that_left_is_not_touched(line: Line) -> None:
    """Its connection may carry the next one."""
    line.watch.leave(line.environ)
    line.wait()

    assert not line.ended()


def test_there_is_room_for_so_many_and_no_more() -> None:
    """Leaving makes room."""
    watch = BodyWatch(most_bodies=2)
    first: dict[str, object] = {}
    second: dict[str, object] = {}
    third: dict[str, object] = {}
    watch.enter(first)
    watch.enter(second)

    with pytest.raises(BusyError):
        watch.enter(third)
    watch.leave(first)
    watch.enter(third)


def test_a_page_gets_through_while_all_places_for_bodies_are_taken(
    tmp_path: Path, organisation: Organisation
) -> None:
    """And whoever sends is told to wait, in their language."""
    with ServerProcess(tmp_path / "intake", organisation) as server:
        browser = PlainBrowser(server).open_form()
        request = browser.report_request("текст", [("a", bytes(100_000))])
        silent = []
        for _ in range(MOST_BODIES):
            connection = browser.connect()
            connection.sendall(request[:2000])
            silent.append(connection)
        # Each is counted as soon as a thread has read its head: on a busy machine
        # that takes a while.
        for _ in range(2_000):
            if browser.report("ещё один") == 503:
                break

        head, body = browser.exchange(browser.report_request("ещё один"))
        page, _ = browser.exchange(browser.head("GET", "/ru/", ""))

        for connection in silent:
            connection.close()
    assert head.startswith("HTTP/1.1 503 ")
    assert "Retry-After: 60" in head
    assert '<html lang="ru">' in body.decode()
    assert page.startswith("HTTP/1.1 200 ")
