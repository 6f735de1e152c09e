"""A report without JavaScript.

Spec: docs/protocol.md §3.

The codename stands on the form before anything is sent: a lost answer loses
nothing. It travels in the sealed cookie, never in the form or an address.
"""

import base64
import hmac
from http import HTTPStatus
from typing import Final

from flask import Blueprint, current_app, redirect, session
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
SHOWN: Final = "shown"
"""A field that tells which codename stood on the form: with several tabs open, the
session may carry another one, and the paper would open nothing."""

_TAG_BYTES: Final = 8

_TIMED_OUT: Final = N_(
    "The page was open for too long. Nothing was sent. There is a new codename: "
    "write it down, choose your files again, and send."
)

_OTHER_CODENAME: Final = N_(
    "Another tab has another codename. Nothing was sent from this one. The codename "
    "that stands here now is the right one: write it down, choose your files again, "
    "and send."
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
        service, Kind.REPORT, REPORT_FIELDS | {SHOWN}, ready=codename is not None
    ) as sealing:
        sealing.read()
        if codename is None or not sealing.accepted:
            return _again(language, _new_codename(), sealing.values, _TIMED_OUT)
        if not _was_shown(codename, sealing.values):
            right = _codename_to_come()
            return _again(language, right, sealing.values, _OTHER_CODENAME)
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


@blueprint.get("/exit")
@declare(access=Access.SESSION, limit_bytes=NO_BODY)
def leave(code: str) -> ResponseReturnValue:
    """Forget everything and go elsewhere: *back* must not lead to it again."""
    session.clear()
    return redirect(f"https://{code}.wikipedia.org/", HTTPStatus.SEE_OTHER)


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


def _again(
    language: Language, codename: Codename, values: dict[str, str], sentence: str
) -> ResponseReturnValue:
    services().directory.load_to_seal()
    words = services().pages.translate(language, sentence)
    page = _page(language, codename, values, {"text": words})
    return page, HTTPStatus.UNPROCESSABLE_ENTITY


def _tag(codename: Codename) -> str:
    """Tell codenames of this server's life apart; nothing else can be learnt of it."""
    key = current_app.secret_key
    if not isinstance(key, bytes):
        raise TypeError("the app has no key")
    return hmac.digest(key, codename.secret, "sha256")[:_TAG_BYTES].hex()


def _was_shown(codename: Codename, values: dict[str, str]) -> bool:
    """Tell whether the form that was sent showed this codename, if it says so."""
    shown = values.pop(SHOWN, None)
    return shown is None or hmac.compare_digest(shown.encode(), _tag(codename).encode())


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
        shown=_tag(codename),
        values=values,
        errors=errors,
    )
