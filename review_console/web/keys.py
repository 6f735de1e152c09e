"""How the organisation's keys stand, and the button that renews them."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from review_console.web.access import current, members, services
from review_console.web.language import gettext as _

blueprint: Final = Blueprint("keys", __name__)

DONE: Final = "done"
TROUBLE: Final = "trouble"


@blueprint.get("/keys")
@members
def show() -> ResponseReturnValue:
    """Show directory, identities and the last publication."""
    return render_template("organisation_keys.html", keys=services().show_keys())


@blueprint.post("/keys/renew")
@members
def renew() -> ResponseReturnValue:
    """Renew and publish now, and say what became of it."""
    publish = services().keep_identities.prepare(by=current(), at_once=True)
    if publish is None:
        sentence = _(
            "Your account has no keys of the organisation yet, or no key directory "
            "was added.",
        )
        flash(sentence, TROUBLE)
    else:
        publish()
        keys = services().show_keys()
        if keys is not None and keys.publication and not keys.publication.trouble:
            flash(_("Renewed and published. Visitors get the newest keys."), DONE)
    return redirect(url_for(".show"), HTTPStatus.SEE_OTHER)
