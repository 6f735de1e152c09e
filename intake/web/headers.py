"""Every header and cookie that the intake sends, in one table.

Rules:
* Nothing is allowed that is not named: no other host, no inline script or style.
* No other site shows a page of ours inside its own, but the one that says so.
* Nothing may be cached: a shared computer must not show a page again.
* Referrers go to ourselves only; with *no-referrer* a form would lose its Origin.
* The cookie is unreadable for scripts, for other sites and for other hosts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from flask import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

COOKIE_NAME: Final = "__Host-session"

_CONTENT_POLICY: Final = (
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types debunker",
)

_FEATURES: Final = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "payment",
    "usb",
)

HEADERS: Final = {
    "Content-Security-Policy": "; ".join(_CONTENT_POLICY),
    # No script runs whose hash the page does not name. (Workers know no
    # hashes: the release names each of them.)
    "Integrity-Policy": "blocked-destinations=(script)",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    # Browsers heed it on https alone, so an onion address is not affected.
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Origin-Agent-Cluster": "?1",
    "X-DNS-Prefetch-Control": "off",
    "X-Permitted-Cross-Domain-Policies": "none",
    "X-Robots-Tag": "noarchive",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _FEATURES),
}


FRAME_HEADERS: Final = {
    name: value for name, value in HEADERS.items() if name != "X-Frame-Options"
} | {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'none'; base-uri 'none'"
}
"""Of the one page that may stand in a frame: it says to leave it, and takes nothing."""

_FRAME_KEY: Final = "debunker.frame"


def ask_for_frame_table(environ: WSGIEnvironment) -> None:
    """Have the answer to this request carry `FRAME_HEADERS`."""
    environ[_FRAME_KEY] = True


def with_table(app: WSGIApplication) -> WSGIApplication:
    """Put the table onto every answer of an app, whatever it says itself."""
    names = {name.lower() for name in HEADERS}

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        def start_with_table(
            status: str,
            headers: list[tuple[str, str]],
            *error: Any,  # noqa: ANN401  # WSGI's exc_info, passed on
        ) -> Callable[[bytes], object]:
            table = FRAME_HEADERS if _FRAME_KEY in environ else HEADERS
            own = [pair for pair in headers if pair[0].lower() not in names]
            return start(status, own + list(table.items()), *error)

        return app(environ, start_with_table)

    return answer


def set_cookie(response: Response, value: str, *, remove: bool) -> None:
    """Set or remove the one cookie there is.

    Without an age it goes when the browser closes; inside it is dated.
    """
    max_age = 0 if remove else None
    response.set_cookie(
        COOKIE_NAME,
        value,
        max_age=max_age,
        path="/",
        secure=True,
        httponly=True,
        samesite="Strict",
    )
