"""A form as it streams in: token first, then text into memory, files into the seal.

Spec: docs/protocol.md §3.

Rules:
* The CSRF token is the first field; before it is found valid nothing is sealed.
* A form without a valid token is still read for its text, so that whoever took
  longer than a session lasts gets their words back; its files are dropped.
* Fields that the form does not have are refused: no page of ours sends them.
"""

from contextlib import ExitStack
from types import TracebackType
from typing import Final, Self

from flask import request

from intake.domain.errors import ClosedError, FullError, TooLargeError
from intake.services.sealing import Sealing, SealReport, Written
from intake.web import csrf
from intake.web.body import drop_rest
from intake.web.forms import MalformedFormError
from intake.web.multipart_stream import read_form
from intake.web.typed import remember_typed
from protocol.codename import Codename
from protocol.report import MAX_ATTACHMENTS, Kind

FILES: Final = "attachments"
DROPPED_BYTES: Final = 4 * 2**30
"""Twice what any report may have."""


class SealingForm:
    """Takes a form's parts; a context, so that nothing is left behind."""

    def __init__(
        self, service: SealReport, kind: Kind, fields: frozenset[str], *, ready: bool
    ) -> None:
        """Prepare to read.

        Args:
            service: Opens the seal when it is needed.
            kind: Of the form.
            fields: Every text field that it may have.
            ready: Whether the session has what the journey needs.
        """
        self._service = service
        self._kind = kind
        self._fields = fields
        self._ready = ready
        self._sealing: Sealing | None = None
        self._stack = ExitStack()
        self._begun = False
        self.accepted = False
        self.attachments = 0
        self.values: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Return the form."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove what was not finished; let an error's page give the text back."""
        if error is not None:
            remember_typed(self.values)
        self._stack.__exit__(kind, error, trace)

    def read(self) -> None:
        """Read the whole request.

        Raises:
            ClosedError: There is no valid directory.
            FullError: There is no room.
            MalformedFormError: It is not our form, or not all of it.
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
        except (ClosedError, FullError, MalformedFormError, TooLargeError):
            # A browser that is cut off while it sends shows no answer; so what
            # is still on its way is let in and dropped, up to a point.
            drop_rest(request.stream, min(length_bytes, DROPPED_BYTES))
            raise

    def finish(self, codename: Codename, written: Written) -> None:
        """Seal what was written; durable when this returns."""
        self._open().finish(codename, written)

    def field(self, name: str, value: str) -> None:
        """Take a text field.

        Raises:
            MalformedFormError: Unknown, twice, or not in its place.
        """
        if not self._begun:
            if name != csrf.FIELD:
                raise MalformedFormError("the token is not first")
            self._begun = True
            self.accepted = self._ready and csrf.is_valid(value)
            return
        if name not in self._fields or name in self.values:
            raise MalformedFormError("unexpected field")
        # Forms send CRLF; the page with JavaScript seals what it shows.
        self.values[name] = value.replace("\r\n", "\n")

    def begin_file(self, name: str, file_name: str, media_type: str) -> None:
        """Begin a file.

        Raises:
            MalformedFormError: Not in a place for files, or too many.
        """
        if not self._begun or name != FILES or self.attachments == MAX_ATTACHMENTS:
            raise MalformedFormError("unexpected file")
        self.attachments += 1
        if self.accepted:
            self._open().begin_attachment(file_name, media_type)

    def write(self, data: bytes) -> None:
        """Take the next bytes of a file."""
        if self._sealing is not None:
            self._sealing.write(data)

    def end_file(self) -> None:
        """End a file."""
        if self._sealing is not None:
            self._sealing.end_attachment()

    def _open(self) -> Sealing:
        if not self.accepted:
            raise RuntimeError("sealing without a valid token")
        if self._sealing is None:
            self._sealing = self._stack.enter_context(self._service.begin(self._kind))
        return self._sealing
