"""Silence is ended, slowness is not, and someone always gets in."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from intake.domain.errors import BusyError
from intake.web.body_watch import (
    FLOOR_BYTES,
    MOST_BODIES,
    WINDOW_SECONDS,
    YOUNG_SECONDS,
    BodyWatch,
)
from intake.web.services import EXTENSION
from tests.intake.conftest import House
from tests.intake.organisation import Organisation
from tests.intake.plain_browser import PlainBrowser
from tests.intake.server_process import ServerProcess

pytestmark = pytest.mark.enable_socket

BUSY = 503
PATIENCE_SECONDS = 60


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


@dataclass
class Senders:
    """Connections of which each brings as much as the test says."""

    seconds: float = 0.0
    pairs: list[tuple[socket.socket, socket.socket]] = field(default_factory=list)

    def enter(self, watch: BodyWatch) -> list[dict[str, object]]:
        """Begin a request on each; whoever watches knows them while they are kept."""
        requests: list[dict[str, object]] = [
            {"gunicorn.socket": near} for near, _ in self.pairs
        ]
        for request in requests:
            watch.enter(request)
        return requests

    def deliver(self, at: int, size: int) -> None:
        """Send that much, and have the server's side read it."""
        near, far = self.pairs[at]
        far.sendall(bytes(size))
        left = size
        while left:
            left -= len(near.recv(left))

    def ended(self) -> list[bool]:
        """Tell of each whether a reader would see the end now."""
        ends = []
        for near, _ in self.pairs:
            near.settimeout(0)
            try:
                ends.append(near.recv(1) == b"")
            except BlockingIOError:
                ends.append(False)
        return ends


@pytest.fixture
def senders() -> Iterator[Senders]:
    """Three connections over loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as open_:
        senders = Senders()
        for _ in range(3):
            far = open_.enter_context(socket.create_connection(listener.getsockname()))
            near = open_.enter_context(listener.accept()[0])
            senders.pairs.append((near, far))
        yield senders


def test_a_newcomer_gets_the_place_of_the_slowest(senders: Senders) -> None:
    """Senders of just enough cannot keep everybody else out."""
    watch = BodyWatch(now=lambda: senders.seconds, most_bodies=3)
    requests = senders.enter(watch)
    for at, size in enumerate((9_000, 1_000, 5_000)):
        senders.deliver(at, size)
    with pytest.raises(BusyError):
        watch.enter({})

    senders.seconds = YOUNG_SECONDS
    watch.enter({})

    assert senders.ended() == [False, True, False]
    for request in requests:
        watch.leave(request)


def test_nobody_whom_we_keep_waiting_loses_a_place(senders: Senders) -> None:
    """A slow disk must not make room."""
    watch = BodyWatch(now=lambda: senders.seconds, most_bodies=3)
    requests = senders.enter(watch)
    for near, far in senders.pairs:
        far.sendall(b"waiting")
        while not near.recv(7, socket.MSG_PEEK):
            pass
    senders.seconds = WINDOW_SECONDS

    with pytest.raises(BusyError):
        watch.enter({})
    assert len(requests) == len(senders.pairs)


def test_who_finds_no_place_is_told_to_wait(house: House) -> None:
    """In their language, and for how long."""
    watch = house.app.extensions[EXTENSION].body_watch
    others: list[dict[str, object]] = [{} for _ in range(MOST_BODIES)]
    for other in others:
        watch.enter(other)

    answer = house.client().post("/ru/plain/mailbox", data={"codename": "a"})

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert '<html lang="ru"' in answer.text


def test_slow_bodies_keep_nobody_out(
    tmp_path: Path, organisation: Organisation
) -> None:
    """With all places taken a page comes at once, and a report soon."""
    with ServerProcess(tmp_path / "intake", organisation) as server:
        browser = PlainBrowser(server).open_form()
        request = browser.report_request("текст", [("a", bytes(100_000))])
        silent = []
        for _ in range(MOST_BODIES):
            connection = browser.connect()
            connection.sendall(request[:2000])
            silent.append(connection)
        page, _ = browser.exchange(browser.head("GET", "/ru/", ""))
        # The young ones keep their places for some seconds.
        deadline = time.monotonic() + PATIENCE_SECONDS
        status = BUSY
        while status == BUSY and time.monotonic() < deadline:
            status = browser.report("ещё один")

        for connection in silent:
            connection.close()
    assert status == 303
    assert page.startswith("HTTP/1.1 200 ")
