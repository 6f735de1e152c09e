"""Whatever was *received* is there, whatever happens to the server."""

import hashlib
import http.client
import socket
import sqlite3
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crypto.age import HybridIdentity, seal_stream
from crypto.entropy import system_entropy
from intake.storage.sealed_files import SealedFiles
from intake.web.body import READ_BYTES
from intake.web.uploads import FIRST_READ_BYTES
from protocol.ladder import REPORT_FLOOR_BYTES, ladder
from protocol.mailbox import MailboxId
from tests.intake.conftest import House
from tests.intake.organisation import Organisation
from tests.intake.plain_browser import PlainBrowser
from tests.intake.reporter import PIECE, TUS, metadata
from tests.intake.sealed import open_deposit, seal_in_page
from tests.intake.server_process import ServerProcess

pytestmark = pytest.mark.enable_socket

ROUNDS = 6
SMALL_SENDERS = 6
FIRST_BYTES = 300_000
PIECE_BYTES = 256 * 1024
LARGE_BYTES = 200 * 10**6
LARGE_PIECE_BYTES = 4 * 2**20


@pytest.fixture
def server(tmp_path: Path, organisation: Organisation) -> Iterator[ServerProcess]:
    """The real server, not yet started."""
    server = ServerProcess(tmp_path / "intake", organisation)
    yield server
    server.kill()


class Senders:
    """Many reporters at once; remembers who was told *received*."""

    def __init__(self, server: ServerProcess, organisation: Organisation) -> None:
        """Prepare; nobody sends yet."""
        self._server = server
        self._organisation = organisation
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.received: set[str] = set()
        self.attempts = 0

    def run_until_killed(self) -> None:
        """Let everyone send; kill the server soon after somebody was told."""
        self._stop.clear()
        before = len(self.received)
        threads = [
            threading.Thread(target=self._repeat, args=(send,))
            for send in (*[self._small] * SMALL_SENDERS, self._large, self._by_tus)
        ]
        for thread in threads:
            thread.start()
        for _ in range(6000):
            if len(self.received) > before:
                break
            time.sleep(0.01)
        # At most a quarter of a second: somewhere in the middle of everything.
        time.sleep(system_entropy(1)[0] / 1024)
        self._server.kill()
        self._stop.set()
        for thread in threads:
            thread.join()

    def _repeat(self, send: Callable[[str], bool]) -> None:
        while not self._stop.is_set():
            name = system_entropy(8).hex()
            try:
                told = send(name)
            except (OSError, http.client.HTTPException, AssertionError, ValueError):
                # Cut off in the middle: nobody was told anything.
                told = False
            with self._lock:
                self.attempts += 1
                if told:
                    self.received.add(name)

    def _small(self, name: str) -> bool:
        return PlainBrowser(self._server).open_form().report(name) == 303

    def _large(self, name: str) -> bool:
        files = [("film.mp4", bytes(3 * 10**6))]
        return PlainBrowser(self._server).open_form().report(name, files) == 303

    def _by_tus(self, name: str) -> bool:
        sealed, mailbox = seal_in_page(
            self._organisation, text=name, attachments=[("a", bytes(10**6))]
        )
        return send_by_tus(self._server, sealed, mailbox) == 204


def send_by_tus(server: ServerProcess, sealed: bytes, mailbox: MailboxId) -> int:
    """Send a sealed file in pieces; return the status of the last."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        headers = TUS | metadata(mailbox) | {"Upload-Length": str(len(sealed))}
        status, where = call(connection, "POST", "/uploads", b"", headers)
        for offset in range(0, len(sealed), PIECE_BYTES):
            piece = sealed[offset : offset + PIECE_BYTES]
            headers = TUS | PIECE | {"Upload-Offset": str(offset)}
            status, _ = call(connection, "PATCH", where, piece, headers)
        return status
    finally:
        connection.close()


def call(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes,
    headers: dict[str, str],
) -> tuple[int, str]:
    """Send one request; return status and location."""
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    response.read()
    return response.status, response.headers.get("Location", "")


def _texts_kept(server: ServerProcess, organisation: Organisation) -> set[str]:
    kept = set()
    for identity, mailbox in _rows(server):
        path = server.data / "deposits" / identity
        report, _ = open_deposit(path.read_bytes(), organisation, MailboxId(mailbox))
        kept.add(report.text)
    return kept


def _rows(server: ServerProcess) -> list[tuple[str, str]]:
    return _found(server, "SELECT id, mailbox FROM deposits")


def _unfinished(server: ServerProcess) -> set[str]:
    rows = _found(server, "SELECT id, mailbox FROM uploads WHERE NOT finished")
    return {identity for identity, _ in rows}


def _found(server: ServerProcess, query: str) -> list[tuple[str, str]]:
    database = sqlite3.connect(server.root / "intake.sqlite")
    try:
        return database.execute(query).fetchall()
    finally:
        database.close()


def test_every_report_that_was_received_survives_kill_9(
    server: ServerProcess, organisation: Organisation
) -> None:
    """At random moments, with small, large and resumable reports in flight."""
    senders = Senders(server, organisation)

    for _ in range(ROUNDS):
        server.start()
        senders.run_until_killed()
    server.start()

    kept = _texts_kept(server, organisation)
    names = {path.name for path in (server.data / "deposits").iterdir()}
    assert senders.received <= kept
    assert len(senders.received) >= ROUNDS
    assert senders.attempts > len(senders.received)
    # What a kill left without a row went at the start: forms among it.
    assert names == {identity for identity, _ in _rows(server)}
    on_their_way = {path.name for path in (server.data / "uploads").iterdir()}
    assert on_their_way <= _unfinished(server)


def test_an_upload_goes_on_after_kill_9(
    server: ServerProcess, organisation: Organisation
) -> None:
    """From the last byte that was acknowledged, or later."""
    sealed, mailbox = seal_in_page(organisation, attachments=[("a", bytes(10**6))])
    half = len(sealed) // 2
    server.start()
    first = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    created = TUS | metadata(mailbox) | {"Upload-Length": str(len(sealed))}
    _, where = call(first, "POST", "/uploads", b"", created)
    at_start = TUS | PIECE | {"Upload-Offset": "0"}
    status, _ = call(first, "PATCH", where, sealed[:half], at_start)
    first.close()
    server.kill()
    server.start()

    again = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    at_half = TUS | PIECE | {"Upload-Offset": str(half)}
    last, _ = call(again, "PATCH", where, sealed[half:], at_half)
    again.close()

    (path,) = (server.data / "deposits").iterdir()
    assert (status, last) == (204, 204)
    assert path.read_bytes() == sealed


class LargeUpload:
    """One sender of 200 MB, who goes on from wherever the server says."""

    def __init__(self, server: ServerProcess, sealed: Path) -> None:
        """Take what to send; nothing is begun."""
        self._server = server
        self.sealed = sealed
        self.length_bytes = sealed.stat().st_size
        self.where = ""

    def begin(self) -> None:
        """Create the upload."""
        with self._connection() as connection:
            mailbox = MailboxId("a" * 32)
            headers = TUS | metadata(mailbox)
            headers |= {"Upload-Length": str(self.length_bytes)}
            _, self.where = call(connection, "POST", "/uploads", b"", headers)

    def send_until(self, end: int) -> int:
        """Send whole pieces from the server's offset on; return the last status."""
        offset = _offset_once_unlocked(self._server, self.where)
        status = 0
        with self._connection() as connection, self.sealed.open("rb") as file:
            file.seek(offset)
            while offset < end:
                piece = file.read(LARGE_PIECE_BYTES)
                headers = TUS | PIECE | {"Upload-Offset": str(offset)}
                status, _ = call(connection, "PATCH", self.where, piece, headers)
                offset += len(piece)
        return status

    def send_half_a_piece(self) -> socket.socket:
        """Send half of the next piece; return when some of it is on the disk."""
        offset = _offset_once_unlocked(self._server, self.where)
        connection = PlainBrowser(self._server).connect()
        connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        headers = TUS | PIECE | {"Upload-Offset": str(offset)}
        headers["Content-Length"] = str(LARGE_PIECE_BYTES)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"PATCH {self.where} HTTP/1.1\r\nHost: x\r\n{lines}\r\n"
        with self.sealed.open("rb") as file:
            file.seek(offset)
            half = file.read(LARGE_PIECE_BYTES // 2)
        connection.sendall(head.encode() + half)
        growing = self._server.data / self.where.removeprefix("/")
        while growing.stat().st_size <= offset:
            time.sleep(0.01)
        return connection

    def offset(self) -> int:
        """Ask how far it is."""
        return _offset_once_unlocked(self._server, self.where)

    def _connection(self) -> closing[http.client.HTTPConnection]:
        return closing(
            http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=60)
        )


@pytest.fixture
def large(tmp_path: Path, server: ServerProcess) -> LargeUpload:
    """A sealed file as long as a report of some 200 MB."""
    path = tmp_path / "large.age"
    recipient = HybridIdentity.generate(system_entropy).recipient
    with path.open("wb") as sealed, (tmp_path / "plain").open("wb+") as plain:
        plain.truncate(ladder(LARGE_BYTES, floor_bytes=REPORT_FLOOR_BYTES))
        seal_stream(plain, sealed, [recipient], entropy=system_entropy)
    return LargeUpload(server, path)


def test_200_mb_survive_a_cut_a_kill_and_a_restart(
    server: ServerProcess, large: LargeUpload
) -> None:
    """Each in the middle of a piece; nothing that was acknowledged is sent again."""
    quarter = large.length_bytes // 4
    server.start()
    large.begin()
    acknowledged = []
    for number, stop in enumerate((None, server.kill, server.stop), start=1):
        large.send_until(number * quarter)
        acknowledged.append(large.offset())
        connection = large.send_half_a_piece()
        if stop is not None:
            stop()
            server.start()
        connection.close()
        acknowledged.append(large.offset())

    status = large.send_until(large.length_bytes)

    (path,) = (server.data / "deposits").iterdir()
    assert status == 204
    assert acknowledged == sorted(acknowledged)
    assert acknowledged[0] >= quarter
    with path.open("rb") as kept, large.sealed.open("rb") as sent:
        digests = [
            hashlib.file_digest(file, "sha256").digest() for file in (kept, sent)
        ]
    assert digests[0] == digests[1]


def test_orphans_go_at_the_start_but_not_from_under_another_server(
    house: House,
) -> None:
    """A second process must not take the first one's files for leftovers."""
    orphan = house.config.data / "deposits" / ("a" * 32)
    orphan.write_bytes(b"sealed")
    files = SealedFiles(house.config.data)
    files.prepare()

    beside = files.clean(deposits=(), uploads=())
    still_there = orphan.exists()
    house.release()
    alone = files.clean(deposits=(), uploads=())

    assert (beside, still_there) == (False, True)
    assert (alone, orphan.exists()) == (True, False)


def test_32_slow_uploads_do_not_stop_a_33rd_reporter(server: ServerProcess) -> None:
    """Slow lines are what Tor has; nobody waits for another's."""
    server.start()
    slow = []
    for _ in range(32):
        browser = PlainBrowser(server).open_form()
        request = browser.report_request("медленно", [("a", bytes(10**6))])
        connection = browser.connect()
        connection.sendall(request[:FIRST_BYTES])
        slow.append((connection, request))

    quick = PlainBrowser(server).open_form().report("быстро")

    waiting = len(list((server.data / "uploads").iterdir()))
    for connection, request in slow:
        connection.sendall(request[FIRST_BYTES:])
    answers = []
    for connection, _ in slow:
        answers.append(connection.recv(12))
        connection.close()
    assert quick == 303
    assert waiting == 32
    assert answers == [b"HTTP/1.1 303"] * 32
    assert list((server.data / "uploads").iterdir()) == []


def test_a_connection_that_breaks_loses_little(
    server: ServerProcess, organisation: Organisation
) -> None:
    """A reset in the middle of a piece keeps what had come by then."""
    sealed, mailbox = seal_in_page(organisation, attachments=[("a", bytes(10**6))])
    server.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    created = TUS | metadata(mailbox) | {"Upload-Length": str(len(sealed))}
    _, where = call(connection, "POST", "/uploads", b"", created)
    connection.close()
    broken = PlainBrowser(server).connect()
    broken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    headers = TUS | PIECE | {"Upload-Offset": "0", "Content-Length": str(len(sealed))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    broken.sendall(f"PATCH {where} HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode())
    sent_bytes = READ_BYTES + 2 * FIRST_READ_BYTES
    broken.sendall(sealed[:sent_bytes])
    path = server.data / where.removeprefix("/")
    while path.stat().st_size < 2 * FIRST_READ_BYTES:
        time.sleep(0.01)
    broken.close()

    offset = _offset_once_unlocked(server, where)

    assert 2 * FIRST_READ_BYTES <= offset <= sent_bytes


def _offset_once_unlocked(server: ServerProcess, where: str) -> int:
    for _ in range(500):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.request("HEAD", where, headers=TUS)
        response = connection.getresponse()
        connection.close()
        if response.status == 200:
            return int(response.headers["Upload-Offset"])
        assert response.status == 423
        time.sleep(0.02)
    raise AssertionError("the lock was never given back")
