"""Who may call a route, declared beside it; a route that declares nothing is refused.

    @requires(Role.REVIEWER, Role.COORDINATOR)
    def show() -> …

The session's ticket lies in the one cookie. Before each view the guard opens the
vault with it, for this request, or sends the person to the log-in page.

Rules:
* The guard looks at the declaration alone; no view opens a session itself.
* What an account may *see* is decided in the load, not here.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from review_console.domain.account import Role, Unlocked
from review_console.domain.errors import SessionEndedError
from review_console.services.use_cases import Services

SERVICES: Final = "debunker-services"
TICKET: Final = "ticket"
LANGUAGE: Final = "language"
STATIC: Final = "static"
"""Flask's own route: style, script and pictures, nothing else."""

_ATTRIBUTE: Final = "_debunker_roles"
_SIGNAL: Final = "_debunker_signal"

View = TypeVar("View", bound=Callable[..., Any])


def services() -> Services:
    """Give the use cases of the running app."""
    found = current_app.extensions[SERVICES]
    if not isinstance(found, Services):
        raise TypeError("the app was not wired")
    return found


def public(view: View) -> View:
    """Declare that anyone may call a view."""
    setattr(view, _ATTRIBUTE, frozenset())
    return view


def requires(*roles: Role) -> Callable[[View], View]:
    """Declare which roles may call a view."""

    def declare(view: View) -> View:
        setattr(view, _ATTRIBUTE, frozenset(roles))
        return view

    return declare


def signal(view: View) -> View:
    """Declare that a script calls a view: without a session it gets 401."""
    setattr(view, _SIGNAL, True)
    return view


members: Final = requires(Role.REVIEWER, Role.COORDINATOR)
"""Everybody who works here."""


def current() -> Unlocked:
    """Give the account of this request, with its keys."""
    unlocked = g.get("unlocked")
    if not isinstance(unlocked, Unlocked):
        raise TypeError("a public view asked who is there")
    return unlocked


def current_or_none() -> Unlocked | None:
    """Give the account of this request, if there is one."""
    unlocked = g.get("unlocked")
    return unlocked if isinstance(unlocked, Unlocked) else None


def forget_session() -> None:
    """End the session on both sides; the language stays."""
    ticket, language = session.get(TICKET), session.get(LANGUAGE)
    if isinstance(ticket, str):
        services().sessions.end(ticket)
    session.clear()
    if language is not None:
        session[LANGUAGE] = language


def install(app: Flask) -> None:
    """Guard every route of the app."""
    app.before_request(_guard)


def check_declarations(app: Flask) -> None:
    """Stop the start if a route declares nothing; call it last.

    Args:
        app: With all its routes.

    Raises:
        RuntimeError: Names the routes.
    """
    silent = [
        name
        for name, view in app.view_functions.items()
        if name != STATIC and not hasattr(view, _ATTRIBUTE)
    ]
    if silent:
        raise RuntimeError(f"routes that declare no role: {', '.join(sorted(silent))}")


def _guard() -> ResponseReturnValue | None:
    _resume()
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == STATIC:
        return None  # nothing, or nothing secret
    roles: frozenset[Role] = getattr(view, _ATTRIBUTE)
    if not roles:
        return None
    unlocked = current_or_none()
    if unlocked is None:
        if hasattr(view, _SIGNAL):
            return "", HTTPStatus.UNAUTHORIZED
        return redirect(url_for("login.form"), HTTPStatus.SEE_OTHER)
    if unlocked.account.role not in roles:
        abort(HTTPStatus.FORBIDDEN)
    return None


def _resume() -> None:
    """Open the vault for this request, if the cookie's session is open."""
    ticket = session.get(TICKET)
    if not isinstance(ticket, str):
        return
    try:
        g.unlocked = services().resume_session(ticket)
    except SessionEndedError:
        forget_session()
        return
    services().keep_identities.now_and_then(by=g.unlocked)
