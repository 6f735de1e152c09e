"""Promises about every page in every language, from the real console."""

import re
from html.parser import HTMLParser

import pytest

from crypto.entropy import system_entropy
from protocol.languages import Language
from review_console.app import create_app
from review_console.web import access
from tests.review_console.browser import Browser
from tests.review_console.fake_intake import FakeIntake
from tests.review_console.people import House

ENGLISH = re.compile(r"[A-Za-z’]{2,}(?: [A-Za-z’]{2,}){2,}")
"""Three words in Latin letters, one after the other."""

TEXT = "Аудандағы жол жөнделмеген, ақшасы төленген."
PAGES = ("/", "/?state=closed", "/unreadable", "/destinations", "/help", "/nothing")


class Words(HTMLParser):
    """Collects what a person reads or hears on a page, without code."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.language = ""
        self.said: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take words from attributes that are shown or read aloud."""
        found = dict(attrs)
        if tag == "html":
            self.language = found.get("lang") or ""
        self._silent += tag in {"code", "pre"}
        self.said += [
            found[name] or ""
            for name in ("title", "aria-label", "placeholder")
            if name in found
        ]

    def handle_endtag(self, tag: str) -> None:
        """Speak again after code."""
        self._silent -= tag in {"code", "pre"}

    def handle_data(self, data: str) -> None:
        """Take text."""
        if not self._silent:
            self.said.append(" ".join(data.split()))


def read(page: str) -> Words:
    """Read a page."""
    words = Words()
    words.feed(page)
    return words


@pytest.fixture
def browser(house: House, fake_intake: FakeIntake) -> Browser:
    """A coordinator at the list of one case."""
    reporter = house.reporter()
    sealed = reporter.report(TEXT, files=(("акт.pdf", b"%PDF"),))
    fake_intake.deposit(sealed, reporter.keys.mailbox)
    house.services.sync(by=house.unlocked("Айгүл"))
    app = create_app(house.config, clock=house.clock, entropy=system_entropy)
    app.extensions[access.SERVICES] = house.services
    browser = Browser(app)
    browser.follow(browser.log_in(house, "Дана"))
    return browser


def visit_all(browser: Browser) -> list[Words]:
    """Open every page that needs no referral, and each form with its errors."""
    found = re.search(r'href="(/cases/[a-z2-7]{32})"', browser.page)
    assert found
    case = found[1]
    pages = []
    for path in (*PAGES, case, f"{case}/referrals/new"):
        browser.get(path)
        pages.append(read(browser.page))
    for path, fields in (
        (f"{case}/referrals/new", {}),
        (f"{case}/title", {"title": "x" * 300}),
        (f"{case}/replies", {"text": "Рахмет.", "state": "closed"}),
    ):
        browser.get(case)
        browser.post(path, **fields)
        pages.append(read(browser.page))
    return pages


@pytest.mark.parametrize("language", [Language.KK, Language.RU])
def test_no_page_falls_into_english(browser: Browser, language: Language) -> None:
    """Headings, hints, errors, and what only a screen reader says."""
    browser.follow(browser.post("/language", language=language.value, next="/"))

    for page in visit_all(browser):
        assert page.language == language.value
        assert [text for text in page.said if ENGLISH.search(text)] == []


def test_english_pages_are_english(browser: Browser) -> None:
    """The test above would find English if there were any."""
    browser.follow(browser.post("/language", language="en", next="/"))

    for page in visit_all(browser):
        assert page.language == "en"
        assert [text for text in page.said if ENGLISH.search(text)]


def test_the_console_speaks_russian_to_who_chose_nothing(browser: Browser) -> None:
    """The default of this house."""
    assert read(browser.page).language == "ru"
