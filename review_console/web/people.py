"""What members read about each other, and how one changes one’s own keys."""

from http import HTTPStatus
from typing import Final

import segno
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from protocol.fingerprint import Fingerprint
from protocol.passphrase import MIN_PASSPHRASE_CHARACTERS, WeakPassphraseError
from review_console.domain.errors import LoginRefusedError, TooSoonError
from review_console.services.accounts import NewAccount
from review_console.services.notices import Notice
from review_console.services.passphrases import OwnKeysDraft
from review_console.web.access import TICKET, current, members, services
from review_console.web.language import gettext as _
from review_console.web.language import language

blueprint: Final = Blueprint("people", __name__)

DONE: Final = "done"
MAX_DIGITS: Final = 9
QUIET: Final = 4
"""Modules of white around the picture, as readers need."""


def notice_rows() -> list[dict[str, object]]:
    """List what this account has not read yet, for the page of cases."""
    return [_row(each) for each in services().notices(by=current())]


@blueprint.post("/notices")
@members
def confirm() -> ResponseReturnValue:
    """Remember that somebody has read up to here."""
    place = request.form.get("place", "")
    if place.isascii() and place.isdecimal() and len(place) <= MAX_DIGITS:
        services().notices.confirm(int(place), by=current())
    return redirect(url_for("cases.index"), HTTPStatus.SEE_OTHER)


@blueprint.get("/account")
@members
def own() -> ResponseReturnValue:
    """Offer a new passphrase and a new second factor."""
    return _form({})


@blueprint.post("/account")
@members
def change() -> ResponseReturnValue:
    """Seal the person's keys anew; a new second factor is shown this once."""
    new, again = request.form.get("new", ""), request.form.get("again", "")
    if new != again:
        sentence = _("The two new passphrases differ. Type both again.")
        return _form({"again": sentence}), HTTPStatus.UNPROCESSABLE_ENTITY
    draft = OwnKeysDraft(
        old_passphrase=request.form.get("old", ""),
        code=request.form.get("code", ""),
        new_passphrase=new,
        new_totp="new_totp" in request.form,
    )
    try:
        made, ticket = services().change_own_keys(draft, by=current())
    except TooSoonError:
        sentence = _("Too many attempts. Wait a quarter of a minute and try again.")
        return _form({"old": sentence}), HTTPStatus.TOO_MANY_REQUESTS
    except LoginRefusedError:
        sentence = _(
            "The present passphrase or the code is wrong. Each code works only once: "
            "wait for the next one."
        )
        return _form({"old": sentence}), HTTPStatus.UNPROCESSABLE_ENTITY
    except WeakPassphraseError:
        sentence = _("Too short: take %(count)s characters or more, such as six words.")
        error = sentence % {"count": MIN_PASSPHRASE_CHARACTERS}
        return _form({"new": error}), HTTPStatus.UNPROCESSABLE_ENTITY
    services().sessions.end(session[TICKET])
    session[TICKET] = ticket
    if draft.new_totp:
        return render_template("account_totp.html", totp=_shown(made))
    flash(_("From now on the new passphrase opens your keys."), DONE)
    return redirect(url_for("cases.index"), HTTPStatus.SEE_OTHER)


def _form(errors: dict[str, str]) -> str:
    """Ask; nothing that was typed is kept."""
    key = Fingerprint.of_key(current().account.signing_key)
    return render_template(
        "account.html",
        errors=errors,
        key=str(key),
        key_words=key.words(language()),
    )


def _shown(made: NewAccount) -> dict[str, object]:
    """Give the picture as one path of an SVG: it is written to no file."""
    modules = list(segno.make(made.totp_uri, micro=False).matrix_iter(border=QUIET))
    squares = [
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(modules)
        for x, module in enumerate(row)
        if module
    ]
    return {
        "path": "".join(squares),
        "side": len(modules),
        "secret": made.totp_text,
    }


def _row(notice: Notice) -> dict[str, object]:
    return {
        "kind": notice.kind.value,
        "at": notice.at,
        "name": notice.name,
        "by": notice.by,
        "place": notice.place,
    }
