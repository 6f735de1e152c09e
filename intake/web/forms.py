"""Small forms: a codename, a button. Read whole, into memory, within a limit."""

from typing import Final
from urllib.parse import parse_qsl

from flask import request

SMALL_FORM_BYTES: Final = 16 * 1024


class MalformedFormError(Exception):
    """A form that no browser of ours would send; the message quotes nothing."""


def read_small_form(allowed: frozenset[str]) -> dict[str, str]:
    """Read an urlencoded form.

    Args:
        allowed: Every field that it may have, each once.

    Returns:
        The fields that were sent.

    Raises:
        MalformedFormError: Something else was sent.
    """
    if request.mimetype != "application/x-www-form-urlencoded":
        raise MalformedFormError("not a form")
    length_bytes = request.content_length or 0
    body = request.stream.read(length_bytes)
    if len(body) != length_bytes:
        raise MalformedFormError("ended too early")
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=len(allowed),
        )
    except ValueError:
        raise MalformedFormError("not a well-formed form") from None
    fields = dict(pairs)
    if len(fields) != len(pairs) or not fields.keys() <= allowed:
        raise MalformedFormError("unexpected fields")
    return fields
