"""A form as it streams in: the same parts, however the network cuts it."""

import io

from intake.domain.errors import TooLargeError
from intake.web.forms import MalformedFormError
from intake.web.multipart_stream import read_form

_BOUNDARY = "----boundary"
_END = f"--{_BOUNDARY}--".encode()
_TYPE = f"multipart/form-data; boundary={_BOUNDARY}"
_PIECES_BYTES = (1, 7, 1 << 20)

_Parts = list[tuple[str, str] | tuple[str, str, str, bytes]]


class _Sink:
    """Remembers a form, and sees that its parts come in order."""

    def __init__(self) -> None:
        self.parts: _Parts = []
        self._file: tuple[str, str, str, bytearray] | None = None

    def field(self, name: str, value: str) -> None:
        assert self._file is None, "a field inside a file"
        self.parts.append((name, value))

    def begin_file(self, name: str, file_name: str, media_type: str) -> None:
        assert self._file is None, "a file inside a file"
        assert file_name, "a file without a name"
        self._file = (name, file_name, media_type, bytearray())

    def write(self, data: bytes) -> None:
        assert self._file is not None, "bytes outside a file"
        self._file[3].extend(data)

    def end_file(self) -> None:
        assert self._file is not None, "a file ends that did not begin"
        name, file_name, media_type, content = self._file
        self.parts.append((name, file_name, media_type, bytes(content)))
        self._file = None


class _Slow(io.BytesIO):
    """Gives no more than so many bytes at once, as a connection does."""

    def __init__(self, data: bytes, piece_bytes: int) -> None:
        super().__init__(data)
        self._piece_bytes = piece_bytes

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = self._piece_bytes if size is None or size < 0 else size
        return super().read(min(wanted, self._piece_bytes))


def target(data: bytes) -> bool:
    """Read a body cut into pieces of several sizes, and without its end."""
    results = [_read(data, len(data), piece) for piece in _PIECES_BYTES]
    accepted = [parts for parts in results if parts is not None]
    assert all(parts == accepted[0] for parts in accepted), "cuts change the form"
    if not accepted:
        return False
    whole = data[: data.index(_END)]
    assert _read(whole, len(data), 1 << 20) is None, "an unfinished form passes"
    # What no browser writes may be refused in one way of cutting alone.
    if _written(accepted[0]) == data:
        assert len(accepted) == len(results), "cuts decide whether a form passes"
    return True


def _written(parts: _Parts) -> bytes:
    """Write the parts as browsers do."""
    body = b""
    for part in parts:
        match part:
            case (str(name), str(value)):
                body += _part(f'name="{name}"', value.encode())
            case (str(name), str(file_name), str(media_type), bytes(content)):
                disposition = f'name="{name}"; filename="{file_name}"'
                more = f"Content-Type: {media_type}\r\n".encode()
                body += _part(disposition, content, more)
    return body + _END + b"\r\n"


def _read(data: bytes, length_bytes: int, piece_bytes: int) -> _Parts | None:
    sink = _Sink()
    try:
        read_form(
            _Slow(data, piece_bytes),
            content_type=_TYPE,
            length_bytes=length_bytes,
            sink=sink,
        )
    except (MalformedFormError, TooLargeError):
        return None
    return sink.parts


def seeds() -> dict[str, bytes]:
    """A whole form, no file chosen, and headers that browsers do not send."""
    token = _part('name="csrf_token"', b"0123456789")
    text = _part('name="text"', "Әкім пара\r\nсұрады.".encode())
    file = _part(
        'name="attachments"; filename="a.jpg"',
        b"\xff\xd8\r\n--\r\n",
        b"Content-Type: image/jpeg\r\n",
    )
    none = _part(
        'name="attachments"; filename=""', b"", b"Content-Type: application/x\r\n"
    )
    end = _END + b"\r\n"
    return {
        "whole": token + text + file + end,
        "no_file_chosen": token + none + end,
        "unfinished": token + text,
        "no_text_at_all": end,
        "not_utf8": _part('name="text"', b"\xff") + end,
        "extended_name": _part("name=a; filename*=UTF-8''%e2%82%ac", b"x") + end,
        "no_name": _part("filename=x", b"x") + end,
        "preamble": b"preamble\r\n" + token + end,
        "behind_the_end": token + end + b"more",
    }


def _part(disposition: str, content: bytes, more: bytes = b"") -> bytes:
    head = f"--{_BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n"
    return head.encode() + more + b"\r\n" + content + b"\r\n"
