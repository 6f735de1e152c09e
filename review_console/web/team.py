"""The team: who belongs to it, and how a coordinator takes somebody out."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from crypto.ed25519 import VerificationKey
from protocol.fingerprint import Fingerprint
from review_console.domain.account import Account, Role
from review_console.domain.errors import (
    LoginRefusedError,
    OrganisationError,
    TooSoonError,
)
from review_console.domain.ids import AccountId
from review_console.services.removing import BothFactors
from review_console.web.access import current, members, requires, services
from review_console.web.language import gettext as _

blueprint: Final = Blueprint("team", __name__)


@blueprint.get("/team")
@members
def show() -> ResponseReturnValue:
    """List everybody who is or was here."""
    rows = [
        {
            "id": row.account.id,
            "name": row.account.name,
            "role": row.account.role,
            "standing": row.standing.name.lower(),
            "closed_on": row.account.closed_on,
            "cases": row.cases,
            "lacks": row.lacks,
            "is_self": row.account.id == current().id,
            "key": str(Fingerprint.of_key(row.account.signing_key)),
        }
        for row in services().list_accounts()
    ]
    may_remove = current().account.role is Role.COORDINATOR
    return render_template("team.html", rows=rows, may_remove=may_remove)


@blueprint.get("/team/<account_id>/remove")
@requires(Role.COORDINATOR)
def ask(account_id: str) -> ResponseReturnValue:
    """Say in plain words what will happen, and ask for both factors."""
    return _form(_found(account_id), {})


@blueprint.post("/team/<account_id>/remove")
@requires(Role.COORDINATOR)
def remove(account_id: str) -> ResponseReturnValue:
    """Take the person out, and say what is left to do."""
    account = _found(account_id)
    factors = BothFactors(
        passphrase=request.form.get("passphrase", ""),
        code=request.form.get("code", ""),
    )
    try:
        left = services().remove_member(account.id, factors, by=current())
    except TooSoonError:
        sentence = _("Too many attempts. Wait a quarter of a minute and try again.")
        return _form(account, {"passphrase": sentence}), HTTPStatus.TOO_MANY_REQUESTS
    except LoginRefusedError:
        sentence = _(
            "The present passphrase or the code is wrong. Each code works only once: "
            "wait for the next one.",
        )
        errors = {"passphrase": sentence}
        return _form(account, errors), HTTPStatus.UNPROCESSABLE_ENTITY
    except OrganisationError:
        sentence = _(
            "Some case can be opened by this person alone. Let them log in and fetch "
            "once more; or whoever runs the console does it at the command line.",
        )
        return _form(account, {"form": sentence}), HTTPStatus.CONFLICT
    return render_template(
        "team_removed.html",
        account_name=account.name,
        rekeyed=left.rekeyed,
        stale=left.stale,
        is_reviewer_left=left.is_reviewer_left,
        sync_key=str(left.keys.sync or ""),
        next_team_key=str(left.keys.next_team or ""),
        next_team_fingerprint=_fingerprint(left.keys.next_team),
    )


def _fingerprint(key: VerificationKey | None) -> str:
    return "" if key is None else str(Fingerprint.of_key(key))


def _found(untrusted_id: str) -> Account:
    account_id = AccountId.parse(untrusted_id)
    return services().remove_member.find(account_id, by=current())


def _form(account: Account, errors: dict[str, str]) -> str:
    """Ask; nothing that was typed is kept."""
    return render_template(
        "team_remove.html",
        person={"id": account.id, "name": account.name, "role": account.role},
        errors=errors,
    )
