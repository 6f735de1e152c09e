"""Pages that only show: what is kept sealed, destinations, help."""

from typing import Final

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from review_console.web.access import members, services
from review_console.web.language import language

blueprint: Final = Blueprint("registry", __name__)


@blueprint.get("/unreadable")
@members
def unreadable() -> ResponseReturnValue:
    """List the files that nobody could open, and why."""
    files = [
        {
            "id": str(deposit.id),
            "received_on": deposit.received_on,
            "size_bytes": deposit.size_bytes,
            "reason": deposit.reason or "not_sealed_to_us",
        }
        for deposit in services().list_sealed()
    ]
    return render_template("unreadable.html", files=files)


@blueprint.get("/destinations")
@members
def destinations() -> ResponseReturnValue:
    """List the registry."""
    rows = [
        {
            "id": each.id,
            "name": each.name(language()),
            "kind": each.kind.value,
            "recipient": str(each.recipient),
            "since": each.added_on,
        }
        for each in services().list_destinations()
    ]
    return render_template("destinations.html", destinations=rows)


@blueprint.get("/help")
@members
def help_page() -> ResponseReturnValue:
    """Explain keys, states and what is protected."""
    return render_template("help.html")
