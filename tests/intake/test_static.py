"""What everyone gets alike: pages and files without a byte of the request's."""

import base64
import hashlib
import re
from datetime import timedelta

import pytest

from tests.intake.conftest import House
from tests.intake.reporter import ORIGIN

PAGES = ["/"] + [
    f"/{language}/{page}"
    for language in ("kk", "ru", "en")
    for page in ("", "report", "mailbox", "help")
]
LOADED = re.compile(r"<(?:script|link)\b[^>]*(?:src|href)=\"([^\"]+)\"[^>]*>")
HASHED = re.compile(r'integrity="sha384-([A-Za-z0-9+/=]+)"')


@pytest.mark.parametrize("path", PAGES)
def test_everyone_gets_the_same_bytes(house: House, path: str) -> None:
    """Whoever compares the site with its release can compare these pages."""
    one = house.client().get(path, base_url=ORIGIN)
    house.clock.advance(timedelta(hours=5))
    other = house.client().get(
        path,
        base_url="https://other.test",
        headers={"User-Agent": "x", "Accept-Language": "kk", "Cookie": "a=b"},
    )

    assert one.data == other.data
    assert "Set-Cookie" not in one.headers


@pytest.mark.parametrize("path", PAGES)
def test_a_closed_form_changes_no_page(house: House, path: str) -> None:
    """An expired directory is told by the script; the page stays the release's."""
    before = house.client().get(path, base_url=ORIGIN).data
    house.clock.advance(timedelta(days=40))

    assert house.client().get(path, base_url=ORIGIN).data == before


@pytest.mark.parametrize("path", [*PAGES, "/ru/plain/report", "/ru/plain/mailbox"])
def test_every_script_and_style_is_named_with_its_hash(house: House, path: str) -> None:
    """Half an update, or a file that was swapped alone, does not run."""
    client = house.client()
    page = client.get(path, base_url=ORIGIN).text

    loaded = [match for match in LOADED.finditer(page) if "icon" not in match[0]]
    assert loaded
    for element in loaded:
        found = HASHED.search(element[0])
        assert found, element[0]
        content = client.get(element[1], base_url=ORIGIN).data
        assert base64.b64decode(found[1]) == hashlib.sha384(content).digest()
