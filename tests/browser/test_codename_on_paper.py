"""How a codename gets onto paper: by hand or printed, with JavaScript and without."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.browser.conftest import WAIT_MILLISECONDS, Visit

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.end_to_end,
    pytest.mark.needs("chromium"),
]

PHONE: ViewportSize = {"width": 390, "height": 664}
"""What a phone of 844 leaves to a page, below its bars."""

LANGUAGES = pytest.mark.parametrize("language", ["kk", "ru", "en"])


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """Give a fresh profile on a phone."""
    context = chromium.new_context(viewport=PHONE)
    context.set_default_timeout(WAIT_MILLISECONDS)
    yield context
    context.close()


@pytest.fixture
def without_script(chromium: Browser) -> Iterator[Page]:
    """Give a page on a phone, in a browser without JavaScript."""
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    context.set_default_timeout(WAIT_MILLISECONDS)
    yield context.new_page()
    context.close()


def _spelt(page: Page) -> list[str]:
    """Return the parts of the spelling that is copied: words where there are any."""
    words = (
        (page.text_content("#codename-words") or "").split() if _has_words(page) else []
    )
    return words or (page.text_content("#codename-characters") or "").split("-")


def _has_words(page: Page) -> bool:
    return page.locator("#codename-words").count() > 0


def _check_the_large_view(page: Page) -> None:
    spelt = _spelt(page)
    address = page.url
    assert page.is_hidden("#codename-parts")

    page.click("#by-hand summary")

    lines = page.locator("#codename-parts li")
    stressed = page.locator("#codename-parts b")
    stress = 4 if _has_words(page) and len(spelt) == 10 else 5
    assert lines.all_text_contents() == spelt
    assert stressed.all_text_contents() == [part[:stress] for part in spelt]
    assert page.is_hidden("#codename-characters")
    box = page.locator("#by-hand").bounding_box()
    assert box is not None
    assert box["height"] <= PHONE["height"]
    assert page.url == address
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


@LANGUAGES
def test_a_codename_is_copied_from_one_screen(visit: Visit, language: str) -> None:
    """A part a line, stressed where it counts; nothing is asked of anybody for it."""
    visit.open(f"/{language}/report")
    visit.page.fill("#text", "x")
    visit.page.click("#report button[type=submit]")
    visit.shown("#received")
    asked = len(visit.requests)
    entries = visit.page.evaluate("history.length")

    _check_the_large_view(visit.page)

    assert len(visit.requests) == asked
    assert visit.page.evaluate("history.length") == entries


@LANGUAGES
def test_a_codename_is_copied_from_one_screen_without_script(
    without_script: Page, visit: Visit, language: str
) -> None:
    """On the form, before anything is sent, and behind it."""
    page = without_script
    page.goto(f"{visit.origin}/{language}/plain/report")
    _check_the_large_view(page)

    page.fill("#text", "x")
    page.click("main form button")
    page.wait_for_url("**/plain/received")
    _check_the_large_view(page)


@LANGUAGES
def test_paper_from_a_printer_holds_the_codename_alone(
    visit: Visit, language: str
) -> None:
    """Neither what it is for nor where it is from, with the large view open, too."""
    page = visit.page
    visit.open(f"/{language}/report")
    page.fill("#text", "x")
    page.click("#report button[type=submit]")
    visit.shown("#received")
    characters = page.text_content("#codename-characters") or ""
    words = (page.text_content("#codename-words") or "").split()
    page.click("#by-hand summary")

    page.emulate_media(media="print")

    assert page.inner_text("body").split() == [*words, characters]


def test_the_button_prints(visit: Visit) -> None:
    """It asks the browser for its own dialog, and nothing else."""
    page = visit.page
    visit.open("/en/report")
    page.fill("#text", "x")
    page.click("#report button[type=submit]")
    visit.shown("#received")
    page.evaluate("addEventListener('beforeprint', () => { window.printed = true })")

    page.click("#print")

    page.wait_for_function("window.printed === true")
    assert visit.complaints == []
