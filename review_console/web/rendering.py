"""What the templates need beside words: days, sizes, and text of strangers.

A report may hold anything. HTML is escaped by Jinja as everywhere; this module
deals with what escaping leaves alone: characters that nobody sees and that
change what one reads. A direction override turns ``exe.fdp`` into ``pdf.exe``,
a zero-width space hides from a search, a tag character smuggles a second text.
`pieces` takes a text apart so that a template can show each of them as its
code point. Nothing is removed and no markup is made here.

Spec: docs/protocol.md §1.3.

Rules:
* Every character of the text is in exactly one piece; only a line end that
  browsers send as CR LF becomes LF.
* What a reader cannot see is hidden; ordinary spaces, tabs, line ends and the
  marks of emoji are not.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask
from jinja2 import pass_context
from jinja2.runtime import Context

from protocol.day import DAY_ZONE

UNSEEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Control, format, surrogate, private, unassigned, line and paragraph ends."""

UNSEEN_LETTERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Fillers and joiners that Unicode calls letters or marks and fonts draw as nothing."""

PLAIN: Final = frozenset("\n\t\ufe0e\ufe0f")
"""Line ends, tabs, and the two marks that choose how an emoji looks."""

LOCALES: Final = {"kk": "kk_KZ", "ru": "ru_KZ", "en": "en_GB"}
"""English days are written day first, as the other two languages do."""

UNITS: Final = {
    "kk": ("байт", "кБ", "МБ", "ГБ"),
    "ru": ("байт", "кБ", "МБ", "ГБ"),
    "en": ("bytes", "kB", "MB", "GB"),
}
"""Bytes and powers of 1,000 of them."""

UNIT_STEP: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of text that is shown as it is, or one character as its code."""

    text: str
    """The run itself, or ``U+202E`` for a hidden character."""

    hidden: bool
    """Whether `text` stands for a character that would not be seen."""


def is_unseen(character: str) -> bool:
    """Tell whether a reader would not see this one character."""
    if character in PLAIN:
        return False
    return (
        character in UNSEEN_LETTERS
        or unicodedata.category(character) in UNSEEN_CATEGORIES
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"  # they can carry a second text
    )


def pieces(untrusted: str) -> tuple[Piece, ...]:
    """Take a stranger's text apart into what is seen and what is not.

    Args:
        untrusted: Any text, also with lone surrogates.

    Returns:
        The pieces in the order of the text.
    """
    found: list[Piece] = []
    for unseen, run in groupby(untrusted.replace("\r\n", "\n"), key=is_unseen):
        if unseen:
            found += (Piece(text=f"U+{ord(each):04X}", hidden=True) for each in run)
        else:
            found.append(Piece(text="".join(run), hidden=False))
    return tuple(found)


@pass_context
def day(context: Context, value: date) -> str:
    """Write a day out, as in ``4 сентября 2026 г.``."""
    return format_date(value, format="long", locale=_locale(context))


@pass_context
def short_day(context: Context, value: date) -> str:
    """Write a day for a list: ``04.09.2026``, in English ``4 Sept 2026``."""
    pattern = "d MMM y" if context["language"] == "en" else "dd.MM.y"
    return format_date(value, format=pattern, locale=_locale(context))


@pass_context
def moment(context: Context, value: datetime) -> str:
    """Write a moment as its day and hour, in the day's zone (UTC+5)."""
    local = value.astimezone(DAY_ZONE)
    return f"{short_day(context, local.date())} {local:%H:%M}"


@pass_context
def number(context: Context, value: int) -> str:
    """Write a whole number with the language's grouping."""
    return format_decimal(value, locale=_locale(context))


@pass_context
def file_size(context: Context, size_bytes: int) -> str:
    """Write a size in the largest unit that leaves at least one of it.

    Args:
        context: Of the template, with the language.
        size_bytes: Of the file, not of its sealed form.

    Returns:
        For example ``1,2 МБ``; a no-break space before the unit.
    """
    units = UNITS[str(context["language"])]
    amount, step = float(size_bytes), 0
    while amount >= UNIT_STEP and step < len(units) - 1:
        amount, step = amount / UNIT_STEP, step + 1
    written = format_decimal(
        amount, format="#,##0.#" if step else "#,##0", locale=_locale(context)
    )
    return f"{written}\u00a0{units[step]}"


def _locale(context: Context) -> str:
    return LOCALES[str(context["language"])]


def install(app: Flask) -> None:
    """Give the templates of `app` the filters of this module."""
    app.jinja_env.filters.update(
        pieces=pieces,
        day=day,
        short_day=short_day,
        moment=moment,
        number=number,
        file_size=file_size,
    )
