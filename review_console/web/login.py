"""Logging in and out."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from review_console.domain.errors import LoginRefusedError, TooSoonError
from review_console.web.access import (
    LANGUAGE,
    TICKET,
    current_or_none,
    forget_session,
    members,
    public,
    services,
    signal,
)
from review_console.web.headers import DEVICE_COOKIE_NAME, set_device_cookie
from review_console.web.language import gettext as _
from review_console.web.language import language

blueprint: Final = Blueprint("login", __name__)


@blueprint.get("/login")
@public
def form() -> ResponseReturnValue:
    """Ask for name, passphrase and code."""
    if current_or_none() is not None:
        return redirect(url_for("cases.index"), HTTPStatus.SEE_OTHER)
    return render_template("login.html", values={}, errors={})


@blueprint.post("/login")
@public
def log_in() -> ResponseReturnValue:
    """Open a session under a new cookie, or say once that it did not fit."""
    name = request.form.get("name", "")
    try:
        ticket = services().log_in(
            name=name,
            passphrase=request.form.get("passphrase", ""),
            code=request.form.get("code", ""),
            device=request.cookies.get(DEVICE_COOKIE_NAME, ""),
        )
    except TooSoonError:
        sentence = _("Too many attempts. Wait a quarter of a minute and try again.")
        return _refused(name, sentence), HTTPStatus.TOO_MANY_REQUESTS
    except LoginRefusedError:
        sentence = _("Name, passphrase or code is wrong.")
        return _refused(name, sentence), HTTPStatus.UNPROCESSABLE_ENTITY
    chosen = language().value
    forget_session()  # an old session, or one planted before the log-in
    session[LANGUAGE] = chosen
    session[TICKET] = ticket
    unlocked = services().resume_session(ticket)
    services().keep_identities(by=unlocked)
    services().care_later(by=unlocked)
    answer = redirect(url_for("cases.index"), HTTPStatus.SEE_OTHER)
    set_device_cookie(answer, services().devices.issue(name))
    return answer


def _refused(name: str, sentence: str) -> str:
    """Ask again; passphrase and code are not kept."""
    return render_template(
        "login.html",
        values={"name": name},
        errors={"form": sentence},
    )


@blueprint.post("/logout")
@public
def log_out() -> ResponseReturnValue:
    """End the session on both sides."""
    forget_session()
    return redirect(url_for(".form"), HTTPStatus.SEE_OTHER)


@blueprint.get("/alive")
@members
@signal
def alive() -> ResponseReturnValue:
    """Count as activity while somebody types."""
    return "", HTTPStatus.NO_CONTENT
