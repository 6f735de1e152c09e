"""The cookie of a session: what was sealed comes back, anything else is no session."""

from datetime import UTC, datetime

from flask import Flask, Request

from intake.web.headers import COOKIE_NAME
from intake.web.session import SealedCookies
from intake.web.session_keys import SessionKeys
from tests.fuzz.fixed_entropy import fixed_entropy

_NOW = datetime(2026, 11, 24, tzinfo=UTC)
_CONTENT = {"codename": "0011"}


class _FixedClock:
    def now(self) -> datetime:
        return _NOW


_APP = Flask(__name__)
_COOKIES = SealedCookies(
    SessionKeys(b"k" * 32, now=_NOW),
    clock=_FixedClock(),
    entropy=fixed_entropy("session cookie"),
)
_SEALED = _COOKIES._seal(_CONTENT, _NOW)


def target(data: bytes) -> bool:
    """Send the input as the cookie."""
    cookie = f"{COOKIE_NAME}={data.decode('latin-1')}"
    session = _COOKIES.open_session(_APP, Request({"HTTP_COOKIE": cookie}))
    if session.new:
        assert not session, "a new session that holds something"
        return False
    assert dict(session) == _CONTENT, "a forged cookie opens"
    return True


def seeds() -> dict[str, bytes]:
    """The true one, old and padded ones, and no base64 at all."""
    old = _COOKIES._seal(_CONTENT, datetime(2026, 11, 23, tzinfo=UTC))
    cookies = {
        "true": _SEALED,
        "old": old,
        "padded": _SEALED + "=",
        "cut": _SEALED[:-4],
        "flipped": _SEALED[:40] + ("A" if _SEALED[40] != "A" else "B") + _SEALED[41:],
        "quoted": f'"{_SEALED}"',
        "not_base64": "!!!!",
        "too_long": "A" * 3_000,
    }
    return {name: cookie.encode() for name, cookie in cookies.items()}
