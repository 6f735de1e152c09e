"""HTTP to the intake when the intake is hostile: nothing is believed."""

import gzip
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from protocol.directory import IdentityList
from protocol.mailbox import MailboxId
from protocol.sync import AcknowledgementBatch, DepositId, ReplyId, verify_request
from review_console.domain.errors import IntakeRefusedError, IntakeUnreachableError
from review_console.services.intake import ReplyOutcome
from review_console.storage.intake_client import (
    MAX_DIRECTORY_BYTES,
    MAX_LISTING_BYTES,
    HttpIntake,
)
from tests.review_console.people import FakeClock

pytestmark = pytest.mark.enable_socket

KEY = SigningKey.generate(system_entropy)
MAILBOX = MailboxId("a" * 32)


@dataclass
class HostileIntake:
    """Answers every request as the test says, and keeps what was asked."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    piece_bytes: int = 1 << 20
    """How much is sent at a time."""

    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    origin: str = ""


@pytest.fixture
def hostile() -> Iterator[HostileIntake]:
    """A server on loopback."""
    plan = HostileIntake()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            plan.asked.append((self.command, self.path, dict(self.headers), body))
            self.send_response(plan.status)
            for name, value in plan.headers.items():
                self.send_header(name, value)
            if plan.status not in {201, 204}:
                self.send_header("Content-Length", str(len(plan.body)))
            self.end_headers()
            for start in range(0, len(plan.body), plan.piece_bytes):
                self.wfile.write(plan.body[start : start + plan.piece_bytes])
                if start:
                    time.sleep(0.01)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815  # the library's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    plan.origin = f"http://127.0.0.1:{server.server_address[1]}"
    yield plan
    server.shutdown()
    thread.join()
    server.server_close()


def intake_of(hostile: HostileIntake, clock: FakeClock | None = None) -> HttpIntake:
    """Make the client for it."""
    return HttpIntake(origin=hostile.origin, clock=clock or FakeClock())


def test_every_request_is_signed(hostile: HostileIntake) -> None:
    """Method, address and body; the intake checks it with the same library."""
    clock = FakeClock()
    hostile.status = 204

    with intake_of(hostile, clock).connect(KEY) as connection:
        connection.acknowledge(AcknowledgementBatch(deposits=()))
        outcome = connection.put_reply(
            MAILBOX, ReplyId.generate(system_entropy), b"sealed"
        )

    assert outcome is ReplyOutcome.STORED
    for method, path, headers, body in hostile.asked:
        verify_request(
            method,
            hostile.origin + path,
            headers,
            body,
            key=KEY.verification_key,
            now=clock.now(),
        )


def test_keys_are_put_signed_and_looked_at_as_a_stranger(
    hostile: HostileIntake,
) -> None:
    """What is published is signed; a visit carries nothing that names the console."""
    clock = FakeClock()
    intake = intake_of(hostile, clock)
    hostile.status = 204
    with intake.connect(KEY) as connection:
        connection.put_identities(IdentityList(identities=()))
    hostile.status, hostile.body = 200, b"whatever it serves"

    served = intake.visit_directory(), intake.visit_identities()

    assert served == (hostile.body, hostile.body)
    (put, *visits) = hostile.asked
    assert put[:2] == ("PUT", "/sync/identities")
    verify_request(
        put[0],
        hostile.origin + put[1],
        put[2],
        put[3],
        key=KEY.verification_key,
        now=clock.now(),
    )
    assert [each[1] for each in visits] == ["/directory.json", "/identities.json"]
    for _, _, headers, body in visits:
        assert not {"Signature", "Signature-Input", "Cookie"} & headers.keys()
        assert body == b""


@pytest.mark.parametrize("status", [302, 404, 503])
def test_a_visit_follows_no_redirect(hostile: HostileIntake, status: int) -> None:
    """A closed or redirected door is a refusal, not somebody else's directory."""
    hostile.status = status
    hostile.headers["Location"] = "http://127.0.0.1:1/elsewhere"

    with pytest.raises(IntakeRefusedError):
        intake_of(hostile).visit_directory()


def test_a_visit_reads_no_more_than_a_directory(hostile: HostileIntake) -> None:
    """A hostile intake fills no memory."""
    hostile.body = bytes(MAX_DIRECTORY_BYTES + 1)

    with pytest.raises(IntakeUnreachableError, match="limit"):
        intake_of(hostile).visit_directory()


def test_a_deleted_mailbox_is_no_error(hostile: HostileIntake) -> None:
    """410 means that nobody will read it."""
    hostile.status = 410

    with intake_of(hostile).connect(KEY) as connection:
        outcome = connection.put_reply(
            MAILBOX, ReplyId.generate(system_entropy), b"sealed"
        )

    assert outcome is ReplyOutcome.GONE


@pytest.mark.parametrize("status", [301, 401, 404, 500])
def test_any_other_status_is_a_refusal(hostile: HostileIntake, status: int) -> None:
    """Also a redirect: a signature is not carried elsewhere."""
    hostile.status = status
    hostile.headers["Location"] = "http://127.0.0.1:1/elsewhere"

    with intake_of(hostile).connect(KEY) as connection:
        with pytest.raises(IntakeRefusedError) as error:
            connection.list_deposits(None)
        with (
            pytest.raises(IntakeRefusedError),
            connection.fetch(DepositId("a" * 32), size_bytes=1),
        ):
            pass

    assert error.value.status == status
    assert len(hostile.asked) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"\xff",
        b'{"format":"debunker-deposits/2","deposits":[]}',
        b'{"format":"debunker-deposits/1","deposits":[{"id":"../x"}]}',
        b" " * (MAX_LISTING_BYTES + 1),
    ],
)
def test_a_listing_in_no_known_format_is_no_listing(
    hostile: HostileIntake, body: bytes
) -> None:
    """Junk, another version, too much: one error, nothing is taken from it."""
    hostile.body = body

    with (
        intake_of(hostile).connect(KEY) as connection,
        pytest.raises(IntakeUnreachableError),
    ):
        connection.list_deposits(None)


def test_an_answer_that_drips_ends(hostile: HostileIntake) -> None:
    """A file has as long as its size needs, not as long as the intake likes."""
    clock = FakeClock()
    hostile.body = bytes(300_000)

    with (
        intake_of(hostile, clock).connect(KEY) as connection,
        connection.fetch(DepositId("a" * 32), size_bytes=300_000) as chunks,
    ):
        next(chunks)
        clock.advance(seconds=120)
        with pytest.raises(IntakeUnreachableError):
            next(chunks)


class HastyClock(FakeClock):
    """A clock on which ten seconds pass between two looks."""

    def now(self) -> datetime:
        """Move on, then tell."""
        self.advance(seconds=10)
        return super().now()


def test_one_byte_a_second_is_no_transfer(hostile: HostileIntake) -> None:
    """The clock is looked at after each piece, however small."""
    hostile.body = bytes(60)
    hostile.piece_bytes = 1
    deposit_id = DepositId("a" * 32)

    def read_all() -> None:
        with (
            intake_of(hostile, HastyClock()).connect(KEY) as connection,
            connection.fetch(deposit_id, size_bytes=60) as chunks,
        ):
            for _ in chunks:
                pass

    with pytest.raises(IntakeUnreachableError, match="too long"):
        read_all()


def test_nothing_is_unpacked(hostile: HostileIntake) -> None:
    """We ask for plain bytes; a small answer cannot become a large one."""
    hostile.body = gzip.compress(b'{"format":"debunker-deposits/1","deposits":[]}')
    hostile.headers["Content-Encoding"] = "gzip"

    with (
        intake_of(hostile).connect(KEY) as connection,
        pytest.raises(IntakeUnreachableError),
    ):
        connection.list_deposits(None)


def test_a_port_without_a_server_is_away() -> None:
    """The error quotes no address."""
    intake = HttpIntake(origin="http://127.0.0.1:9", clock=FakeClock())

    with (
        intake.connect(KEY) as connection,
        pytest.raises(IntakeUnreachableError, match="does not answer") as error,
    ):
        connection.list_deposits(None)

    assert error.value.__cause__ is None
