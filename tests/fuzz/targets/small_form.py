"""A small form: its own fields, each once, or an error."""

from io import BytesIO
from urllib.parse import urlencode

from flask import Flask

from intake.web.forms import MalformedFormError, read_small_form

_APP = Flask(__name__)
_ALLOWED = frozenset({"csrf_token", "codename"})


def target(data: bytes) -> bool:
    """Send the input as the body."""
    environ = {
        "REQUEST_METHOD": "POST",
        "SERVER_NAME": "intake.example",
        "SERVER_PORT": "443",
        "wsgi.url_scheme": "https",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(data)),
        "wsgi.input": BytesIO(data),
    }
    with _APP.request_context(environ):
        try:
            fields = read_small_form(_ALLOWED)
        except MalformedFormError:
            return False
    assert fields.keys() <= _ALLOWED, "a field that the form does not have"
    for value in fields.values():
        value.encode()  # never half a character
    return True


def seeds() -> dict[str, bytes]:
    """As a browser sends it, and as it does not."""
    good = urlencode({"csrf_token": "abc", "codename": "сөз сөз"})
    bodies = {
        "good": good,
        "empty_value": "codename=",
        "twice": "codename=a&codename=b",
        "unknown": "codename=a&more=b",
        "no_value": "codename",
        "semicolon": "codename=a;csrf_token=b",
        "not_utf8": "codename=%ff",
        "half_character": "codename=%ed%a0%bd",
        "half_escape": "codename=%e",
    }
    return {name: body.encode() for name, body in bodies.items()}
