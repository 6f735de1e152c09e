"""HTTP to the intake: every request signed, nothing believed but its format.

Spec: docs/protocol.md §6.

Rules:
* No proxy, credential or certificate is taken from the environment.
* No redirect is followed: it would carry a signature elsewhere.
* Answers are read up to a limit; a sealed file is streamed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Final, TypeVar

import requests
from urllib3.exceptions import HTTPError

from crypto.ed25519 import SigningKey
from protocol.directory import IdentityList, SignedDirectory
from protocol.errors import ProtocolError
from protocol.mailbox import MailboxId
from protocol.sync import (
    AcknowledgementBatch,
    DepositId,
    DepositListing,
    ReplyId,
    sign_request,
)
from review_console.domain.errors import IntakeRefusedError, IntakeUnreachableError
from review_console.services.effects import Clock
from review_console.services.intake import ReplyOutcome

CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 60.0
PATIENCE: Final = timedelta(seconds=60)
SLOWEST_BYTES_A_SECOND: Final = 50_000
"""Tor carries twenty times as much; slower than this is no transfer."""

CHUNK_BYTES: Final = 1 << 16
MAX_LISTING_BYTES: Final = 1 << 20
"""A page of 500 rows of some 200 bytes is a tenth of it."""

MAX_DIRECTORY_BYTES: Final = 1 << 18
MAX_IDENTITIES_BYTES: Final = 1 << 20
"""Both as the formats limit them."""

Answer = TypeVar("Answer")

PLAIN: Final = {"Accept-Encoding": "identity"}
JSON: Final = {"Content-Type": "application/json"}
SEALED: Final = {"Content-Type": "application/octet-stream"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpIntake:
    """Implements `services.intake.Intake`."""

    origin: str
    """``http://…`` or ``https://…`` without a slash at the end; as signed."""

    clock: Clock

    @contextmanager
    def connect(self, sync_key: SigningKey) -> Iterator["HttpConnection"]:
        """Sign with this key until the end of the block."""
        with requests.Session() as session:
            session.trust_env = False
            yield HttpConnection(
                session=session,
                origin=self.origin,
                sync_key=sync_key,
                clock=self.clock,
            )

    def visit_directory(self) -> bytes:
        """Fetch what any visitor gets as directory."""
        return self._visit("/directory.json", MAX_DIRECTORY_BYTES)

    def visit_identities(self) -> bytes:
        """Fetch what any visitor gets as identities."""
        return self._visit("/identities.json", MAX_IDENTITIES_BYTES)

    def _visit(self, path: str, limit_bytes: int) -> bytes:
        """Fetch without a signature, on a connection of its own."""
        with requests.Session() as session:
            session.trust_env = False
            response = _reached(
                lambda: session.get(
                    self.origin + path,
                    headers=PLAIN,
                    timeout=(CONNECT_SECONDS, READ_SECONDS),
                    allow_redirects=False,
                    stream=True,
                ),
            )
            with response:
                _demand(response, HTTPStatus.OK)
                return _read(response, limit_bytes, self.clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpConnection:
    """Implements `services.intake.IntakeConnection`."""

    session: requests.Session
    origin: str
    sync_key: SigningKey
    clock: Clock

    def list_deposits(self, after: DepositId | None) -> DepositListing:
        """List the next page of what is not acknowledged."""
        path = "/sync/deposits" + ("" if after is None else f"?after={after}")
        with self._exchange("GET", path) as response:
            _demand(response, HTTPStatus.OK)
            body = _read(response, MAX_LISTING_BYTES, self.clock)
        try:
            return DepositListing.parse(body)
        except ProtocolError as error:
            raise IntakeUnreachableError("a listing in no known format") from error

    @contextmanager
    def fetch(
        self,
        deposit_id: DepositId,
        *,
        size_bytes: int,
    ) -> Iterator[Iterator[bytes]]:
        """Stream a sealed file; untrusted until its hash is checked."""
        with self._exchange("GET", f"/sync/deposits/{deposit_id}") as response:
            _demand(response, HTTPStatus.OK)
            yield _chunks(response, size_bytes, self.clock)

    def acknowledge(self, batch: AcknowledgementBatch) -> None:
        """Let the intake delete; only after all of it is on our disk."""
        body = batch.to_json()
        with self._exchange("POST", "/sync/acknowledgements", body, JSON) as response:
            _demand(response, HTTPStatus.NO_CONTENT)

    def put_reply(
        self,
        mailbox: MailboxId,
        reply_id: ReplyId,
        sealed: bytes,
    ) -> ReplyOutcome:
        """Carry a sealed reply to its mailbox."""
        path = f"/sync/mailboxes/{mailbox}/replies/{reply_id}"
        with self._exchange("PUT", path, sealed, SEALED) as response:
            if response.status_code == HTTPStatus.GONE:
                return ReplyOutcome.GONE
            _demand(response, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT)
            return ReplyOutcome.STORED

    def put_directory(self, signed: SignedDirectory) -> None:
        """Publish a newer directory."""
        with self._exchange("PUT", "/sync/directory", signed.to_json(), JSON) as answer:
            _demand(answer, HTTPStatus.NO_CONTENT)

    def put_identities(self, identities: IdentityList) -> None:
        """Publish the intake identities in the place of the last ones."""
        body = identities.to_json()
        with self._exchange("PUT", "/sync/identities", body, JSON) as answer:
            _demand(answer, HTTPStatus.NO_CONTENT)

    @contextmanager
    def _exchange(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Iterator[requests.Response]:
        """Send one signed request and close its answer at the end."""
        url = self.origin + path
        signed = sign_request(
            method,
            url,
            body,
            key=self.sync_key,
            now=self.clock.now(),
        )
        response = _reached(
            lambda: self.session.request(
                method,
                url,
                data=body,
                headers={**PLAIN, **(headers or {}), **signed},
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ),
        )
        with response:
            yield response


def _chunks(
    response: requests.Response,
    size_bytes: int,
    clock: Clock,
) -> Iterator[bytes]:
    """Read an answer that must not drip: time grows with size alone."""
    patience = PATIENCE + timedelta(seconds=size_bytes / SLOWEST_BYTES_A_SECOND)
    deadline = clock.now() + patience
    # read1 gives what is there: waiting for a whole chunk would let one byte
    # a second last for hours between two looks at the clock.
    while chunk := _reached(lambda: response.raw.read1(CHUNK_BYTES)):
        if clock.now() > deadline:
            raise IntakeUnreachableError("the answer takes too long")
        yield chunk


def _read(response: requests.Response, limit_bytes: int, clock: Clock) -> bytes:
    """Read a small answer whole."""
    body = bytearray()
    for chunk in _chunks(response, limit_bytes, clock):
        body += chunk
        if len(body) > limit_bytes:
            raise IntakeUnreachableError("an answer beyond every limit")
    return bytes(body)


def _reached(attempt: Callable[[], Answer]) -> Answer:
    try:
        return attempt()
    except (requests.RequestException, HTTPError, OSError):
        # The cause may hold an address of the onion service; it stays here.
        raise IntakeUnreachableError("the intake does not answer") from None


def _demand(response: requests.Response, *wanted: HTTPStatus) -> None:
    if response.status_code not in wanted:
        raise IntakeRefusedError(response.status_code)
