"""What each route demands, declared beside it; one that declares nothing is refused.

    @declare(access=Access.SESSION, limit_bytes=…)

A guard holds each request to its route's declaration before the view runs.

Rules:
* A body needs a length: then a limit can be held before a byte is read; and it is
  watched, so that silence cannot hold a thread.
* Pages take a change only from themselves (`Sec-Fetch-Site`, else `Origin`), on
  top of the CSRF token and SameSite. tus, mailbox and sync need headers that no
  foreign form can send.
* Sync is verified here, so that no view can forget it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, request

from intake.web.services import services
from protocol.errors import UnverifiedRequestError
from protocol.sync import verify_request

NO_BODY: Final = 0
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_ATTRIBUTE: Final = "_debunker_declaration"

View = TypeVar("View", bound=Callable[..., Any])


class Access(Enum):
    """Who may call a route."""

    PUBLIC = "public"
    """Anyone, without a session."""

    SESSION = "session"
    """Anyone; changes need the CSRF token of the session."""

    UPLOAD = "upload"
    """Whoever speaks tus; the upload's id is the secret."""

    MAILBOX = "mailbox"
    """Whoever has the mailbox's token."""

    SYNC = "sync"
    """The console: requests signed by the pinned key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a route demands."""

    access: Access
    limit_bytes: int | None
    """Of the body; `None` means the installation's limit, held by the view."""


def declare(*, access: Access, limit_bytes: int | None) -> Callable[[View], View]:
    """Declare what a view demands."""

    def mark(view: View) -> View:
        setattr(view, _ATTRIBUTE, Declaration(access=access, limit_bytes=limit_bytes))
        return view

    return mark


def declaration_of(app: Flask, endpoint: str) -> Declaration | None:
    """Return what a route declares."""
    found: Declaration | None = getattr(app.view_functions[endpoint], _ATTRIBUTE, None)
    return found


def install_guard(app: Flask) -> None:
    """Hold every request to its declaration; refuse to start without one.

    Raises:
        RuntimeError: A route declares nothing.
    """
    for rule in app.url_map.iter_rules():
        if declaration_of(app, rule.endpoint) is None:
            raise RuntimeError(f"the route {rule.endpoint} declares nothing")
    app.before_request(_guard)
    app.teardown_request(_leave)


def _guard() -> None:
    if request.endpoint is None:
        return
    declaration = declaration_of(current_app._get_current_object(), request.endpoint)  # type: ignore[attr-defined]  # noqa: SLF001  # Flask's documented way to the app
    if declaration is None:
        raise RuntimeError("a route was added after the start")
    _hold_length(declaration)
    if request.content_length:
        services().body_watch.enter(request.environ)
    match declaration.access:
        case Access.SESSION | Access.PUBLIC:
            if request.method not in SAFE_METHODS and not comes_from_ourselves():
                abort(HTTPStatus.FORBIDDEN)
        case Access.SYNC:
            _verify_sync()
        case Access.UPLOAD | Access.MAILBOX:
            pass


def _leave(_error: BaseException | None) -> None:
    if request.content_length:
        services().body_watch.leave(request.environ)


def _hold_length(declaration: Declaration) -> None:
    if "Transfer-Encoding" in request.headers:
        abort(HTTPStatus.LENGTH_REQUIRED)
    limit_bytes = declaration.limit_bytes
    if limit_bytes is not None and (request.content_length or 0) > limit_bytes:
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def comes_from_ourselves() -> bool:
    """Tell whether a page of this very origin sent the request."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    # Very old browsers send neither; SameSite and the token still hold there.
    return origin is None or urlsplit(origin).netloc == request.host


def _verify_sync() -> None:
    body = request.stream.read()
    query = request.query_string.decode("latin-1")
    target = services().sync_origin + request.path + (f"?{query}" if query else "")
    try:
        verify_request(
            request.method,
            target,
            dict(request.headers),
            body,
            key=services().sync_key,
            now=services().clock.now(),
        )
    except UnverifiedRequestError:
        abort(HTTPStatus.UNAUTHORIZED)
    g.sync_body = body
