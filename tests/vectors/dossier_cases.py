"""Vectors of `dossier.json`: what an outside body gets to read by a program."""

import json
from collections.abc import Iterator
from typing import Any

from crypto.age import X25519Identity
from tests.vectors.case import Case
from tests.vectors.fixed import RECOVERY, seed

_ORGANISATION = "Үлгі ұйымы / Организация-пример / Example Organisation"
_CLASSICAL = str(X25519Identity.from_seed(seed("destination")).recipient)
_TEXTS = {
    "summary": "Тендер алдын ала шешілген.",
    "chronology": "2026 жылдың күзі: хабарландыру.\n«Тендер» — в тот же день.",
    "verified": "Публичный реестр договоров.",
    "not_known": "",
    "contradicting": 'A second source says "no".',
    "legal_basis": "ҚК 366-бап",
}


def cases() -> Iterator[Case]:
    """Make all of them."""
    agency = {
        "name_kk": "Қызмет",
        "name_ru": "Служба",
        "name_en": "Service",
        "kind": "agency",
        "recipient": str(RECOVERY.recipient),
    }
    yield _case("agency", agency, "an authority is asked", secrecy=False)
    newsroom = agency | {"kind": "journalists", "recipient": _CLASSICAL}
    yield _case("journalists", newsroom, "a newsroom is asked nothing", secrecy=True)
    office = agency | {"kind": "administrative"}
    bare = _case("nothing_said", office, "no allegation, no annex", secrecy=False)
    yield _without_allegations(bare)


def _case(name: str, to: dict[str, str], description: str, *, secrecy: bool) -> Case:
    dossier: dict[str, Any] = {
        "format": "debunker-dossier/1",
        "from": _ORGANISATION,
        "to": to,
        "month": "2026-11",
        "on_condition_of_secrecy": secrecy,
        "subject": "Тендер № 5",
        "allegations": [_allegation("fact"), _allegation("hearsay")],
        "annexes": ["annex-1.pdf", "annex-2.jpg"],
        **_TEXTS,
    }
    if to["kind"] != "journalists":
        dossier["request"] = "Проверить и ответить."
    return _made(name, dossier, description)


def _allegation(label: str) -> dict[str, str]:
    return {
        "what": "Пара алды",
        "who": "Б. Б.",
        "position": "бөлім басшысы",
        "body": "Әкімдік",
        "when": "2026-10",
        "where": "Алматы",
        "amount": "около двух миллионов",
        "basis": "annex-1.pdf",
        "label": label,
    }


def _without_allegations(case: Case) -> Case:
    assert case.expected is not None
    dossier = json.loads(case.expected["dossier"])
    nothing = dossier | {"allegations": [], "annexes": []}
    return _made(case.name, nothing, case.description)


def _made(name: str, dossier: dict[str, Any], description: str) -> Case:
    written = json.dumps(
        dossier, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return Case(
        folder="dossier",
        name=name,
        description=description,
        given={"members": dossier},
        expected={"dossier": written + "\n"},
    )
