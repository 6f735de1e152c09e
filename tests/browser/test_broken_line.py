"""A line that is cut and a server that is killed, in the middle of a large report."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from crypto.entropy import system_entropy
from protocol.codename import Codename
from protocol.mailbox import ReporterKeys
from tests.intake.organisation import Organisation
from tests.intake.sealed import open_deposit
from tests.intake.server_process import ServerProcess

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.end_to_end,
    pytest.mark.needs("chromium"),
]

FILE_BYTES = 24_000_000
PART_BYTES = FILE_BYTES // 4
SUBMIT = "#report button[type=submit]"
MOMENT_MILLISECONDS = 50


class Line:
    """Carries connections to a server that may come back on another port."""

    def __init__(self) -> None:
        """Listen; nothing is carried while `to_port` is None."""
        self.to_port: int | None = None
        self.sent_bytes = 0
        self.until_bytes = PART_BYTES
        """Where it stops, so that the middle is never over before it is looked at."""

        self._ends: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def cut(self) -> None:
        """End what is under way, and carry nothing more."""
        self.to_port = None
        for end in self._ends:
            _end(end)
            end.close()
        self._ends.clear()

    def close(self) -> None:
        """Listen no longer."""
        self.cut()
        _end(self._listener)
        self._listener.close()

    def _listen(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return  # closed
            try:
                far = socket.create_connection(("127.0.0.1", self.to_port or 0))
            except OSError:
                near.close()
                continue
            self._ends += [near, far]
            for pair in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        is_up = source in self._ends[::2]
        with suppress(OSError):
            while piece := source.recv(65_536):
                target.sendall(piece)
                self.sent_bytes += len(piece) if is_up else 0
                if is_up and self.sent_bytes >= self.until_bytes:
                    return  # silent until it is cut
        _end(source)
        _end(target)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def line() -> Iterator[Line]:
    """A line that leads nowhere yet."""
    line = Line()
    yield line
    line.close()


def _wait_until_silent(page: Page, line: Line) -> None:
    while line.sent_bytes < line.until_bytes:
        page.wait_for_timeout(MOMENT_MILLISECONDS)


def test_a_page_goes_on_after_a_cut_a_kill_and_a_restart(
    context: BrowserContext, line: Line, tmp_path: Path, organisation: Organisation
) -> None:
    """The reporter presses nothing; the file arrives to the byte, and only once."""
    file = tmp_path / "a.bin"
    file.write_bytes(system_entropy(FILE_BYTES))
    server = ServerProcess(tmp_path / "intake", organisation)
    server.start()
    line.to_port = server.port
    page = context.new_page()
    page.goto(f"{line.url}/en/report")
    page.wait_for_selector("#report:not([hidden])")
    page.fill("#text", "x")
    page.set_input_files("#attachments", file)
    page.wait_for_selector("[data-part=hidden-data]:has-text('It goes as it is')")
    page.click(SUBMIT)

    for stop in (None, server.kill, server.stop):
        _wait_until_silent(page, line)
        line.cut()
        page.wait_for_selector("#progress-text:has-text('The connection broke')")
        if stop is not None:
            stop()
            server.start()
        line.until_bytes += PART_BYTES if stop != server.stop else FILE_BYTES
        line.to_port = server.port
    page.wait_for_selector("#received:not([hidden])", timeout=60_000)

    codename = Codename.parse(page.text_content("#codename-characters") or "")
    keys = ReporterKeys.derive(codename, organisation.id)
    (deposit,) = (server.data / "deposits").iterdir()
    _, files = open_deposit(deposit.read_bytes(), organisation, keys.mailbox)
    server.stop()
    assert files == [file.read_bytes()]
