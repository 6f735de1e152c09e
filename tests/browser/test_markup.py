"""Every page of the intake is valid HTML: it means the same to every browser."""

from pathlib import Path

import pytest

from protocol.languages import Language
from tests.browser.markup import mistakes
from tests.intake.test_templates import ALL_PAGES, OFFLINE_PAGE, render

pytestmark = pytest.mark.needs("node")

ERRORS = {"text": "Write what happened.", "codename": "Type your codename."}


def test_what_is_wrong_would_be_found(tmp_path: Path) -> None:
    """An id twice, and an element where none may stand."""
    page = render("home.html").replace(
        "<footer>", '<p id="main"><div></div></p><footer>'
    )

    found = " ".join(mistakes({"home": page}, tmp_path))

    assert "no-dup-id" in found
    assert "no-implicit-close" in found or "close-order" in found


def test_every_page_is_valid(tmp_path: Path) -> None:
    """In every language, with and without what was typed wrong."""
    pages = {
        f"{template} {language.value} {bool(errors)}": render(
            template, language, errors=errors
        )
        for template in (*ALL_PAGES, OFFLINE_PAGE)
        for language in Language
        for errors in ({}, ERRORS)
    }

    assert mistakes(pages, tmp_path) == []
