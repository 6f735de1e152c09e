"""Every page that a reporter can meet, in the order of a visit.

Each walk is a generator: it brings a page of the browser to a state and yields the
state's name; whoever drives it looks, and lets it go on. Nothing is drawn up for the
picture: what is shown has happened on a running intake.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Final

from playwright.sync_api import FilePayload, Page, Route

from crypto.entropy import system_entropy
from protocol.codename import Codename
from protocol.languages import Language

PATIENCE_MS: Final = 20_000

STORY: Final = {
    Language.KK: "Құрылыс бөлімінде актіге қол қою үшін ақша сұрайды.",
    Language.RU: "В отделе строительства за подпись акта просят деньги.",
    Language.EN: "The building department asks for money for a signature.",
}
"""Invented, as all of the demonstration."""

CALL_ME: Final = " +7 701 234 56 78"
WRONG_END: Final = "QQQQQ"
PHOTO_BYTES: Final = 9 * 2**20
"""Several pieces of an upload."""

SLOW_PIECE_MS: Final = 2_500
"""After so long the page tells its speed."""

Walk = Callable[[Page, str, Language], Iterator[str]]
"""Takes the page, the intake's origin, and the language."""


def still_pages(page: Page, origin: str, language: Language) -> Iterator[str]:
    """What can be read without doing anything."""
    for name, path in (
        ("choose", "/"),
        ("home", f"/{language.value}/"),
        ("help", f"/{language.value}/help"),
        ("nowhere", f"/{language.value}/nowhere"),
    ):
        page.goto(origin + path)
        yield name
    page.goto(f"{origin}/{language.value}/help")
    _unfold(page, "main")
    yield "help-unfolded"


def report(page: Page, origin: str, language: Language) -> Iterator[str]:
    """The form that seals in the page, from the first look to the compared paper."""
    page.goto(f"{origin}/{language.value}/report")
    _shown(page, "#report")
    yield "report"
    page.click("#report button[type=submit]")
    _shown(page, "#error-summary")
    yield "report-empty"
    yield from _filled(page, language, "report")
    with _slow_line(page) as let_one_go:
        page.click("#report button[type=submit]")
        _shown(page, "#codename")
        let_one_go()
        _shown(page, "#progress-pace")
        yield "report-sending"
    _shown(page, "#received")
    page.evaluate("scrollTo(0, 0)")
    yield "report-received"
    yield from _codename(page, "report")


def sealed_file(page: Page, origin: str, language: Language) -> Iterator[str]:
    """Handing in a file that was sealed without a connection."""
    page.goto(f"{origin}/{language.value}/sealed")
    _shown(page, "#sealed-file")
    yield "sealed"
    page.click("#sealed-file button[type=submit]")
    _shown(page, "#error-summary")
    yield "sealed-empty"


def mailbox(page: Page, origin: str, language: Language) -> Iterator[str]:
    """From a wrong codename to a mailbox that is deleted; its answers are elsewhere."""
    codename = Codename.generate(system_entropy).characters()

    def log_in() -> None:
        page.goto(f"{origin}/{language.value}/mailbox")
        _shown(page, "#open-mailbox")
        page.fill("#codename", codename)
        page.click("#open-mailbox button[type=submit]")
        _shown(page, "#replies")

    page.goto(f"{origin}/{language.value}/mailbox")
    _shown(page, "#open-mailbox")
    yield "mailbox"
    page.fill("#codename", "x")
    page.click("#open-mailbox button[type=submit]")
    _shown(page, "#error-summary")
    yield "mailbox-mistyped"
    log_in()
    yield "mailbox-empty"
    page.fill("#text", STORY[language])
    page.click("#message button[type=submit]")
    _shown(page, "#message-sent")
    yield "mailbox-sent"
    log_in()
    _shown(page, "#sent-on")
    yield "mailbox-waiting"
    page.click("#delete-mailbox")
    yield "mailbox-delete"
    page.click("#confirm-delete [data-part=confirm]")
    _shown(page, "#mailbox-deleted")
    yield "mailbox-deleted"


def offline(page: Page, origin: str, language: Language) -> Iterator[str]:
    """The page that works from a stick: saved from the site, opened as a file."""
    saved = Path("build") / f"offline-{language.value}.html"
    answer = page.request.get(f"{origin}/{language.value}/offline.html")
    saved.write_bytes(answer.body())
    page.goto(saved.resolve().as_uri())
    _shown(page, "#report")
    yield "offline"
    yield from _filled(page, language, "offline")
    page.click("#report button[type=submit]")
    _shown(page, "#codename")
    with page.expect_download():
        page.click("#save")
    _shown(page, "#saved")
    page.evaluate("scrollTo(0, 0)")
    yield "offline-sealed"
    yield from _codename(page, "offline")


def without_script(page: Page, origin: str, language: Language) -> Iterator[str]:
    """The way without JavaScript; the browser has it off."""
    place = f"{origin}/{language.value}"
    for name in ("report", "mailbox", "sealed"):
        page.goto(f"{place}/{name}")
        yield f"{name}-without-script"
    page.goto(f"{place}/plain/report")
    yield "plain-report"
    page.click("main form button")
    _shown(page, "#error-summary")
    yield "plain-report-empty"
    page.fill("#text", STORY[language])
    page.click("main form button")
    page.wait_for_url("**/plain/received", timeout=PATIENCE_MS)
    yield "plain-received"
    page.click(".by-hand summary")
    yield "plain-by-hand"
    page.fill("#end", WRONG_END)
    page.click("#paper button")
    yield "plain-paper-wrong"
    page.goto(f"{place}/plain/sealed")
    yield "plain-sealed"
    page.click("main form button")
    yield "plain-sealed-empty"
    yield from _plain_mailbox(page, place, language)


def _plain_mailbox(page: Page, place: str, language: Language) -> Iterator[str]:
    page.goto(f"{place}/plain/mailbox")
    yield "plain-mailbox"
    page.fill("#codename", Codename.generate(system_entropy).characters())
    page.click("main form button")
    page.wait_for_url("**/replies", timeout=PATIENCE_MS)
    yield "plain-mailbox-empty"
    page.fill("#text", STORY[language])
    page.click("form[enctype] button")
    page.wait_for_url("**/sent", timeout=PATIENCE_MS)
    yield "plain-mailbox-sent"
    page.goto(f"{place}/plain/mailbox/replies")
    yield "plain-mailbox-waiting"
    page.goto(f"{place}/plain/mailbox/delete")
    yield "plain-mailbox-delete"
    page.click("main form button")
    page.wait_for_url("**/deleted", timeout=PATIENCE_MS)
    yield "plain-mailbox-deleted"


def traps(page: Page, origin: str, language: Language) -> Iterator[str]:
    """What stands there where nothing must be typed: each a page of its own."""
    address = f"{origin}/{language.value}/report"
    page.route("**/static/page.js", lambda route: route.abort())
    page.goto(address)
    _shown(page, "#waiting")
    yield "trap-no-script"
    page.unroute("**/static/page.js")
    page.route("**/static/worker.js", _answer_with_nonsense)
    page.goto(address)
    _shown(page, "#trouble")
    yield "trap-old-browser"
    page.unroute("**/static/worker.js")
    for name in ("directory.json", "directory.json.sig", "identities.json"):
        page.route(f"**/{name}", _answer_from_next_year)
    page.goto(address)
    _shown(page, "#trouble")
    yield "trap-late-clock"
    page.unroute_all()
    page.set_extra_http_headers({"X-Tor2web": "1"})
    page.goto(address)
    yield "trap-intermediary"


def _answer_with_nonsense(route: Route) -> None:
    """As an old browser reads new scripts."""
    route.fulfill(response=route.fetch(), body=")(")


def _answer_from_next_year(route: Route) -> None:
    answer = route.fetch()
    then = parsedate_to_datetime(answer.headers["date"]) + timedelta(days=365)
    headers = {**answer.headers, "date": format_datetime(then, usegmt=True)}
    route.fulfill(response=answer, headers=headers)


def closed(page: Page, origin: str, language: Language) -> Iterator[str]:
    """What every form becomes while the intake has no valid keys."""
    page.goto(f"{origin}/{language.value}/plain/report")
    yield "closed"
    page.goto(f"{origin}/{language.value}/report")
    _shown(page, "#trouble")
    yield "closed-report"


WITH_SCRIPT: Final[tuple[Walk, ...]] = (
    still_pages,
    report,
    sealed_file,
    mailbox,
    offline,
    traps,
)


@contextmanager
def _slow_line(page: Page) -> Iterator[Callable[[], None]]:
    """Hold every piece of an upload but the first; yields what lets one more go."""
    held: list[Route] = []
    pieces = "**/uploads/*"

    def hold(route: Route) -> None:
        held.append(route)
        if len(held) == 1:
            route.continue_()

    def let_one_go() -> None:
        page.wait_for_timeout(SLOW_PIECE_MS)
        held[1].continue_()

    page.route(pieces, hold)
    yield let_one_go
    page.unroute(pieces, hold)  # all others go


def _filled(page: Page, language: Language, name: str) -> Iterator[str]:
    """Everything unfolded, a file chosen, and words that tell who writes."""
    _unfold(page, "#report")
    page.check("#paid")
    photo: FilePayload = {
        "name": "IMG_20261012_0931.jpg",
        "mimeType": "image/jpeg",
        "buffer": bytes(range(256)) * (PHOTO_BYTES // 256),
    }
    page.set_input_files("#attachments", [photo])
    _shown(page, "#chosen-files:not([aria-busy=true])")
    page.fill("#text", STORY[language] + CALL_ME)
    page.click("#report button[type=submit]")
    _shown(page, "#revealing")
    yield f"{name}-filled"


def _codename(page: Page, name: str) -> Iterator[str]:
    """Copied by hand, then compared, wrongly and rightly."""
    page.click("#by-hand summary")
    yield f"{name}-by-hand"
    page.click("#paper-begin")
    page.fill("#paper-end", WRONG_END)
    page.keyboard.press("Enter")
    _shown(page, "#paper-wrong")
    yield f"{name}-paper-wrong"
    spelt = page.text_content("#codename-characters") or ""
    page.fill("#paper-end", spelt[-5:])
    page.keyboard.press("Enter")
    _shown(page, "#paper-right")
    yield f"{name}-paper-right"
    page.click("#paper-show")


def _shown(page: Page, selector: str) -> None:
    page.wait_for_selector(selector, timeout=PATIENCE_MS)


def _unfold(page: Page, where: str) -> None:
    page.evaluate(
        "where => document.querySelectorAll(`${where} details`)"
        ".forEach(part => { part.open = true })",
        where,
    )
