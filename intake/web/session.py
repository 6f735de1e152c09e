"""Sessions of those without JavaScript: one sealed cookie, nothing on the server.

Spec: docs/protocol.md §3.

The cookie holds the codename's secret while a journey needs it, so it is sealed
with an AEAD, bound to its purpose, and dated inside. A cookie that is altered,
too old or of another key is no session at all; nothing tells which.
"""

import base64
import binascii
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin

from crypto.entropy import Entropy
from crypto.errors import CryptoError
from crypto.records import RecordKey
from intake.domain.clock import Clock
from intake.web.headers import COOKIE_NAME, set_cookie
from intake.web.session_keys import LIFETIME, SessionKeys

_PURPOSE: Final = b"debunker/intake/session/1"
_LONGEST_COOKIE: Final = 2048


class Session(dict[str, Any], SessionMixin):
    """What one browser carries; written back only when a view says so."""

    def __init__(self, content: dict[str, Any] | None = None, *, new: bool) -> None:
        """Take the content of a cookie, or start empty."""
        super().__init__(content or {})
        self.new = new
        self.modified = False
        self.accessed = True

    def _marking(self, change: Callable[[], Any]) -> Any:  # noqa: ANN401  # dict's own types
        self.modified = True
        return change()

    def __setitem__(self, key: str, value: object) -> None:
        """Set and remember to write back."""
        self._marking(lambda: super(Session, self).__setitem__(key, value))

    def __delitem__(self, key: str) -> None:
        """Delete and remember to write back."""
        self._marking(lambda: super(Session, self).__delitem__(key))

    def clear(self) -> None:
        """Forget everything; the browser is told to drop the cookie."""
        self._marking(super().clear)

    def __repr__(self) -> str:
        """Show nothing: there is a codename inside."""
        return "Session(…)"


class SealedCookies(SessionInterface):
    """Opens the cookie when a request comes, seals it when the answer goes."""

    def __init__(self, keys: SessionKeys, *, clock: Clock, entropy: Entropy) -> None:
        """Take the keys of this server."""
        self._keys = keys
        self._clock = clock
        self._entropy = entropy

    def open_session(self, app: Flask, request: Request) -> Session:  # noqa: ARG002  # Flask's signature
        """Return the session of a request; an empty one if the cookie is no good."""
        untrusted = request.cookies.get(COOKIE_NAME, "")
        now = self._clock.now()
        content = self._open(untrusted, now) if untrusted else None
        return Session(content, new=content is None)

    def save_session(
        self,
        app: Flask,  # noqa: ARG002  # Flask's signature
        session: SessionMixin,
        response: Response,
    ) -> None:
        """Seal what a view has changed into the answer's cookie."""
        if not session.modified:
            return
        if not session:
            set_cookie(response, "", remove=True)
            return
        set_cookie(response, self._seal(dict(session), self._clock.now()), remove=False)

    def _seal(self, content: dict[str, Any], now: datetime) -> str:
        dated = {"at": int(now.timestamp()), "content": content}
        plaintext = json.dumps(dated, separators=(",", ":")).encode()
        record = self._keys.sealing(now).encrypt(
            plaintext, associated_data=_PURPOSE, entropy=self._entropy
        )
        return base64.urlsafe_b64encode(record).rstrip(b"=").decode()

    def _open(self, untrusted: str, now: datetime) -> dict[str, Any] | None:
        if len(untrusted) > _LONGEST_COOKIE:
            return None
        try:
            padding = "=" * (-len(untrusted) % 4)
            record = base64.b64decode(
                untrusted + padding, altchars=b"-_", validate=True
            )
        except (binascii.Error, ValueError):
            return None
        for key in self._keys.opening(now):
            plaintext = _decrypt(key, record)
            if plaintext is not None:
                return _fresh(plaintext, now)
        return None


def _decrypt(key: RecordKey, record: bytes) -> bytes | None:
    try:
        return key.decrypt(record, associated_data=_PURPOSE)
    except CryptoError:
        return None


def _fresh(plaintext: bytes, now: datetime) -> dict[str, Any] | None:
    # Authenticated by now: our own words, so parsing cannot surprise.
    dated = json.loads(plaintext)
    age = timedelta(seconds=now.timestamp() - dated["at"])
    content: dict[str, Any] = dated["content"]
    return content if age < LIFETIME else None
