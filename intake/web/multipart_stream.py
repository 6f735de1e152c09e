"""A form as a stream: text is kept in memory, files are passed on as they come.

Nothing here writes anywhere. (`request.form` and `request.files` would: they
spool large forms to temporary files, in the clear.)

Spec: RFC 7578.
"""

from collections.abc import Iterator
from typing import IO, Final, Protocol

from multipart import (
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,
)

from intake.domain.errors import TooLargeError
from intake.web.body import body_pieces
from intake.web.forms import MalformedFormError

TEXT_LIMIT_BYTES: Final = 4 * 2**20
"""All text of a form together, in UTF-8; the protocol takes a quarter of it."""

MAX_PARTS: Final = 1100
"""As many files as an archive may have, and all the questions."""

_LINE_FEED: Final = b"\r\n"


class FormSink(Protocol):
    """Takes a form, part by part, in the browser's order."""

    def field(self, name: str, value: str) -> None:
        """Take a text field, whole."""
        ...

    def begin_file(self, name: str, file_name: str, media_type: str) -> None:
        """Begin a file; names are untrusted."""
        ...

    def write(self, data: bytes) -> object:
        """Take the next bytes of the file."""
        ...

    def end_file(self) -> None:
        """End the file."""
        ...


def read_form(
    stream: IO[bytes], *, content_type: str, length_bytes: int, sink: FormSink
) -> None:
    """Read a whole form into a sink.

    Args:
        stream: The request's body, as it arrives.
        content_type: The request's header, untrusted.
        length_bytes: The request's Content-Length.
        sink: May raise to stop; the rest of the body is then left unread.

    Raises:
        MalformedFormError: Not a form, or it ended too early: a browser that
            lost its connection must not seem to have sent less.
        TooLargeError: Too much text, or too many parts.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary:
        raise MalformedFormError("not a form")
    try:
        parser = PushMultipartParser(
            boundary,
            content_length=length_bytes,
            max_segment_count=MAX_PARTS,
            strict=True,
        )
        parts = _Parts(sink)
        with parser:
            for piece in _pieces(stream, length_bytes):
                for event in parser.parse(piece):
                    parts.take(event)
    except ParserLimitReached:
        raise TooLargeError("too many parts") from None
    except MultipartError:
        raise MalformedFormError("not a well-formed form") from None


def _pieces(stream: IO[bytes], length_bytes: int) -> Iterator[bytes]:
    """Give the body without its last line feed.

    The parser takes that one only in the same piece as the last boundary, and
    refuses the form otherwise. Where a body is cut is nobody's choice.

    Yields:
        Pieces that are not empty.
    """
    yield from body_pieces(stream, length_bytes - len(_LINE_FEED))
    last = b"".join(body_pieces(stream, min(length_bytes, len(_LINE_FEED))))
    if last not in {b"", _LINE_FEED}:
        yield last


class _Parts:
    """Sorts the parser's events into text and files."""

    def __init__(self, sink: FormSink) -> None:
        self._sink = sink
        self._room_bytes = TEXT_LIMIT_BYTES
        self._name = ""
        self._text: bytearray | None = None
        self._file = False

    def take(self, event: MultipartSegment | bytes | None) -> None:
        """Take one event: a part begins, goes on, or ends."""
        if event is None:
            self._end()
        elif isinstance(event, MultipartSegment):
            self._begin(event)
        elif self._text is not None:
            self._room_bytes -= len(event)
            if self._room_bytes < 0:
                raise TooLargeError("too much text")
            self._text += event
        elif self._file:
            self._sink.write(event)
        else:
            raise MalformedFormError("a file without a name")

    def _begin(self, segment: MultipartSegment) -> None:
        self._name = segment.name or ""
        self._file = bool(segment.filename)
        self._text = bytearray() if segment.filename is None else None
        if self._file:
            # An empty name is what browsers send when no file was chosen.
            media_type = segment.content_type or ""
            self._sink.begin_file(self._name, segment.filename or "", media_type)

    def _end(self) -> None:
        if self._text is not None:
            try:
                value = self._text.decode()
            except UnicodeDecodeError:
                raise MalformedFormError("text that is not UTF-8") from None
            self._sink.field(self._name, value)
        elif self._file:
            self._sink.end_file()
