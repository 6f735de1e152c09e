"""Every header and cookie that the intake sends, in one table.

Rules:
* Nothing is allowed that is not named: no other host, no inline script or style.
* Nothing may be cached: a shared computer must not show a page again.
* Referrers go to ourselves only; with *no-referrer* a form would lose its Origin.
* The cookie is unreadable for scripts, for other sites and for other hosts.
"""

from typing import Final

from flask import Response

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


def apply_headers(response: Response) -> Response:
    """Put the table onto a response, whatever it says itself."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


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
