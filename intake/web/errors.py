"""Status codes, and words for people, for everything that goes wrong.

Programs (tus, mailbox, sync, directory) get one line of English; people get a
page in their language. What a failure was about is never written anywhere: our
log gets the kind of an unexpected error and where in our code it rose, without
its message, for that may quote what somebody sent.
"""

import sys
import traceback
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from intake.domain.errors import (
    BusyError,
    ChangedDepositError,
    ClosedError,
    DepositNotFoundError,
    DirectoryRefusedError,
    FullError,
    IdentitiesRefusedError,
    IntakeError,
    MailboxDeletedError,
    NoIdentityError,
    OffsetError,
    RefusedUploadError,
    TooLargeError,
    UploadFinishedError,
    UploadLockedError,
    UploadNotFoundError,
)
from intake.web.forms import MalformedFormError
from intake.web.pages import N_
from intake.web.services import services
from intake.web.typed import typed
from protocol.languages import Language

STATUSES: Final[dict[type[Exception], HTTPStatus]] = {
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    ChangedDepositError: HTTPStatus.CONFLICT,
    ClosedError: HTTPStatus.SERVICE_UNAVAILABLE,
    DepositNotFoundError: HTTPStatus.NOT_FOUND,
    DirectoryRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    FullError: HTTPStatus.INSUFFICIENT_STORAGE,
    IdentitiesRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    MailboxDeletedError: HTTPStatus.GONE,
    MalformedFormError: HTTPStatus.BAD_REQUEST,
    NoIdentityError: HTTPStatus.SERVICE_UNAVAILABLE,
    OffsetError: HTTPStatus.CONFLICT,
    RefusedUploadError: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UploadFinishedError: HTTPStatus.GONE,
    UploadLockedError: HTTPStatus.LOCKED,
    UploadNotFoundError: HTTPStatus.NOT_FOUND,
}

_PROGRAMS: Final = (
    "/uploads",
    "/mailbox",
    "/sync/",
    "/directory.json",
    "/identities.json",
    "/static/",
)

_WORDS: Final[dict[HTTPStatus, tuple[str, str]]] = {
    HTTPStatus.NOT_FOUND: (
        N_("There is no such page"),
        N_("The address may be mistyped, or the page is gone."),
    ),
    HTTPStatus.FORBIDDEN: (
        N_("This page is too old"),
        N_("It was open for too long, or came from another site. Nothing was sent."),
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        N_("This is too large"),
        N_(
            "The server does not take anything as large as this. Nothing was kept. "
            "Send fewer or smaller files."
        ),
    ),
    HTTPStatus.INSUFFICIENT_STORAGE: (
        N_("There is no room left"),
        N_(
            "The server is full and takes nothing more just now. Nothing was kept. "
            "Come back in a day or two, or use another address of this organisation "
            "if you know one."
        ),
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        N_("The form is closed"),
        N_("This form is closed now. Nothing was kept. Come back in a day or two."),
    ),
}
_BUSY_WORDS: Final = (
    N_("Too many people are sending just now"),
    # Pages are not stored, so going back would show an empty form; loading the answer
    # again sends the same text and files.
    N_(
        "Nothing was kept. Do not go back, or what you typed is lost. Wait a minute, "
        "then load this page again and confirm that it is sent again."
    ),
)
RETRY_SECONDS: Final = 60
_OTHER_WORDS: Final = (
    N_("That did not work"),
    N_("Something went wrong. Nothing was kept. Go back and try again."),
)


class QuietFlask(Flask):
    """Flask, except that it logs no message of an exception."""

    def log_exception(self, exc_info: object) -> None:  # noqa: ARG002  # Flask's signature
        """Write the kind and the place of the exception that is handled."""
        error = sys.exc_info()[1]
        if error is not None:
            report_bug(error)


def install_errors(app: Flask) -> None:
    """Answer every error in our own words."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(IntakeError, _known_error)
    app.register_error_handler(MalformedFormError, _known_error)
    app.register_error_handler(Exception, _unexpected_error)


def _http_error(error: HTTPException) -> Response:
    if error.response is not None and error.code is None:
        return error.response  # type: ignore[return-value]  # a redirect of werkzeug
    answer = error_answer(HTTPStatus(error.code or 500), error.description or "")
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            answer.headers[name] = value
    return answer


def _known_error(error: Exception) -> Response:
    answer = error_answer(STATUSES[type(error)], str(error))
    if isinstance(error, NoIdentityError) and answer.mimetype == "text/html":
        answer.set_data(_closed_page(language_of(request.path), no_identity=True))
    if isinstance(error, BusyError):
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
        if answer.mimetype == "text/html":
            answer.set_data(
                _words_page(answer.status_code, _BUSY_WORDS, language_of(request.path))
            )
    return answer


def _unexpected_error(error: Exception) -> Response:
    report_bug(error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    try:
        return error_answer(status, "internal error")
    except Exception as another:  # noqa: BLE001  # the page itself may be what fails
        report_bug(another)
        return Response("internal error\n", status, mimetype="text/plain")


def report_bug(error: BaseException) -> None:
    """Write the kind of an error and its place, and nothing that it says."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].name}:{frames[-1].lineno}" if frames else "?"
    sys.stderr.write(f"intake: {type(error).__name__} in {place}\n")


def error_answer(status: HTTPStatus, line: str) -> Response:
    """Answer a program with one line, a person with a page.

    Args:
        status: What the answer says.
        line: English, quotes nothing.

    Returns:
        The answer, without the table's headers.
    """
    if is_for_programs(request.path):
        return Response(f"{line}\n", status, mimetype="text/plain")
    return Response(error_page(status, language_of(request.path)), status)


def is_for_programs(path: str) -> bool:
    """Tell whether an address is called by programs, who want no page."""
    return path.startswith(_PROGRAMS)


def error_page(status: HTTPStatus, language: Language) -> str:
    """Render the page for a status."""
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        return _closed_page(language, no_identity=False)
    return _words_page(status, _WORDS.get(status, _OTHER_WORDS), language)


def _closed_page(language: Language, *, no_identity: bool) -> str:
    return services().pages.render(
        language,
        "closed.html",
        organisation="",
        no_identity=no_identity,
        typed=typed(),
    )


def _words_page(status: int, words: tuple[str, str], language: Language) -> str:
    pages = services().pages
    heading, sentence = words
    return pages.render(
        language,
        "error.html",
        heading=pages.translate(language, heading),
        sentence=pages.translate(language, sentence),
        status=int(status),
        organisation="",
        typed=typed(),
    )


def language_of(path: str) -> Language:
    """Return the language of an address, Russian if it says none."""
    first = path.split("/", 2)[1] if "/" in path else ""
    return next((known for known in Language if known.value == first), Language.RU)
