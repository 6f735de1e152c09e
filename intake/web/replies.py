"""The mailbox without JavaScript: log in, read, write again, leave, delete.

Spec: docs/protocol.md §3.

A mistyped codename is told by its check, without asking any store; an unknown
one opens an empty mailbox, like every mailbox without replies.
"""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, redirect, session
from flask.typing import ResponseReturnValue

from intake.domain.errors import NoIdentityError
from intake.web import csrf
from intake.web.forms import SMALL_FORM_BYTES
from intake.web.page_padding import fill_up
from intake.web.pages import N_
from intake.web.report import find_codename, remember_codename
from intake.web.report_form import MESSAGE_FIELDS, FormParser, Invalid
from intake.web.routing import NO_BODY, Access, declare
from intake.web.sealing_form import SealingForm
from intake.web.services import services
from intake.web.typed import remember_typed, typed
from protocol.codename import Codename
from protocol.errors import (
    CodenameError,
    UnknownWordError,
    WrongLengthError,
)
from protocol.languages import Language
from protocol.report import Kind

PLACE: Final = "mailbox"
"""Where the session keeps the codename's secret, base64."""

_TIMED_OUT: Final = N_(
    "The mailbox was open for too long and has been closed. Nothing was sent."
)
_OLD_PAGE: Final = N_(
    "The page was open for too long. Nothing was sent. Send it again."
)
_EMPTY: Final = N_("Type your codename.")
_WORD: Final = N_("This word is not in the list of words: {word}")
_LENGTH: Final = N_(
    "A codename has 10 words or 22 characters. Something is missing, or there is "
    "too much."
)
_CHECK: Final = N_(
    "One of the words or characters is wrong. Compare it with what you wrote down, "
    "and type it all again: this page gives nothing back."
)

blueprint = Blueprint(
    "replies", __name__, url_prefix="/<any(kk, ru, en):code>/plain/mailbox"
)


@blueprint.get("")
@declare(access=Access.SESSION, limit_bytes=NO_BODY)
def login(code: str) -> ResponseReturnValue:
    """Ask for the codename."""
    return _login_page(Language(code), {})


@blueprint.post("")
@declare(access=Access.SESSION, limit_bytes=SMALL_FORM_BYTES)
def enter(code: str) -> ResponseReturnValue:
    """Open the session for a codename."""
    fields = csrf.checked_form("codename")
    language = Language(code)
    untrusted = fields.get("codename", "")
    try:
        codename = Codename.parse(untrusted)
    except CodenameError as error:
        words = _why(error, language, empty=not untrusted.strip())
        page = _login_page(language, {"codename": words})
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    remember_codename(PLACE, codename)
    return redirect(f"/{code}/plain/mailbox/replies", HTTPStatus.SEE_OTHER)


@blueprint.get("/replies")
@declare(access=Access.SESSION, limit_bytes=NO_BODY)
def read(code: str) -> ResponseReturnValue:
    """Show the replies, and a form for another message."""
    codename = find_codename(PLACE)
    if codename is None:
        return _to_login(code)
    return _mailbox_page(Language(code), codename, {}, {})


@blueprint.post("/messages")
@declare(access=Access.SESSION, limit_bytes=None)
def send(code: str) -> ResponseReturnValue:
    """Seal a message while it arrives."""
    language = Language(code)
    codename = find_codename(PLACE)
    service = services().seal_report
    with SealingForm(
        service, Kind.MESSAGE, MESSAGE_FIELDS, ready=codename is not None
    ) as sealing:
        sealing.read()
        if codename is None:
            remember_typed(sealing.values)
            words = _translate(language, _TIMED_OUT)
            page = _login_page(language, {"codename": words})
            return page, HTTPStatus.UNPROCESSABLE_ENTITY
        if not sealing.accepted:
            # The mailbox was opened anew in between: the words are kept.
            errors = {"text": _translate(language, _OLD_PAGE)}
            page = _mailbox_page(language, codename, sealing.values, errors)
            return page, HTTPStatus.UNPROCESSABLE_ENTITY
        parser = FormParser(sealing.values, lambda text: _translate(language, text))
        written = parser.message(language)
        if isinstance(written, Invalid):
            page = _mailbox_page(
                language, codename, sealing.values, dict(written.errors)
            )
            return page, HTTPStatus.UNPROCESSABLE_ENTITY
        sealing.finish(codename, written)
    session.modified = True
    return redirect(f"/{code}/plain/mailbox/sent", HTTPStatus.SEE_OTHER)


@blueprint.get("/sent")
@declare(access=Access.SESSION, limit_bytes=NO_BODY)
def sent(code: str) -> ResponseReturnValue:
    """Say that the message is here."""
    return _render(Language(code), "plain/sent.html", "plain/mailbox")


@blueprint.post("/leave")
@declare(access=Access.SESSION, limit_bytes=SMALL_FORM_BYTES)
def leave(code: str) -> ResponseReturnValue:
    """Forget the session."""
    csrf.checked_form()
    session.clear()
    return redirect(f"/{code}/", HTTPStatus.SEE_OTHER)


@blueprint.get("/delete")
@declare(access=Access.SESSION, limit_bytes=NO_BODY)
def ask_to_delete(code: str) -> ResponseReturnValue:
    """Ask before deleting."""
    if find_codename(PLACE) is None:
        return _to_login(code)
    session.modified = True
    return _render(
        Language(code),
        "plain/mailbox_delete.html",
        "plain/mailbox",
        csrf_token=csrf.new_token(),
    )


@blueprint.post("/delete")
@declare(access=Access.SESSION, limit_bytes=SMALL_FORM_BYTES)
def delete(code: str) -> ResponseReturnValue:
    """Delete the replies for good, and forget the session."""
    csrf.checked_form()
    codename = find_codename(PLACE)
    if codename is None:
        return _to_login(code)
    services().delete_mailbox(services().read_replies.token_of(codename))
    session.clear()
    return redirect(f"/{code}/plain/mailbox/deleted", HTTPStatus.SEE_OTHER)


@blueprint.get("/deleted")
@declare(access=Access.SESSION, limit_bytes=NO_BODY)
def deleted(code: str) -> ResponseReturnValue:
    """Say what is gone, and what is not."""
    return _render(Language(code), "plain/mailbox_deleted.html", "plain/mailbox")


def _to_login(code: str) -> ResponseReturnValue:
    return redirect(f"/{code}/plain/mailbox", HTTPStatus.SEE_OTHER)


def _translate(language: Language, sentence: str) -> str:
    return services().pages.translate(language, sentence)


def _why(error: CodenameError, language: Language, *, empty: bool) -> str:
    if empty:
        return _translate(language, _EMPTY)
    match error:
        case UnknownWordError():
            return _translate(language, _WORD).replace("{word}", error.word)
        case WrongLengthError():
            return _translate(language, _LENGTH)
        case _:
            return _translate(language, _CHECK)


def _login_page(language: Language, errors: dict[str, str]) -> str:
    session.modified = True
    return _render(
        language,
        "plain/mailbox_login.html",
        "plain/mailbox",
        csrf_token=csrf.new_token(),
        values={},
        errors=errors,
        typed=typed(),
    )


def _mailbox_page(
    language: Language,
    codename: Codename,
    values: dict[str, str],
    errors: dict[str, str],
) -> str:
    opened = services().read_replies(codename)
    session.modified = True
    page = _render(
        language,
        "plain/mailbox.html",
        "plain/mailbox/replies",
        replies=opened.replies,
        sent_on_days=", ".join(f"{day:%d.%m.%Y}" for day in opened.sent_on),
        unreadable=opened.unreadable,
        csrf_token=csrf.new_token(),
        values=values,
        errors=errors,
        is_open=_is_open(),
    )
    return fill_up(page, services().entropy)


def _is_open() -> bool:
    """Say whether a message could be sealed; answers can be read without that."""
    try:
        services().directory.load_to_seal()
    except NoIdentityError:
        return False
    return True


def _render(language: Language, template: str, page: str, **context: object) -> str:
    return services().pages.render(
        language,
        template,
        page=page,
        organisation=services().organisation_name(language),
        **context,
    )
