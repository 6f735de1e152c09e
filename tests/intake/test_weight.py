"""What a reporter's first visit costs on the wire: phones are slow, traffic dear."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crypto.age import HybridIdentity
from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from protocol.directory import (
    DirectoryRecipient,
    IdentityList,
    ReviewerKey,
    Role,
    sign_directory,
)
from tests.intake.conftest import House
from tests.intake.organisation import write_directory, write_identities
from tests.intake.reporter import ORIGIN

LIMIT_BYTES = {"br": 67_000, "gzip": 76_000}
"""Browsers ask for Brotli over TLS, and for gzip from an onion address."""

PLAIN_LIMIT_BYTES = 30_000
REVIEWERS = 3
"""Each has a certified identity and a key for offline pages, 1.2 kB a piece."""


def _answer_bytes(house: House, path: str, encoding: str = "gzip") -> int:
    answer = house.client().get(
        path, base_url=ORIGIN, headers={"Accept-Encoding": encoding}
    )
    assert answer.status_code == 200
    return len(answer.data)


def _staff(house: House) -> None:
    """Give the organisation several reviewers."""
    organisation = house.organisation
    content = organisation.content()
    keys = [SigningKey.generate(system_entropy) for _ in range(REVIEWERS)]
    end = content.issued + timedelta(days=90)
    directory = replace(
        content,
        reviewers=tuple(
            ReviewerKey(key=key.verification_key, not_after=end) for key in keys
        ),
        recipients=(
            *content.recipients,
            *(
                DirectoryRecipient(
                    role=Role.OFFLINE,
                    recipient=HybridIdentity.generate(system_entropy).recipient,
                    not_after=end,
                )
                for _ in keys
            ),
        ),
    )
    path = house.config.directory
    write_directory(sign_directory(directory, organisation.root), path)
    certified = [
        organisation.identities(
            key=key, reviewer=HybridIdentity.generate(system_entropy)
        ).identities[0]
        for key in keys
    ]
    write_identities(IdentityList(identities=tuple(certified)), path)


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_a_first_visit_stays_light(house: House, encoding: str, language: str) -> None:
    """Page, style, scripts, keys of three reviewers, word list: below the limit."""
    _staff(house)
    paths = (
        f"/{language}/report",
        "/static/icon.svg",
        "/static/intake.css",
        "/static/page.js",
        "/static/worker.js",
        "/directory.json",
        "/directory.json.sig",
        "/identities.json",
        f"/static/words-{language}.txt",
    )

    sizes = {path: _answer_bytes(house, path, encoding) for path in paths}

    total = sum(sizes.values())
    print(*(f"{path}: {size}" for path, size in sizes.items()), total, sep="\n")  # noqa: T201  # seen with -s
    assert total < LIMIT_BYTES[encoding], sizes


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_form_without_script_is_lighter_still(house: House, language: str) -> None:
    """Nothing but the page, its style and its icon, the page uncompressed."""
    paths = (f"/{language}/plain/report", "/static/icon.svg", "/static/intake.css")

    total = sum(_answer_bytes(house, path) for path in paths)

    print(total)  # noqa: T201  # seen with -s
    assert total < PLAIN_LIMIT_BYTES
