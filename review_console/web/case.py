"""One case: read it, answer, move it on, take an attachment out."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from protocol.reply import CaseState
from review_console.domain.case import (
    MAX_REPLY_CHARACTERS,
    MAX_TITLE_CHARACTERS,
    Delivery,
)
from review_console.domain.errors import ThreadGrewError
from review_console.domain.ids import CaseId, MessageId
from review_console.services.cases import CasePage
from review_console.web.access import current, members, services
from review_console.web.case_view import case_view
from review_console.web.cases import DONE, TROUBLE
from review_console.web.downloads import attachment_download
from review_console.web.forms import Errors, choice, position, required_text
from review_console.web.language import gettext as _

blueprint: Final = Blueprint("case", __name__)


def render_case(
    page: CasePage,
    *,
    values: dict[str, str] | None = None,
    errors: Errors | None = None,
    template: str = "case.html",
    seen: int | None = None,
) -> str:
    """Render a case, with the answers of a form that was refused.

    Args:
        page: The case.
        values: What was typed.
        errors: What is wrong with it.
        template: The page.
        seen: How much of the thread its reader had before; what came later is
            marked as new.

    Returns:
        The page.
    """
    return render_template(
        template,
        values=values or {},
        errors=errors or {},
        **case_view(page, seen=seen),
    )


@blueprint.get("/cases/<case_id>")
@members
def show(case_id: str) -> ResponseReturnValue:
    """Show all of a case."""
    return render_case(services().show_case(CaseId.parse(case_id), by=current()))


@blueprint.post("/cases/<case_id>/title")
@members
def rename(case_id: str) -> ResponseReturnValue:
    """Give a case a better title."""
    errors: Errors = {}
    title = required_text(request.form, "title", errors, MAX_TITLE_CHARACTERS)
    if errors:
        return _again(case_id, {"title": title}, errors)
    services().rename_case(CaseId.parse(case_id), title, by=current())
    flash(_("The title is saved."), DONE)
    return _back(case_id)


@blueprint.post("/cases/<case_id>/state")
@members
def move(case_id: str) -> ResponseReturnValue:
    """Change the state among ourselves."""
    errors: Errors = {}
    state = choice(request.form, "state", CaseState, errors)
    if state is None:
        return _again(case_id, {}, errors)
    services().change_state(CaseId.parse(case_id), state, by=current())
    flash(_("The state is saved."), DONE)
    return _back(case_id)


@blueprint.post("/cases/<case_id>/replies")
@members
def reply(case_id: str) -> ResponseReturnValue:
    """Answer the reporter, once the person has looked at it twice."""
    errors: Errors = {}
    text = required_text(request.form, "text", errors, MAX_REPLY_CHARACTERS)
    state = choice(request.form, "state", CaseState, errors)
    values = {"text": text, "state": request.form.get("state", "")}
    seen = position(request.form, "seen")
    if state is None or errors:
        return _again(case_id, values, errors, seen=seen)
    if request.form.get("confirmed") != "yes":
        return _ask(case_id, values, seen=seen)
    try:
        delivery = services().write_reply(
            CaseId.parse(case_id),
            text=text,
            state=state,
            seen_position=seen,
            by=current(),
        )
    except ThreadGrewError:
        return _read_first(case_id, values, seen=seen)
    _tell(delivery)
    return _back(case_id)


@blueprint.get("/cases/<case_id>/attachments/<message_id>/<int:index>")
@members
def attachment(case_id: str, message_id: str, index: int) -> ResponseReturnValue:
    """Hand out an attachment's bytes, to be saved and nothing else."""
    found = services().open_attachment.find(
        CaseId.parse(case_id),
        MessageId.parse(message_id),
        index,
        by=current(),
    )
    return attachment_download(services().open_attachment, found, index=index)


def _ask(case_id: str, values: dict[str, str], *, seen: int) -> ResponseReturnValue:
    """Show the reply as it would leave, or once more the form."""
    page = services().show_case(CaseId.parse(case_id), by=current())
    if page.case.case.newest_position > seen:
        return _read_first(case_id, values, seen=seen)
    is_edit = request.form.get("edit") == "yes"
    template = "case.html" if is_edit else "reply_confirm.html"
    return render_case(page, values=values, template=template, seen=seen)


def _read_first(
    case_id: str, values: dict[str, str], *, seen: int
) -> ResponseReturnValue:
    """Show what was said meanwhile above the text, which is kept."""
    sentence = _(
        "While you were writing, the conversation went on. Nothing was sent. Read "
        "what is new above, then send this once more.",
    )
    page = services().show_case(CaseId.parse(case_id), by=current())
    answer = render_case(page, values=values, errors={"text": sentence}, seen=seen)
    return answer, HTTPStatus.CONFLICT


def _again(
    case_id: str, values: dict[str, str], errors: Errors, *, seen: int | None = None
) -> ResponseReturnValue:
    page = services().show_case(CaseId.parse(case_id), by=current())
    answer = render_case(page, values=values, errors=errors, seen=seen)
    return answer, HTTPStatus.UNPROCESSABLE_ENTITY


def _back(case_id: str) -> ResponseReturnValue:
    return redirect(url_for(".show", case_id=case_id), HTTPStatus.SEE_OTHER)


def _tell(delivery: Delivery) -> None:
    match delivery:
        case Delivery.SENT:
            flash(_("The reply is in the reporter’s mailbox."), DONE)
        case Delivery.WAITING:
            sentence = _(
                "The intake does not answer. The reply waits here, sealed, and "
                "leaves with the next fetch.",
            )
            flash(sentence, TROUBLE)
        case Delivery.GONE:
            sentence = _("The reporter has deleted the mailbox. Nobody will read it.")
            flash(sentence, TROUBLE)
