"""Promises of `review_console.domain.package` and `.dossier`, by vectors."""

import io
import zipfile
from datetime import date
from functools import partial
from typing import Any

import pytest

from crypto import sshsig
from crypto.age import parse_recipient
from crypto.ed25519 import SigningKey
from review_console.domain.destination import Destination, DestinationKind
from review_console.domain.dossier import dossier_json
from review_console.domain.ids import DestinationId, MessageId
from review_console.domain.package import (
    SIGNATURE_NAMESPACE,
    Manifest,
    fixed,
    write_package,
)
from review_console.domain.referral import (
    Allegation,
    AllegationLabel,
    Dossier,
    ReferralContent,
    Released,
)
from tests.vectors.case import Case, load_cases


@pytest.mark.parametrize("case", load_cases("referral"), ids=lambda case: case.name)
def test_a_package_is_signed_as_the_vector_says(case: Case) -> None:
    """To the byte: whoever checks a package by the document can check ours."""
    entries: dict[str, str] = case.given["entries"]
    sources = [fixed(name, bytes.fromhex(text)) for name, text in entries.items()]
    key = SigningKey.from_seed(bytes.fromhex(case.given["team_seed"]))
    package = io.BytesIO()

    write_package(
        package,
        sources,
        manifest=Manifest.of(sources),
        sign=partial(_sign, key),
    )

    with zipfile.ZipFile(package) as archive:
        added = archive.namelist()[len(entries) :]
        assert archive.namelist()[: len(entries)] == list(entries)
        assert added == [
            "manifest.json", "manifest.json.sig", "SHA256SUMS", "SHA256SUMS.sig",
        ]  # fmt: skip
        written = [archive.read(name).decode() for name in added]
    assert case.expected is not None
    assert written == [
        case.expected["manifest"],
        case.expected["manifest_signature"],
        case.expected["sums"],
        case.expected["sums_signature"],
    ]


@pytest.mark.parametrize("case", load_cases("dossier"), ids=lambda case: case.name)
def test_a_dossier_is_written_as_the_vector_says(case: Case) -> None:
    """To the byte: an approval holds for these bytes and this recipient alone."""
    members = case.given["members"]

    written = dossier_json(
        _content(members), _destination(members["to"]), organisation=members["from"]
    )

    assert case.expected is not None
    assert written.decode() == case.expected["dossier"]


def _content(members: dict[str, Any]) -> ReferralContent:
    texts = ("subject", "summary", "chronology", "verified", "not_known")
    more = ("contradicting", "legal_basis", "request")
    return ReferralContent(
        destination=DestinationId("a"),
        prepared_month=members["month"],
        secrecy=members["on_condition_of_secrecy"],
        dossier=Dossier(
            **{name: members.get(name, "not for them") for name in (*texts, *more)},
            allegations=tuple(
                Allegation(**each | {"label": AllegationLabel(each["label"])})
                for each in members["allegations"]
            ),
        ),
        released=tuple(
            Released(message=MessageId("m"), index=index, neutral_name=name)
            for index, name in enumerate(members["annexes"])
        ),
    )


def _destination(to: dict[str, str]) -> Destination:
    return Destination(
        id=DestinationId("a"),
        institution=None,
        name_kk=to["name_kk"],
        name_ru=to["name_ru"],
        name_en=to["name_en"],
        kind=DestinationKind(to["kind"]),
        recipient=parse_recipient(to["recipient"]),
        added_on=date(2026, 11, 24),
    )


def _sign(key: SigningKey, message: bytes) -> str:
    return sshsig.sign(message, key, namespace=SIGNATURE_NAMESPACE)
