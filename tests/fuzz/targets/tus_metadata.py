"""tus headers: a mailbox or a number comes out, or status 400."""

import base64

from flask import Flask
from werkzeug.exceptions import BadRequest

from intake.web import uploads
from protocol.mailbox import MailboxId

_APP = Flask(__name__)
_MAILBOX = "abcdefghijklmnopqrstuvwxyz234567"
_LONGEST_NUMBER = 10**15


def target(data: bytes) -> bool:
    """Read the input as each header."""
    text = data.decode("latin-1")
    number = _number(text)
    if number is not None:
        assert 0 <= number < _LONGEST_NUMBER, "a number out of bounds"
    mailbox = _mailbox(text)
    if mailbox is None:
        return False
    assert text.startswith("mailbox "), "another key"
    decoded = base64.b64decode(text.removeprefix("mailbox "))
    assert decoded.decode() == str(mailbox), "another mailbox"
    return True


def _mailbox(text: str) -> MailboxId | None:
    try:
        return uploads._mailbox(text)
    except BadRequest:
        return None


def _number(text: str) -> int | None:
    environ = {"HTTP_UPLOAD_LENGTH": text, "REQUEST_METHOD": "POST"}
    with _APP.request_context(_wsgi(environ)):
        try:
            return uploads._number("Upload-Length")
        except BadRequest:
            return None


def _wsgi(more: dict[str, str]) -> dict[str, str]:
    return {
        "SERVER_NAME": "intake.example",
        "SERVER_PORT": "443",
        "wsgi.url_scheme": "https",
        "PATH_INFO": "/uploads",
    } | more


def seeds() -> dict[str, bytes]:
    """A mailbox, more than that, numbers, and other alphabets."""
    encoded = base64.b64encode(_MAILBOX.encode())
    return {
        "mailbox": b"mailbox " + encoded,
        "two_keys": b"mailbox " + encoded + b",filename Zm9v",
        "other_key": b"filename " + encoded,
        "no_value": b"mailbox",
        "not_base64": b"mailbox !!!!",
        "upper_case": b"mailbox " + base64.b64encode(_MAILBOX.upper().encode()),
        "number": b"70000",
        "long_number": b"9" * 16,
        "signed_number": b"+7",
        "other_digits": b"\xb2\xb3",
    }
