"""Whoever sees little, hears a page or has no mouse can report, in every language.

axe-core finds what a machine can find: names, roles, contrast, order of headings. It
runs on every template in every language, wide and light and narrow and dark, and on
what the script shows while a report is written, sent and answered.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from crypto.entropy import system_entropy
from protocol.codename import Codename
from protocol.languages import Language
from tests.browser.axe import SCREENS, open_all, violations
from tests.browser.conftest import WAIT_MILLISECONDS, Visit
from tests.intake.server_process import ServerProcess
from tests.intake.test_templates import ALL_PAGES, OFFLINE_PAGE, render

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.end_to_end,
    pytest.mark.needs("chromium"),
]

SUBMIT = "#report button[type=submit]"
ERRORS = {"text": "Write what happened.", "codename": "Type your codename."}


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """Give one page for all templates."""
    context = chromium.new_context()
    context.set_default_timeout(WAIT_MILLISECONDS)
    yield context.new_page()
    context.close()


LANGUAGES = pytest.mark.parametrize("language", [each.value for each in Language])


def test_what_is_wrong_would_be_found(page: Page) -> None:
    """A field without a name and grey on grey: on both screens, in both schemes."""
    page.goto("about:blank")  # where no content policy takes the style away
    page.set_content(
        """<!doctype html><html lang="en"><title>x</title><main><h1>x</h1>
        <p style="color: #999; background: #aaa">grey</p><input type="text"></main>"""
    )

    found = {violation.partition(":")[0] for violation in violations(page)}

    assert found == {
        f"{rule} ({screen['width']}, {screen['colors']})"
        for rule in ("color-contrast", "label")
        for screen in SCREENS
    }


@LANGUAGES
def test_every_template_is_accessible(
    page: Page, intake: ServerProcess, language: str
) -> None:
    """As it is sent, with every part opened, and with what was typed wrong."""
    rendered: dict[str, str] = {}
    for template in (*ALL_PAGES, OFFLINE_PAGE):
        for errors in ({}, ERRORS):
            text = render(template, Language(language), errors=errors)
            rendered.setdefault(text, template)
    sent: list[str] = []

    def fulfil(route: Route) -> None:
        route.fulfill(body=sent[-1], content_type="text/html")

    # From the intake's address, so that the style sheet comes along.
    page.route("**/rendered", fulfil)
    found = {}
    for text, template in rendered.items():
        sent.append(text)
        page.goto(f"{intake.url}/rendered")
        open_all(page)
        if mistakes := violations(page):
            found[template] = mistakes
    page.unroute("**/rendered")

    assert found == {}


@LANGUAGES
def test_the_report_is_accessible_while_it_is_written_and_sent(
    visit: Visit, photo: Path, language: str
) -> None:
    """The form, its mistakes, its warnings, the sending, the codename, the paper."""
    page = visit.page
    visit.open(f"/{language}/report")
    open_all(page)
    page.set_input_files("#attachments", [photo])
    visit.shown("#chosen-files li")
    page.click(SUBMIT)
    visit.shown("#error-summary")
    assert violations(page) == []

    page.fill("#text", "+7 701 234 56 78")
    page.click(SUBMIT)
    visit.shown("#revealing")
    assert violations(page) == []

    page.route("**/uploads/*", lambda route: route.abort())
    page.click(SUBMIT)
    visit.shown("#codename")
    visit.shown("#sending")
    page.click("#by-hand summary")
    assert violations(page) == []

    page.click("#paper-begin")
    page.fill("#paper-end", "QQQQQ")
    page.keyboard.press("Enter")
    visit.shown("#paper-wrong")
    assert violations(page) == []

    page.unroute("**/uploads/*")
    visit.shown("#received")
    assert violations(page) == []


def _answer(body: str) -> Callable[[Route], None]:
    """Answer with a page instead of asking the intake."""
    return lambda route: route.fulfill(body=body, content_type="text/html")


@LANGUAGES
def test_what_stands_instead_of_a_script_is_accessible(
    page: Page, intake: ServerProcess, language: str
) -> None:
    """Opened as a browser without JavaScript does: axe-core itself needs some."""
    found = {}
    for path in ("report", "mailbox", "sealed"):
        address = f"{intake.url}/{language}/{path}"
        served = page.request.get(address).text()
        assert "<noscript>" in served
        shown = re.sub(r"<script .*?</script>|</?noscript>", "", served)
        page.route(address, _answer(shown))
        page.goto(address)
        assert page.is_visible(f"a[href^='/{language}/plain/']")
        found[path] = violations(page)
        page.unroute(address)

    assert {path: mistakes for path, mistakes in found.items() if mistakes} == {}


@LANGUAGES
def test_the_way_without_javascript_is_accessible_to_its_end(
    visit: Visit, language: str
) -> None:
    """A form sent empty, the codename, a paper that is wrong."""
    page = visit.page
    page.goto(f"{visit.origin}/{language}/plain/report")
    page.click("main form button")
    visit.shown("#error-summary")
    assert violations(page) == []

    page.fill("#text", "x")
    page.click("main form button")
    page.click("#by-hand summary")
    assert violations(page) == []

    page.fill("#end", "QQQQQ")
    page.click("#paper button")
    visit.shown("#error-end")
    assert violations(page) == []


@LANGUAGES
def test_the_mailbox_is_accessible_when_it_is_open(visit: Visit, language: str) -> None:
    """A mistyped codename, the open mailbox, the question before it is deleted."""
    page = visit.page
    visit.open(f"/{language}/mailbox")
    page.fill("#codename", "x")
    page.click("#open-mailbox button[type=submit]")
    visit.shown("#error-summary")
    assert violations(page) == []

    page.fill("#codename", Codename.generate(system_entropy).characters())
    page.click("#open-mailbox button[type=submit]")
    visit.shown("#message")
    assert violations(page) == []

    page.click("#delete-mailbox")
    visit.shown("#confirm-delete")
    assert violations(page) == []
