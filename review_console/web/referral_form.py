"""The form of a referral: many fields, one value or the words for each."""

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from protocol.report import Paid
from review_console.domain.errors import NotFoundError
from review_console.domain.ids import DestinationId, MessageId
from review_console.domain.own_words import repeats
from review_console.domain.referral import (
    MAX_ALLEGATIONS,
    MAX_FIELD_CHARACTERS,
    MAX_SUBJECT_CHARACTERS,
    Allegation,
    AllegationLabel,
    Dossier,
    Released,
)
from review_console.services.cases import CasePage
from review_console.services.referrals import ReferralDraft
from review_console.web.downloads import SUFFIXES
from review_console.web.forms import Errors, check_length, optional_text, required_text
from review_console.web.language import gettext as _

REQUIRED_AREAS: Final = ("summary",)
OPTIONAL_AREAS: Final = (
    "chronology",
    "verified",
    "not_known",
    "contradicting",
    "legal_basis",
    "request",
)
ALLEGATION_FIELDS: Final = (
    "what",
    "who",
    "position",
    "body",
    "when",
    "where",
    "amount",
    "label",
    "basis",
)
MAX_NAME_CHARACTERS: Final = 80
YES: Final = "yes"

_NEUTRAL_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")

Form = MultiDict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """An attachment that may be released."""

    key: str
    """`MESSAGE/INDEX`."""

    message: MessageId
    index: int
    name: str
    media_type: str
    size_bytes: int
    suggested_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invalid:
    """A form that was refused: what was typed, and the words for each field."""

    values: dict[str, Any]
    errors: Errors


@dataclass(slots=True)
class _Reading:
    """One pass over the form."""

    form: Form
    page: CasePage
    errors: Errors = field(default_factory=dict)

    def reporters_words(self) -> list[str]:
        return [each.text for each in self.page.thread if each.report is not None]

    def refuse_own_words(self, name: str, text: str) -> None:
        if name not in self.errors and repeats(text, self.reporters_words()):
            self.errors[name] = _(
                "This repeats a long passage of the reporter’s. Write it anew.",
            )


def evidence_of(page: CasePage) -> tuple[Evidence, ...]:
    """List every attachment of a case, with a neutral name to begin with."""
    found: list[Evidence] = []
    for entry in page.thread:
        if entry.report is None or entry.message is None or not entry.is_verified:
            continue
        for index, attachment in enumerate(entry.report.attachments):
            suffix = PurePosixPath(attachment.name.lower()).suffix.removeprefix(".")
            ending = suffix if suffix in SUFFIXES else "bin"
            found.append(
                Evidence(
                    key=f"{entry.message}/{index}",
                    message=entry.message,
                    index=index,
                    name=attachment.name,
                    media_type=attachment.media_type,
                    size_bytes=attachment.size_bytes,
                    suggested_name=f"annex-{len(found) + 1:02}.{ending}",
                ),
            )
    return tuple(found)


def parse_referral(form: Form, page: CasePage) -> ReferralDraft | Invalid:
    """Read the form.

    Args:
        form: As posted; untrusted.
        page: The case, for its consent, evidence and the reporter's words.

    Returns:
        The draft, or what to show again.
    """
    reading = _Reading(form, page)
    destination = _destination(reading)
    dossier = _dossier(reading)
    released = _released(reading)
    _check_promises(reading)
    if reading.errors or destination is None:
        return Invalid(values=kept_values(form), errors=reading.errors)
    return ReferralDraft(destination=destination, dossier=dossier, released=released)


def kept_values(form: Form) -> dict[str, Any]:
    """Keep what was typed, in the shape that the template reads."""
    keys = [name.removeprefix("name:") for name in form if name.startswith("name:")]
    return {
        **{name: form.get(name, "") for name in ("destination", "subject")},
        **{name: form.get(name, "") for name in (*REQUIRED_AREAS, *OPTIONAL_AREAS)},
        "allegations": _rows(form) or [{}],
        "release": form.getlist("release"),
        "names": {key: form.get(f"name:{key}", "") for key in keys},
        "clean": [key for key in keys if form.get(f"clean:{key}") == YES],
        "source_safe": form.get("source_safe", ""),
        "paid_warning": form.get("paid_warning", ""),
    }


def _rows(form: Form) -> list[dict[str, str]]:
    """Gather the repeated fields; rows in which nothing was typed are dropped."""
    columns = [form.getlist(name)[:MAX_ALLEGATIONS] for name in ALLEGATION_FIELDS]
    count = max(map(len, columns))
    rows = (
        {
            name: column[row].replace("\r\n", "\n").strip() if row < len(column) else ""
            for name, column in zip(ALLEGATION_FIELDS, columns, strict=True)
        }
        for row in range(count)
    )
    return [row for row in rows if any(row.values())]


def _destination(reading: _Reading) -> DestinationId | None:
    try:
        return DestinationId.parse(reading.form.get("destination", ""))
    except NotFoundError:
        reading.errors["destination"] = _("Choose one of these.")
        return None


def _dossier(reading: _Reading) -> Dossier:
    form, errors = reading.form, reading.errors
    subject = required_text(form, "subject", errors, MAX_SUBJECT_CHARACTERS)
    reading.refuse_own_words("subject", subject)
    areas = {}
    for name in (*REQUIRED_AREAS, *OPTIONAL_AREAS):
        read = required_text if name in REQUIRED_AREAS else optional_text
        areas[name] = read(form, name, errors, MAX_FIELD_CHARACTERS)
        reading.refuse_own_words(name, areas[name])
    return Dossier(subject=subject, allegations=_allegations(reading), **areas)


def _allegations(reading: _Reading) -> tuple[Allegation, ...]:
    rows = _rows(reading.form)
    if not rows:
        reading.errors["what-0"] = _("This is needed.")
    return tuple(
        allegation
        for number, row in enumerate(rows)
        if (allegation := _allegation(reading, number, row)) is not None
    )


def _allegation(
    reading: _Reading,
    number: int,
    row: dict[str, str],
) -> Allegation | None:
    errors = reading.errors
    for name, text in row.items():
        field_name = f"{name}-{number}"
        check_length(text, field_name, errors, MAX_FIELD_CHARACTERS)
        reading.refuse_own_words(field_name, text)
    if not row["what"]:
        errors[f"what-{number}"] = _("This is needed.")
    try:
        label = AllegationLabel(row["label"])
    except ValueError:
        errors[f"label-{number}"] = _("Say what the statement is.")
        return None
    return Allegation(**{**row, "label": label})  # type: ignore[arg-type]  # label is replaced, the rest are texts


def _released(reading: _Reading) -> tuple[Released, ...]:
    wanted = set(reading.form.getlist("release"))
    released: list[Released] = []
    names: set[str] = set()
    for evidence in evidence_of(reading.page):
        if evidence.key not in wanted:
            continue
        name = _neutral_name(reading, evidence, names)
        names.add(name.lower())
        if reading.form.get(f"clean:{evidence.key}") != YES:
            reading.errors[f"clean:{evidence.key}"] = _(
                "Look at its metadata before you release it.",
            )
        released.append(
            Released(
                message=evidence.message,
                index=evidence.index,
                neutral_name=name,
            ),
        )
    return tuple(released)


def _neutral_name(reading: _Reading, evidence: Evidence, taken: set[str]) -> str:
    name_field = f"name:{evidence.key}"
    name = reading.form.get(name_field, "").strip()
    if _NEUTRAL_NAME.fullmatch(name) is None:
        reading.errors[name_field] = _(
            "Use Latin letters, digits, dots and dashes; begin with a letter or digit.",
        )
    elif name.lower() in taken:
        reading.errors[name_field] = _("Two files have this name.")
    elif name.casefold() == evidence.name.casefold():
        reading.errors[name_field] = _("This is the reporter’s own name for the file.")
    return name


def _check_promises(reading: _Reading) -> None:
    if reading.form.get("source_safe") != YES:
        reading.errors["source_safe"] = _("Read it once more, then tick this.")
    is_paid = reading.page.report.answers.paid is Paid.YES
    if is_paid and reading.form.get("paid_warning") != YES:
        reading.errors["paid_warning"] = _(
            "Warn the reporter in a reply first, then tick this.",
        )
