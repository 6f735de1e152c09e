"""The dossier as bytes: `dossier.json` for machines, `dossier.txt` for people.

Spec: docs/protocol.md §7.

Built by allow-list: from the reviewer's fields and the registry alone. Neither
function can see a report, so neither can leak one. What is not written here
does not leave: no day, no name of a reviewer, no score, no count of reports.

Rules:
* The same content gives the same bytes, on any machine, in any year.
* The destination's key stands in `dossier.json`, so an approval holds for that
  key too: whoever swaps it in the registry voids the approval.
* Journalists get the secrecy condition and the legal risk, and no request for
  an official answer; an authority gets the request.
"""

from typing import Final

from review_console.domain.content import to_json
from review_console.domain.destination import Destination, DestinationKind
from review_console.domain.package_texts import (
    ALLEGATION_LABELS,
    FIELD_HEADINGS,
    LABEL_WORDS,
    LEGAL_RISK,
    SECRECY,
    SOURCE_UNKNOWN,
)
from review_console.domain.referral import Allegation, Dossier, ReferralContent

DOSSIER_FORMAT: Final = "debunker-dossier/1"


def dossier_json(
    content: ReferralContent,
    destination: Destination,
    *,
    organisation: str,
) -> bytes:
    """Write the dossier for machines.

    Args:
        content: As proposed.
        destination: From the registry.
        organisation: Who signs, by name.

    Returns:
        UTF-8 JSON with sorted members and a line end.
    """
    dossier = content.dossier
    members = {
        "format": DOSSIER_FORMAT,
        "from": organisation,
        "to": {
            "name_kk": destination.name_kk,
            "name_ru": destination.name_ru,
            "name_en": destination.name_en,
            "kind": destination.kind.value,
            "recipient": str(destination.recipient),
        },
        "month": content.prepared_month,
        "on_condition_of_secrecy": content.secrecy,
        "subject": dossier.subject,
        "allegations": [_allegation(each) for each in dossier.allegations],
        "annexes": [each.neutral_name for each in content.released],
    } | dict(_written(dossier, destination.kind))
    return to_json(members) + b"\n"


def dossier_text(
    content: ReferralContent,
    destination: Destination,
    *,
    organisation: str,
) -> bytes:
    """Write the dossier for people: headings in three languages, our words.

    Args:
        content: As proposed.
        destination: From the registry.
        organisation: Who signs, by name.

    Returns:
        UTF-8 text; this is what an approver reads.
    """
    head = (
        f"{organisation} → {destination.name_kk} / {destination.name_ru} / "
        f"{destination.name_en}\n{content.prepared_month}"
    )
    parts = [head, content.dossier.subject]
    parts += [
        _section("allegations", f"{number}.\n{_allegation_text(allegation)}")
        for number, allegation in enumerate(content.dossier.allegations, start=1)
    ]
    parts += [
        _section(name, text)
        for name, text in _written(content.dossier, destination.kind)
        if text
    ]
    if content.released:
        names = "\n".join(f"evidence/{each.neutral_name}" for each in content.released)
        parts.append(_section("annexes", names))
    parts.append(SECRECY if content.secrecy else SOURCE_UNKNOWN)
    if destination.kind is DestinationKind.JOURNALISTS:
        parts.append(LEGAL_RISK)
    return ("\n\n".join(parts) + "\n").encode()


def _written(dossier: Dossier, kind: DestinationKind) -> tuple[tuple[str, str], ...]:
    """List the reviewer's fields in their order."""
    fields = (
        ("summary", dossier.summary),
        ("chronology", dossier.chronology),
        ("verified", dossier.verified),
        ("not_known", dossier.not_known),
        ("contradicting", dossier.contradicting),
        ("legal_basis", dossier.legal_basis),
    )
    if kind is DestinationKind.JOURNALISTS:
        return fields
    return (*fields, ("request", dossier.request))


def _section(name: str, text: str) -> str:
    heading = FIELD_HEADINGS[name]
    return f"{heading}\n{'-' * len(heading)}\n{_lines(text)}"


def _lines(text: str) -> str:
    """Bring a form's line ends to one kind."""
    return "\n".join(text.strip().splitlines())


def _allegation(allegation: Allegation) -> dict[str, str]:
    return {name: getattr(allegation, name) for name in ALLEGATION_LABELS} | {
        "label": allegation.label.value,
    }


def _allegation_text(allegation: Allegation) -> str:
    """Write the answered lines of one allegation."""
    answered = [
        f"{label}: {_lines(getattr(allegation, name))}"
        for name, label in ALLEGATION_LABELS.items()
        if getattr(allegation, name)
    ]
    return "\n".join([*answered, LABEL_WORDS[allegation.label]])
