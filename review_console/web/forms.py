"""Reading form fields: a value, or a sentence for the field."""

from collections.abc import Mapping
from enum import Enum
from typing import Final, TypeVar

from review_console.web.language import gettext as _

MAX_DIGITS: Final = 9
"""Of a position; no thread has a billion entries."""

Errors = dict[str, str]
"""Field → sentence, in the language of the page."""

Choice = TypeVar("Choice", bound=Enum)


def required_text(
    form: Mapping[str, str],
    field: str,
    errors: Errors,
    limit_characters: int,
) -> str:
    """Read a text that must not be empty."""
    text = optional_text(form, field, errors, limit_characters)
    if not text:
        errors[field] = _("This is needed.")
    return text


def optional_text(
    form: Mapping[str, str],
    field: str,
    errors: Errors,
    limit_characters: int,
) -> str:
    """Read a text; browsers send line ends as CR LF."""
    text = form.get(field, "").replace("\r\n", "\n").strip()
    check_length(text, field, errors, limit_characters)
    return text


def check_length(
    text: str,
    field: str,
    errors: Errors,
    limit_characters: int,
) -> None:
    """Refuse a text that is too long."""
    if len(text) > limit_characters:
        errors[field] = _("This is too long. Longest, in characters: %(limit)s") % {
            "limit": limit_characters,
        }


def position(form: Mapping[str, str], field: str) -> int:
    """Read a place in a thread; what is none counts as its beginning."""
    text = form.get(field, "")
    is_number = text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS
    return int(text) if is_number else 0


def choice(
    form: Mapping[str, str],
    field: str,
    kind: type[Choice],
    errors: Errors,
) -> Choice | None:
    """Read one of an enum's values."""
    try:
        return kind(form.get(field, ""))
    except ValueError:
        errors[field] = _("Choose one of these.")
        return None
