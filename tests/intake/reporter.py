"""Reporters: with a script that speaks tus, and without, filling in the form."""

import io
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from protocol.mailbox import MailboxId

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {"Content-Type": "application/offset+octet-stream"}
ORIGIN = "https://intake.test"
MULTIPART = "multipart/form-data"
BOUNDARY = "a-boundary-of-a-browser"


def metadata(mailbox: MailboxId) -> dict[str, str]:
    """Name the mailbox as tus wants it."""
    return {"Upload-Metadata": f"mailbox {b64encode(str(mailbox).encode()).decode()}"}


def begin(
    client: FlaskClient, mailbox: MailboxId, length_bytes: int, first: bytes = b""
) -> TestResponse:
    """Create an upload, perhaps with its first bytes."""
    headers = TUS | metadata(mailbox) | {"Upload-Length": str(length_bytes)}
    if first:
        headers |= PIECE
    return client.post("/uploads", headers=headers, data=first)


def append(client: FlaskClient, where: str, offset: int, piece: bytes) -> TestResponse:
    """Send a piece."""
    headers = TUS | PIECE | {"Upload-Offset": str(offset)}
    return client.patch(where, headers=headers, data=piece)


def look(client: FlaskClient, where: str) -> TestResponse:
    """Ask how far an upload is."""
    return client.head(where, headers=TUS)


def upload(client: FlaskClient, sealed: bytes, mailbox: MailboxId) -> str:
    """Send a whole sealed file in two pieces; return the upload's address."""
    where = begin(client, mailbox, len(sealed)).headers["Location"]
    half = len(sealed) // 2
    assert append(client, where, 0, sealed[:half]).status_code == 204
    assert append(client, where, half, sealed[half:]).status_code == 204
    return where


def token_in(page: str) -> str:
    """Find the CSRF token of a form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def codename_in(page: str) -> str:
    """Find the codename on a page, in characters."""
    found = re.search(r'id="codename-characters"[^>]*>([0-9A-Z-]+)<', page)
    assert found
    return found[1]


def shown_in(page: str) -> str:
    """Find which codename a form says that it showed."""
    found = re.search(r'name="shown" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


def encode_form(
    fields: Mapping[str, str],
    files: Sequence[tuple[str, bytes]] = (),
    *,
    file_field: str = "attachments",
) -> bytes:
    """Encode a form as browsers do: also empty fields, and no chosen file."""
    begin = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="'
    parts = [
        f'{begin}{name}"\r\n\r\n{text}\r\n'.encode() for name, text in fields.items()
    ]
    for name, content in files or [("", b"")]:
        head = f'{begin}{file_field}"; filename="{name}"\r\n'
        head += "Content-Type: application/octet-stream\r\n\r\n"
        parts.append(head.encode() + content + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


@dataclass
class PlainReporter:
    """Someone without JavaScript."""

    client: FlaskClient
    language: str = "ru"
    page: str = field(default="", init=False)
    token: str = field(default="", init=False)
    file_field: str = "attachments"

    def get(self, path: str) -> TestResponse:
        """Open a page of the language."""
        response = self.client.get(f"/{self.language}/{path}", base_url=ORIGIN)
        self._remember(response)
        return response

    def post(
        self,
        path: str,
        fields: dict[str, str] | None = None,
        *,
        files: Sequence[tuple[str, bytes]] = (),
        multipart: bool = False,
        token: str | None = None,
    ) -> TestResponse:
        """Send a form of the page that is open."""
        content = {"csrf_token": self.token if token is None else token}
        content |= fields or {}
        if multipart:
            body, kind = (
                encode_form(content, files, file_field=self.file_field),
                f"{MULTIPART}; boundary={BOUNDARY}",
            )
        else:
            body, kind = (
                urlencode(content).encode(),
                "application/x-www-form-urlencoded",
            )
        response = self.client.post(
            f"/{self.language}/{path}",
            base_url=ORIGIN,
            input_stream=io.BytesIO(body),
            content_length=len(body),
            content_type=kind,
        )
        self._remember(response)
        return response

    def report(
        self, text: str, *, files: Sequence[tuple[str, bytes]] = (), **fields: str
    ) -> TestResponse:
        """Fill in the form that is open, and send it."""
        content = {"text": text, **fields}
        return self.post("plain/report", content, files=files, multipart=True)

    def _remember(self, response: TestResponse) -> None:
        if response.mimetype == "text/html" and "csrf_token" in response.text:
            self.page = response.text
            self.token = token_in(response.text)
