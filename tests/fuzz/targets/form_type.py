"""The Content-Type of a form: any boundary is usable, or it is no form."""

import io

from intake.domain.errors import TooLargeError
from intake.web.forms import MalformedFormError
from intake.web.multipart_stream import read_form
from tests.fuzz.targets.multipart_form import _Sink


def target(data: bytes) -> bool:
    """Take the first line as the header, the rest as the body."""
    header, _, body = data.partition(b"\n")
    sink = _Sink()
    try:
        read_form(
            io.BytesIO(body),
            content_type=header.decode("latin-1"),
            length_bytes=len(body),
            sink=sink,
        )
    except (MalformedFormError, TooLargeError):
        return False
    return True


def seeds() -> dict[str, bytes]:
    """Headers as browsers send them, and as they do not."""
    body = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n'
    headers = {
        "plain": b"multipart/form-data; boundary=x",
        "quoted": b'multipart/form-data; charset=utf-8; boundary="x"',
        "extended": b"multipart/form-data; boundary*=utf-8''x",
        "twice": b"multipart/form-data; boundary=y; boundary=x",
        "upper_case": b"Multipart/Form-Data; Boundary=x",
        "none": b"multipart/form-data",
        "urlencoded": b"application/x-www-form-urlencoded; boundary=x",
        "not_latin": "multipart/form-data; boundary=ә".encode(),
    }
    return {name: header + b"\n" + body for name, header in headers.items()}
