"""No page of the intake is wider than the screen of a small phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from crypto.entropy import system_entropy
from protocol.codename import Codename
from tests.browser.conftest import WAIT_MILLISECONDS, Visit

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.end_to_end,
    pytest.mark.needs("chromium"),
]

WIDTH = 360
LONG_NAME = "Снимок_экрана_договора_и_акта_" * 2 + "copy" * 30 + ".pdf"
STILL = ("", "help", "plain/report", "plain/mailbox", "plain/nowhere")


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """Give a fresh profile on a small phone, as wide as its pages are laid out."""
    context = chromium.new_context(
        viewport={"width": WIDTH, "height": 640}, is_mobile=True, has_touch=True
    )
    context.set_default_timeout(WAIT_MILLISECONDS)
    yield context
    context.close()


@pytest.fixture
def long_named(tmp_path: Path) -> Path:
    """Write a file whose name nobody can break at a space."""
    path = tmp_path / LONG_NAME
    path.write_bytes(b"x")
    return path


def _width(visit: Visit) -> int:
    width = visit.page.evaluate("document.documentElement.scrollWidth")
    assert isinstance(width, int)
    return width


def test_the_page_that_asks_for_a_language_is_as_wide_as_the_screen(
    visit: Visit,
) -> None:
    """Nobody scrolls sideways to find a language."""
    visit.page.goto(f"{visit.origin}/")

    assert _width(visit) == WIDTH


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_pages_without_script_are_as_wide_as_the_screen(
    visit: Visit, language: str
) -> None:
    """Long words of any language wrap, with every part of a form opened."""
    for page in STILL:
        visit.page.goto(f"{visit.origin}/{language}/{page}")
        visit.page.evaluate(
            "document.querySelectorAll('details').forEach((part) => part.open = true)"
        )

        assert _width(visit) == WIDTH, page


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_what_to_know_before_writing_is_shorter_than_a_screen(
    visit: Visit, language: str
) -> None:
    """Of a small phone: every topic in sight; and the start leads there."""
    visit.page.set_viewport_size({"width": 360, "height": 740})
    visit.page.goto(f"{visit.origin}/{language}/")

    visit.page.click(f"main .button[href='/{language}/help']")

    visit.page.wait_for_url("**/help")
    height = visit.page.evaluate("document.documentElement.scrollHeight")
    assert height <= 740


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_long_file_name_does_not_widen_the_report(
    visit: Visit, long_named: Path, language: str
) -> None:
    """The name wraps in the list and in what is said about the file."""
    visit.open(f"/{language}/report")
    visit.page.set_input_files("#attachments", [long_named])
    visit.page.wait_for_selector("#chosen-files[aria-busy=true]", state="detached")
    assert LONG_NAME in visit.shown("#chosen-files")
    assert _width(visit) == WIDTH

    visit.page.fill("#text", "x")
    long_named.write_bytes(b"another")
    visit.page.click("#report button[type=submit]")

    assert LONG_NAME in visit.shown("#error-summary")
    assert _width(visit) == WIDTH

    visit.page.click("#chosen-files button")
    visit.page.click("#report button[type=submit]")
    visit.shown("#received")
    assert _width(visit) == WIDTH


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_long_file_name_does_not_widen_the_mailbox(
    visit: Visit, long_named: Path, language: str
) -> None:
    """The open mailbox has a list of files, too."""
    visit.open(f"/{language}/mailbox")
    visit.page.fill("#codename", Codename.generate(system_entropy).characters())
    visit.page.click("#open-mailbox button[type=submit]")
    visit.shown("#message")
    visit.page.set_input_files("#attachments", [long_named])
    visit.page.wait_for_selector("#chosen-files[aria-busy=true]", state="detached")

    assert LONG_NAME in visit.shown("#chosen-files")
    assert _width(visit) == WIDTH
