"""The questions of the form: from fields to a checked report, or to words.

Spec: docs/protocol.md §1.3.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeVar

from intake.services.sealing import Written
from intake.web.pages import N_
from protocol.languages import Language
from protocol.report import (
    MAX_REPORT_JSON_BYTES,
    Answers,
    Consent,
    ConsentTo,
    Knowers,
    Ongoing,
    Paid,
    Source,
    is_blank,
)

ANSWER_LIMIT: Final = 2000
WRITTEN_LIMIT_BYTES: Final = MAX_REPORT_JSON_BYTES - 128 * 1024
"""All that was typed, as JSON; leaves room for keys and some hundred file names."""

LINES: Final = ("category", "region", "institution", "place", "period", "amount")
CHOICES: Final = ("ongoing", "source", "knowers", "paid")
REPORT_FIELDS: Final = frozenset(
    {"text", "consent_to", "secrecy", "do_not_use", *LINES, *CHOICES}
)
MESSAGE_FIELDS: Final = frozenset({"text"})

_EMPTY: Final = N_("Write what happened.")
_EMPTY_MESSAGE: Final = N_("Write your message.")
_LONG: Final = N_("The text is too long. Put the rest into a file and attach it.")
_ANSWER_LONG: Final = N_("This answer is too long. Characters at most: {limit}")
_NOT_A_CHOICE: Final = N_("Choose one of the answers.")

Choice = TypeVar("Choice", bound=Enum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invalid:
    """What is wrong, by field, in the reporter's language."""

    errors: Mapping[str, str]


class FormParser:
    """Reads one form; collects what is wrong with it."""

    def __init__(
        self, values: Mapping[str, str], translate: Callable[[str], str]
    ) -> None:
        """Take the fields as they came, line ends already unified."""
        self._values = values
        self._translate = translate
        self._errors: dict[str, str] = {}

    def report(self, language: Language) -> Written | Invalid:
        """Read a report."""
        text = self._text(_EMPTY)
        answers = {name: self._line(name) for name in LINES}
        ongoing = self._choice("ongoing", Ongoing)
        source = self._choice("source", Source)
        knowers = self._choice("knowers", Knowers)
        paid = self._choice("paid", Paid)
        consent_to = self._choice("consent_to", ConsentTo)
        do_not_use = self._values.get("do_not_use", "")
        if self._errors:
            return Invalid(errors=self._errors)
        return Written(
            text=text,
            language=language,
            answers=Answers(
                **answers, ongoing=ongoing, source=source, knowers=knowers, paid=paid
            ),
            consent=Consent(
                to=consent_to or ConsentTo.NONE,
                secrecy=bool(self._values.get("secrecy")),
                do_not_use=do_not_use,
            ),
        )

    def message(self, language: Language) -> Written | Invalid:
        """Read a message."""
        text = self._text(_EMPTY_MESSAGE)
        if self._errors:
            return Invalid(errors=self._errors)
        return Written(text=text, language=language, answers=Answers(), consent=None)

    def _text(self, empty: str) -> str:
        text = self._values.get("text", "")
        if is_blank(text):
            self._fail("text", empty)
        written = json.dumps(dict(self._values), ensure_ascii=False)
        if len(written.encode("utf-8", "replace")) > WRITTEN_LIMIT_BYTES:
            self._fail("text", _LONG)
        return text

    def _line(self, name: str) -> str | None:
        text = self._values.get(name, "").strip()
        if len(text) > ANSWER_LIMIT:
            self._fail(name, _ANSWER_LONG)
        return text or None

    def _choice(self, name: str, kind: type[Choice]) -> Choice | None:
        value = self._values.get(name, "")
        if not value:
            return None
        try:
            return kind(value)
        except ValueError:
            self._fail(name, _NOT_A_CHOICE)
            return None

    def _fail(self, name: str, sentence: str) -> None:
        words = self._translate(sentence).replace("{limit}", str(ANSWER_LIMIT))
        self._errors.setdefault(name, words)
