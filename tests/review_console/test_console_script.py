"""Promises of review_console/static/console.js, in a real browser.

Every page works without the script (test_journey.py shows it); here stands what
the script adds. The console is the real one, so its CSP is in force, and any
message on the browser's console or error on the page fails the test.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from threading import Thread
from typing import ClassVar
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from crypto.entropy import system_entropy
from review_console.app import create_app
from tests.review_console.fake_intake import FakeIntake
from tests.review_console.people import PASSPHRASE, House

pytestmark = [pytest.mark.enable_socket, pytest.mark.needs("chromium")]

LOOPBACK = "127.0.0.1"
HOSTILE_NAME = "акт\u202efdp.exe"
TITLES = ("Жол жөндеу", "Кызылорда, больница", "Customs at night")
MINUTE_MS = 60_000


class SilentHandler(WSGIRequestHandler):
    """Serves without a log; a connection without a request ends."""

    timeout: ClassVar[float | None] = 5
    """Seconds; browsers open connections that they may never use."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  # theirs
        """Say nothing."""


class PatientServer(ThreadedWSGIServer):
    """Is gone only when every answer under way is: an open file is a warning."""

    daemon_threads = False


@pytest.fixture(name="address")
def serve(house: House, fake_intake: FakeIntake) -> Iterator[str]:
    """A console with three cases, the first with a hostile attachment."""
    for position, title in enumerate(TITLES):
        reporter = house.reporter()
        files = ((HOSTILE_NAME, b"MZ"),) if position == 0 else ()
        sealed = reporter.report(title, files=files)
        fake_intake.deposit(sealed, reporter.keys.mailbox)
    house.services.sync(by=house.unlocked("Айгүл"))
    config = replace(house.config, origin=f"http://{LOOPBACK}")
    app = create_app(config, clock=house.clock, entropy=system_entropy)
    server = PatientServer(LOOPBACK, 0, app, handler=SilentHandler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://{LOOPBACK}:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A reviewer before the list of cases."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def focused(self) -> str:
        """Text of what has the focus."""
        return str(self.page.evaluate("document.activeElement.innerText"))

    def titles(self) -> list[str]:
        """What the list shows, from its top; the intake hands out in random order."""
        return self.page.locator("#cases .row-title a").all_inner_texts()

    def open_case(self, title: str) -> None:
        """Go to a case from the list."""
        self.page.get_by_role("link", name=title).click()
        expect(self.page.locator("html.script #reply")).to_be_visible()


@pytest.fixture(name="desk")
def sit_down(chromium: Browser, address: str, house: House) -> Iterator[Desk]:
    """Log in, in Russian; afterwards the browser must have had nothing to say."""
    context = chromium.new_context()
    page = context.new_page()
    desk = Desk(page=page, address=address)
    page.on("console", lambda message: desk.complaints.append(message.text))
    page.on("pageerror", lambda error: desk.complaints.append(str(error)))
    house.clock.advance(seconds=60)  # each code works once
    page.goto(f"{address}/login")
    page.fill("#name", "Айгүл")
    page.fill("#passphrase", PASSPHRASE)
    page.fill("#code", house.code("Айгүл"))
    page.get_by_role("button", name="Войти").click()
    expect(page.locator("html.script #cases")).to_be_visible()
    yield desk
    context.close()
    assert desk.complaints == []


def test_a_list_is_walked_with_keys(desk: Desk) -> None:
    """J and k move, Enter opens, u goes back, as in a mail program."""
    second = desk.titles()[1]
    desk.press("j", "j", "k", "j")

    assert desk.focused() == second
    desk.press("Enter")
    expect(desk.page.locator("html.script h1")).to_contain_text(second)
    desk.press("u")
    expect(desk.page.locator("#cases")).to_be_visible()


def test_keys_work_on_a_russian_keyboard(desk: Desk) -> None:
    """The key that bears j bears о as well."""
    desk.page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'о', code: 'KeyJ', bubbles: true}))"
    )

    assert desk.focused() == desk.titles()[0]


def test_keys_do_nothing_while_somebody_types(desk: Desk) -> None:
    """A j in a text is a letter."""
    desk.open_case(TITLES[0])
    desk.press("r")
    desk.page.keyboard.type("just ask?")

    assert desk.page.locator("#reply textarea").input_value() == "just ask?"
    expect(desk.page.locator("dialog[open]")).to_have_count(0)


def test_the_list_is_filtered_without_kazakh_letters(desk: Desk) -> None:
    """Who has no қ on the keyboard finds it with к; nothing is sent for it."""
    desk.press("/")
    desk.page.keyboard.type("ЖОНДЕУ")
    expect(desk.page.locator("#cases .row:visible")).to_have_count(1)

    desk.page.locator("#find").fill("нет такого")
    expect(desk.page.locator("#found-nothing")).to_be_visible()


def test_a_reply_is_shown_before_it_is_sent(desk: Desk) -> None:
    """Saying no keeps the text and sends nothing; saying yes sends it once."""
    desk.open_case(TITLES[0])
    text = desk.page.locator("#reply textarea")
    text.fill("Рахмет. Жауап беру міндетті емес.")
    desk.page.locator("#state-more_needed").check()
    send = desk.page.locator("#reply button.primary")
    dialog = desk.page.locator("#confirm-reply")
    replies = desk.page.locator(".said-reply")

    send.click()
    expect(dialog).to_contain_text("Жауап беру міндетті емес.")
    expect(dialog).to_contain_text("Требуются уточнения")
    desk.press("Escape")
    assert text.input_value() == "Рахмет. Жауап беру міндетті емес."
    expect(replies).to_have_count(1)

    send.click()
    dialog.get_by_role("button", name="Отправить").click()
    expect(replies).to_have_count(2)
    expect(replies.last).to_contain_text("Жауап беру міндетті емес.")


def test_a_download_asks_first_and_names_no_reporter(desk: Desk) -> None:
    """A hidden character is seen, and the file is saved under a neutral name."""
    desk.open_case(TITLES[0])
    link = desk.page.locator("a[data-dangerous]")
    dialog = desk.page.locator("#confirm-download")

    link.click()
    expect(dialog).to_contain_text("актU+202Efdp.exe")
    with desk.page.expect_download() as download:
        dialog.get_by_role("button", name="Скачать").click()

    assert re.fullmatch(r"case-\d-1-1\.bin", download.value.suggested_filename)


def test_the_keys_are_explained_on_a_question_mark(desk: Desk) -> None:
    """Nobody has to remember them."""
    desk.press("?")

    expect(desk.page.locator("#keys")).to_contain_text("написать ответ")


def test_writing_keeps_the_session_open(desk: Desk, house: House) -> None:
    """An hour over one referral ends with the referral sent, not with a log-in page."""
    desk.page.clock.install()
    desk.open_case(TITLES[0])
    for _ in range(6):
        desk.page.locator("#reply textarea").type("ә")
        with desk.page.expect_response("**/alive") as told:
            desk.page.clock.run_for(5 * MINUTE_MS)
        assert told.value.status == 204
        house.clock.advance(minutes=10)

    desk.page.goto(f"{desk.address}/")
    expect(desk.page.locator("#cases")).to_be_visible()


def test_who_does_nothing_is_warned_and_then_locked_out(
    desk: Desk, house: House
) -> None:
    """A case does not stay on the screen of an empty desk."""
    desk.page.clock.install()
    desk.open_case(TITLES[0])
    warning = desk.page.locator("#locking")
    expect(warning).to_be_hidden()

    desk.page.clock.run_for(13 * MINUTE_MS + 30_000)
    expect(warning).to_be_visible()
    house.clock.advance(minutes=16)
    desk.page.clock.run_for(3 * MINUTE_MS)

    expect(desk.page.locator("#passphrase")).to_be_visible()


def test_a_lock_hides_the_report_and_keeps_what_was_written(
    desk: Desk, house: House
) -> None:
    """An hour's work can still be copied; the reporter's words cannot be read."""
    desk.page.clock.install()
    desk.open_case(TITLES[0])
    desk.page.locator("#reply textarea").fill("Бір сағаттық жұмыс")
    house.clock.advance(minutes=16)

    desk.page.clock.run_for(5 * MINUTE_MS)

    expect(desk.page.locator("#locked")).to_be_visible()
    expect(desk.page.locator(".thread")).to_be_hidden()
    expect(desk.page.locator("h1")).to_be_hidden()
    expect(desk.page.locator("#reply textarea")).to_be_visible()
    expect(desk.page.locator("#reply textarea")).to_have_value("Бір сағаттық жұмыс")
    desk.complaints[:] = [each for each in desk.complaints if "401" not in each]


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_page_is_wider_than_the_screen(desk: Desk, width: int) -> None:
    """Also a word without an end, on a telephone, in Kazakh, breaks."""
    desk.page.set_viewport_size({"width": width, "height": 800})
    desk.open_case(TITLES[0])
    case = desk.page.url
    desk.page.locator(".rename summary").click()
    desk.page.fill("#title", "ұ" * 200)
    desk.page.get_by_role("button", name="Сохранить название").click()
    desk.page.locator("button[value=kk]").click()

    for url in (case, f"{case}/referrals/new", f"{desk.address}/", "/help"):
        desk.page.goto(urljoin(desk.address, url))
        page_width = desk.page.evaluate("document.documentElement.scrollWidth")
        assert page_width <= width, url
