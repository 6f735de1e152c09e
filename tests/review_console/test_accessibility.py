"""Every page of the console is valid HTML and can be used without sight or mouse.

A member's day is walked through once in each language; what the browser was sent on
the way is held against the HTML standard and against axe-core.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Route
from werkzeug.test import TestResponse

from protocol.languages import Language
from review_console.web import access
from tests.browser.axe import open_all, violations
from tests.browser.markup import mistakes
from tests.review_console.browser import Browser
from tests.review_console.fake_intake import FakeIntake
from tests.review_console.people import ORIGIN, House
from tests.review_console.test_journey import FILES, TEXT, case_path, propose

STATIC = Path(__file__).parents[2] / "review_console" / "static"
LANGUAGES = pytest.mark.parametrize("language", [each.value for each in Language])

Pages = dict[str, str]


@dataclass
class Collector(Browser):
    """Keeps each page by its address and how often it was asked for."""

    pages: Pages = field(default_factory=dict)

    def _keep(self, response: TestResponse) -> TestResponse:
        if response.mimetype == "text/html" and response.status_code != 303:
            path = re.sub(r"[a-z2-7]{32}", "…", response.request.full_path)
            name = f"{response.request.method} {path} {response.status_code}"
            self.pages.setdefault(name, response.text)
        return super()._keep(response)


@pytest.fixture
def walk(house: House, fake_intake: FakeIntake) -> Callable[[str], Pages]:
    """Give a member's day in a language: the pages that it shows."""

    def collect(language: str) -> Pages:
        app = house.app()
        app.extensions[access.SERVICES] = house.services
        reporter = house.reporter()
        fake_intake.deposit(reporter.report(TEXT, files=FILES), reporter.keys.mailbox)
        fake_intake.deposit(b"nothing that opens", reporter.keys.mailbox)
        member = Collector(app)
        member.get("/login")
        member.follow(member.post("/language", language=language))
        member.post("/login", name="x", passphrase="x", code="1")  # noqa: S106  # a wrong one
        member.follow(member.log_in(house, "Айгүл"))
        member.follow(member.post("/sync"))
        case = case_path(member.page)
        for path in ("/help", "/team", "/account", "/keys", "/destinations"):
            member.get(path)
        for path in ("/unreadable", "/nowhere", case, f"{case}/referrals/new"):
            member.get(path)
        member.post(f"{case}/replies", text=" ", state="closed")
        member.post(f"{case}/replies", text="Рахмет.", state="closed")
        member.get(f"{case}/referrals/new")
        member.post(f"{case}/referrals/new", subject=" ")
        referral = propose(house, member, case)
        member.get(referral)
        member.get(case)
        coordinator = Collector(app, pages=member.pages)
        coordinator.get("/login")
        coordinator.follow(coordinator.post("/language", language=language))
        coordinator.follow(coordinator.log_in(house, "Дана"))
        coordinator.get(referral + "?by=coordinator")
        coordinator.get("/team?by=coordinator")
        removal = re.search(r'"(/team/[^"]+/remove)"', coordinator.page)
        assert removal
        coordinator.get(removal[1])
        assert all(
            f'<html lang="{language}"' in p for p in list(member.pages.values())[1:]
        )
        return member.pages

    return collect


@pytest.fixture(scope="module")
def shown(chromium: Chromium) -> Iterator[Page]:
    """Give one page for all."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()


@LANGUAGES
@pytest.mark.needs("node")
def test_every_page_is_valid(
    walk: Callable[[str], Pages], tmp_path: Path, language: str
) -> None:
    """It means the same to every browser."""
    place = tmp_path / "pages"
    place.mkdir()

    assert mistakes(walk(language), place) == []


@LANGUAGES
@pytest.mark.end_to_end
@pytest.mark.enable_socket
@pytest.mark.needs("chromium")
def test_every_page_is_accessible(
    walk: Callable[[str], Pages], shown: Page, language: str
) -> None:
    """With every part opened, wide and narrow, light and dark."""
    pages = walk(language)
    sent: list[str] = []

    def fulfil(route: Route) -> None:
        name = route.request.url.rpartition("/static/")[2]
        if (STATIC / name).is_file():
            route.fulfill(path=STATIC / name)
        else:
            route.fulfill(body=sent[-1], content_type="text/html")

    shown.route("**/*", fulfil)
    found = {}
    for name, page in pages.items():
        sent.append(page)
        shown.goto(ORIGIN)
        open_all(shown)
        if wrong := violations(shown):
            found[name] = wrong
    shown.unroute("**/*")

    assert found == {}
