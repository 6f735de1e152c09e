"""Every header and cookie that the console sends, in one table.

Rules:
* Nothing is allowed that is not named: no other host, no inline script or style.
* Nothing may be cached: what was decrypted stays out of the browser's disk.
* A download is bytes to save: it may not run, frame or load anything, whatever
  a stranger put into it.
* Both cookies are unreadable for scripts, for other sites and for other hosts.
"""

from typing import Final

from flask import Flask, Response
from werkzeug.wrappers import Response as WerkzeugResponse

COOKIE_NAME: Final = "__Host-session"

COOKIE: Final = {
    "SESSION_COOKIE_NAME": COOKIE_NAME,
    "SESSION_COOKIE_PATH": "/",
    "SESSION_COOKIE_DOMAIN": None,
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Strict",
}
"""Flask's settings for the session; without an age it ends with the browser."""

DEVICE_COOKIE_NAME: Final = "__Host-device"
DEVICE_COOKIE_SECONDS: Final = 90 * 24 * 60 * 60
"""Says that somebody logged in here before; opens nothing."""

CONTENT_POLICY: Final = "Content-Security-Policy"

_PAGE_ALLOWS: Final = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)

PAGE_POLICY: Final = "; ".join(_PAGE_ALLOWS)

DOWNLOAD_POLICY: Final = "sandbox; default-src 'none'"

HEADERS: Final = {
    CONTENT_POLICY: PAGE_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Origin-Agent-Cluster": "?1",
    "X-DNS-Prefetch-Control": "off",
    "X-Permitted-Cross-Domain-Policies": "none",
    "X-Robots-Tag": "noindex, noarchive",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
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
    ),
}


def apply_headers(response: Response) -> Response:
    """Put the table onto a response; a download keeps its stricter policy."""
    is_download = response.headers.get(CONTENT_POLICY) == DOWNLOAD_POLICY
    for name, value in HEADERS.items():
        response.headers[name] = value
    if is_download:
        response.headers[CONTENT_POLICY] = DOWNLOAD_POLICY
    return response


def set_device_cookie(response: WerkzeugResponse, token: str) -> None:
    """Let a device be known again, for its own count of failures."""
    response.set_cookie(
        DEVICE_COOKIE_NAME,
        token,
        max_age=DEVICE_COOKIE_SECONDS,
        path="/",
        secure=True,
        httponly=True,
        samesite="Strict",
    )


def install(app: Flask) -> None:
    """Hold the app to the table."""
    app.config.update(COOKIE)
    app.after_request(apply_headers)
