"""The token on every change of a session.

Spec: docs/protocol.md §3.

Flask-WTF makes and compares it; we call it ourselves, because its own hook would
read the form, and forms are read as streams here.
"""

from http import HTTPStatus
from typing import Final

from flask import abort
from flask_wtf.csrf import generate_csrf, validate_csrf
from wtforms.validators import ValidationError

from intake.web.forms import read_small_form

FIELD: Final = "csrf_token"


def new_token() -> str:
    """Return a token for a form of this session."""
    token: str = generate_csrf()
    return token


def is_valid(token: str) -> bool:
    """Tell whether a token belongs to this session and is young enough."""
    try:
        validate_csrf(token)
    except ValidationError:
        return False
    return True


def checked_form(*names: str) -> dict[str, str]:
    """Read a small form; refuse the request unless it carries the token.

    Args:
        names: Fields that it may have besides the token.

    Returns:
        The fields that were sent.
    """
    fields = read_small_form(frozenset({FIELD, *names}))
    if not is_valid(fields.get(FIELD, "")):
        abort(HTTPStatus.FORBIDDEN)
    return fields
