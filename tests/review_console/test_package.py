"""Promises of `review_console.domain.package`."""

import io
import zipfile
from functools import partial

import pytest

from crypto import sshsig
from crypto.ed25519 import SigningKey
from review_console.domain.package import (
    SIGNATURE_NAMESPACE,
    Manifest,
    fixed,
    write_package,
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


def _sign(key: SigningKey, message: bytes) -> str:
    return sshsig.sign(message, key, namespace=SIGNATURE_NAMESPACE)
