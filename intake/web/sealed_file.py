"""A sealed file, handed in without JavaScript.

Spec: docs/protocol.md §4.2, §5.

The server sees nothing here that it would not see otherwise: what comes is sealed.
The file streams from the request to the disk.
"""

from contextlib import ExitStack
from http import HTTPStatus
from types import TracebackType
from typing import Final, Self

from flask import Blueprint, redirect, request, session
from flask.typing import ResponseReturnValue

from intake.domain.errors import (
    ClosedError,
    FullError,
    RefusedUploadError,
    TooLargeError,
)
from intake.services.sealed_file import ArrivingFile, TakeSealedFile
from intake.web import csrf
from intake.web.body import drop_rest
from intake.web.forms import MalformedFormError
from intake.web.multipart_stream import read_form
from intake.web.pages import N_
from intake.web.routing import NO_BODY, Access, declare
from intake.web.sealing_form import DROPPED_BYTES
from intake.web.services import services
from protocol.languages import Language
from protocol.mailbox import MailboxId
from protocol.sealed_file_name import find_mailbox

FILE: Final = "sealed"
MAILBOX: Final = "mailbox"
PAGE: Final = "plain/sealed"
HANDED_IN: Final = "handed_in"
"""What the session remembers: a file of this browser has arrived."""

_TIMED_OUT: Final = N_(
    "The page was open for too long. Nothing was sent. Choose the file again, and send."
)
_NO_FILE: Final = N_("Choose the sealed file.")
_NO_MAILBOX: Final = N_(
    "The name of the file does not say to which mailbox it goes. Type the name that "
    "it had when you saved it."
)
_REFUSED: Final = N_(
    "This is not a sealed report, or not all of it. Choose the file whose name begins "
    "with “report-” and ends with “.age”. Nothing was kept."
)

blueprint = Blueprint(
    "sealed_file", __name__, url_prefix="/<any(kk, ru, en):code>/plain/sealed"
)


@blueprint.get("")
@declare(access=Access.SESSION, limit_bytes=NO_BODY)
def form(code: str) -> ResponseReturnValue:
    """Ask for the file."""
    services().take_sealed_file.check_open()
    return _page(Language(code), {})


@blueprint.post("")
@declare(access=Access.SESSION, limit_bytes=None)
def take(code: str) -> ResponseReturnValue:
    """Take the file while it arrives."""
    language = Language(code)
    with SealedFileForm(services().take_sealed_file) as arriving:
        try:
            wrong = _take(arriving)
        except RefusedUploadError:
            wrong = {FILE: _REFUSED}
    if wrong:
        words = {
            name: services().pages.translate(language, sentence)
            for name, sentence in wrong.items()
        }
        return _page(language, words), HTTPStatus.UNPROCESSABLE_ENTITY
    session[HANDED_IN] = True
    return redirect(f"/{code}/{PAGE}/received", HTTPStatus.SEE_OTHER)


@blueprint.get("/received")
@declare(access=Access.SESSION, limit_bytes=NO_BODY)
def received(code: str) -> ResponseReturnValue:
    """Say that the file is here."""
    if not session.get(HANDED_IN):
        return redirect(f"/{code}/{PAGE}", HTTPStatus.SEE_OTHER)
    language = Language(code)
    return services().pages.render(
        language,
        "plain/sealed_received.html",
        organisation=services().organisation_name(language),
        page=f"{PAGE}/received",
    )


def _take(arriving: "SealedFileForm") -> dict[str, str]:
    """Read the form and keep its file, or say what is wrong with which field."""
    arriving.read()
    if not arriving.accepted:
        return {FILE: _TIMED_OUT}
    if not arriving.has_file:
        return {FILE: _NO_FILE}
    mailbox = arriving.mailbox()
    if mailbox is None:
        return {MAILBOX: _NO_MAILBOX}
    arriving.finish(mailbox)
    return {}


class SealedFileForm:
    """Takes the form's parts; a context, so that nothing is left behind."""

    def __init__(self, service: TakeSealedFile) -> None:
        """Prepare to read."""
        self._service = service
        self._stack = ExitStack()
        self._file: ArrivingFile | None = None
        self._begun = False
        self._typed = ""
        self._file_name = ""
        self.accepted = False
        self.has_file = False

    def __enter__(self) -> Self:
        """Return the form."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove what was not finished."""
        self._stack.__exit__(kind, error, trace)

    def read(self) -> None:
        """Read the whole request.

        Raises:
            ClosedError: There is no valid directory.
            FullError: There is no room.
            MalformedFormError: It is not our form, or not all of it.
            RefusedUploadError: The file is no sealed report.
            TooLargeError: It does not fit.
        """
        length_bytes = request.content_length or 0
        try:
            read_form(
                request.stream,
                content_type=request.headers.get("Content-Type", ""),
                length_bytes=length_bytes,
                sink=self,
            )
        except (
            ClosedError, FullError, MalformedFormError, RefusedUploadError,
            TooLargeError,
        ):  # fmt: skip
            # A browser that is cut off while it sends shows no answer.
            drop_rest(request.stream, min(length_bytes, DROPPED_BYTES))
            raise

    def mailbox(self) -> MailboxId | None:
        """Say where the file goes: what was typed, else what its name says."""
        return find_mailbox(self._typed.strip() or self._file_name)

    def finish(self, mailbox: MailboxId) -> None:
        """Keep the file; durable when this returns."""
        if self._file is None:
            raise RuntimeError("no file was taken")
        self._file.finish(mailbox)

    def field(self, name: str, value: str) -> None:
        """Take a text field.

        Raises:
            MalformedFormError: Unknown, or not in its place.
        """
        if not self._begun:
            if name != csrf.FIELD:
                raise MalformedFormError("the token is not first")
            self._begun = True
            self.accepted = csrf.is_valid(value)
        elif name == MAILBOX:
            self._typed = value
        else:
            raise MalformedFormError("unexpected field")

    def begin_file(self, name: str, file_name: str, media_type: str) -> None:  # noqa: ARG002  # of the protocol
        """Begin the file.

        Raises:
            MalformedFormError: Not in its place, or a second one.
        """
        if not self._begun or name != FILE or self.has_file:
            raise MalformedFormError("unexpected file")
        self.has_file = True
        self._file_name = file_name
        if self.accepted:
            self._file = self._stack.enter_context(self._service.begin())

    def write(self, data: bytes) -> None:
        """Take the next bytes of the file."""
        if self._file is not None:
            self._file.write(data)

    def end_file(self) -> None:
        """End the file; whether it is whole, `finish` decides."""


def _page(language: Language, errors: dict[str, str]) -> str:
    session.modified = True  # the 30 minutes begin again with each page
    return services().pages.render(
        language,
        "plain/sealed.html",
        organisation=services().organisation_name(language),
        page=PAGE,
        csrf_token=csrf.new_token(),
        errors=errors,
    )
