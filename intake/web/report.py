"""A report without JavaScript.

Spec: docs/protocol.md §3.

The codename stands on the form before anything is sent: a lost answer loses
nothing. It travels in the sealed cookie, never in the form or an address.
"""

import base64
from http import HTTPStatus
from typing import Final

from flask import Blueprint, redirect, session
from flask.typing import ResponseReturnValue

from intake.web import csrf
from intake.web.forms import SMALL_FORM_BYTES
from intake.web.pages import N_
from intake.web.report_form import ANSWER_LIMIT, REPORT_FIELDS, FormParser, Invalid
from intake.web.routing import NO_BODY, Access, declare
from intake.web.sealing_form import SealingForm
from intake.web.services import services
from protocol.codename import Codename
from protocol.languages import Language
from protocol.report import Kind

PLACE: Final = "report"
"""Where the session keeps the codename's secret, base64."""

SENT: Final = "sent"
PAGE: Final = "plain/report"

_TIMED_OUT: Final = N_(
    "The page was open for too long. Nothing was sent. There is a new codename: "
    "write it down, choose your files again, and send."
)

blueprint = Blueprint("report", __name__, url_prefix="/<any(kk, ru, en):code>/plain")


@blueprint.get("/report")
@declare(access=Access.SESSION, limit_bytes=NO_BODY)
def form(code: str) -> ResponseReturnValue:
    """Show the form with a new codename, or the one of a form not sent yet."""
    services().directory.load_to_seal()
    services().seal_report.check_room()
    return _page(Language(code), _codename_to_come(), {}, {})


@blueprint.post("/report")
@declare(access=Access.SESSION, limit_bytes=None)
def send(code: str) -> ResponseReturnValue:
    """Seal a report while it arrives."""
    language = Language(code)
    codename = find_codename(PLACE)
    service = services().seal_report
    with SealingForm(
        service, Kind.REPORT, REPORT_FIELDS, ready=codename is not None
    ) as sealing:
        sealing.read()
        if codename is None or not sealing.accepted:
            return _again(language, sealing.values)
        written = _parser(language, sealing.values).report(language)
        if isinstance(written, Invalid):
            page = _page(language, codename, sealing.values, dict(written.errors))
            return page, HTTPStatus.UNPROCESSABLE_ENTITY
        sealing.finish(codename, written)
    session[SENT] = True
    return redirect(f"/{code}/plain/received", HTTPStatus.SEE_OTHER)


@blueprint.get("/received")
@declare(access=Access.SESSION, limit_bytes=NO_BODY)
def received(code: str) -> ResponseReturnValue:
    """Say that the report is here, and show the codename once more."""
    codename = find_codename(PLACE)
    if codename is None or not session.get(SENT):
        return redirect(f"/{code}/plain/report", HTTPStatus.SEE_OTHER)
    return _received_page(Language(code), codename, is_right=None)


@blueprint.post("/paper")
@declare(access=Access.SESSION, limit_bytes=SMALL_FORM_BYTES)
def compare(code: str) -> ResponseReturnValue:
    """Tell whether the paper is right: the codename's end was typed from it."""
    untrusted = csrf.checked_form("end").get("end", "")
    codename = find_codename(PLACE)
    if codename is None or not session.get(SENT):
        return redirect(f"/{code}/plain/report", HTTPStatus.SEE_OTHER)
    is_right = codename.ends_so(untrusted[:ANSWER_LIMIT])
    page = _received_page(Language(code), codename, is_right=is_right)
    return page, HTTPStatus.OK if is_right else HTTPStatus.UNPROCESSABLE_ENTITY


@blueprint.post("/received")
@declare(access=Access.SESSION, limit_bytes=SMALL_FORM_BYTES)
def forget(code: str) -> ResponseReturnValue:
    """Forget the codename: the next person at this computer must not find it."""
    csrf.checked_form()
    session.clear()
    return redirect(f"/{code}/", HTTPStatus.SEE_OTHER)


def find_codename(place: str) -> Codename | None:
    """Return a codename that the session carries."""
    encoded = session.get(place)
    return None if encoded is None else Codename(base64.b64decode(encoded))


def remember_codename(place: str, codename: Codename) -> None:
    """Let the session carry a codename."""
    session[place] = base64.b64encode(codename.secret).decode()


def words_of(codename: Codename, language: Language) -> str | None:
    """Spell a codename in words, where the language has a list."""
    return None if language is Language.KK else codename.words(language)


def _codename_to_come() -> Codename:
    codename = None if session.get(SENT) else find_codename(PLACE)
    return codename or _new_codename()


def _new_codename() -> Codename:
    codename = Codename.generate(services().entropy)
    session.pop(SENT, None)
    remember_codename(PLACE, codename)
    return codename


def _again(language: Language, values: dict[str, str]) -> ResponseReturnValue:
    services().directory.load_to_seal()
    words = services().pages.translate(language, _TIMED_OUT)
    page = _page(language, _new_codename(), values, {"text": words})
    return page, HTTPStatus.UNPROCESSABLE_ENTITY


def _received_page(
    language: Language, codename: Codename, *, is_right: bool | None
) -> str:
    session.modified = True
    return services().pages.render(
        language,
        "plain/received.html",
        organisation=services().organisation_name(language),
        page="plain/received",
        codename_characters=codename.characters(),
        codename_words=words_of(codename, language),
        csrf_token=csrf.new_token(),
        is_right=is_right,
    )


def _parser(language: Language, values: dict[str, str]) -> FormParser:
    return FormParser(
        values, lambda sentence: services().pages.translate(language, sentence)
    )


def _page(
    language: Language,
    codename: Codename,
    values: dict[str, str],
    errors: dict[str, str],
) -> str:
    session.modified = True  # the 30 minutes begin again with each page
    return services().pages.render(
        language,
        "plain/report.html",
        organisation=services().organisation_name(language),
        page=PAGE,
        codename_characters=codename.characters(),
        codename_words=words_of(codename, language),
        csrf_token=csrf.new_token(),
        values=values,
        errors=errors,
    )
