"""Wrong browsers, frames and clocks: the page says what to do, and nobody can type.

Spec: docs/adr/0022, docs/adr/0024. Whatever the server itself refuses:
tests/intake/test_traps.py.
"""

from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

import pytest
from playwright.sync_api import Frame, Page, Route

from tests.browser.axe import violations
from tests.browser.clock import set_clock, shown_day
from tests.browser.conftest import Visit

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.end_to_end,
    pytest.mark.needs("chromium"),
]

FIELDS = "input:visible, textarea:visible, select:visible, form:visible"

NOT_ABLE: Final = {
    "kk": "құрылғыңызда шифрлай алмайды",
    "ru": "не может зашифровать",
    "en": "cannot seal",
}
FRAMED: Final = {
    "kk": "өз ішіне орналастырған",
    "ru": "внутри себя",
    "en": "inside itself",
}
BEHIND: Final = {"kk": "сағаты артта", "ru": "отстают", "en": "is behind"}
AHEAD: Final = {"kk": "ертерек күнді", "ru": "более ранний", "en": "an earlier day"}
ANOTHER_CLOCK: Final = {
    "kk": "басқа сағатпен",
    "ru": "другими часами",
    "en": "another clock",
}

PARTS: Final = (
    "BigInt",
    "ReadableStream",
    "TransformStream",
    "AbortSignal",
    "AbortSignal.prototype.throwIfAborted",
)
"""What page and worker cannot do without; browsers of 2022 have the last of it."""


def _before(page: Page, script: str, lines: str) -> None:
    """Have the worker run something before its own first line."""

    def answer(route: Route) -> None:
        found = route.fetch()
        route.fulfill(response=found, body=lines + found.text())

    page.route(f"**/static/{script}", answer)


def _nothing_left_the_page(visit: Visit) -> None:
    assert visit.page.locator(FIELDS).count() == 0
    assert not [each for each in visit.requests if not each.startswith("GET ")]


@pytest.mark.parametrize(
    ("language", "path", "script", "cause"),
    [
        ("kk", "report", "page.js", "blocked"),
        ("ru", "mailbox", "mailbox.js", "altered"),
        ("en", "report", "page.js", "unknown to the browser"),
        ("ru", "sealed", "sealed.js", "blocked"),
    ],
)
def test_a_page_whose_script_never_runs_says_what_to_do(
    visit: Visit, language: str, path: str, script: str, cause: str
) -> None:
    """Its last panel stands there by itself, and no form does."""
    page = visit.page
    if cause == "blocked":
        page.route(f"**/static/{script}", lambda route: route.abort())
    elif cause == "altered":
        _before(page, script, ")(")
    else:
        # What a browser without modules makes of a module.
        page.route(f"**/{language}/{path}", _without_modules)

    page.goto(f"{visit.origin}/{language}/{path}")

    page.wait_for_selector("#waiting")
    assert violations(page) == []
    assert page.is_visible(f"#waiting a[href='/{language}/plain/{path}']")
    assert page.is_hidden("#trouble")
    if path != "sealed":
        assert "Tor Browser" in page.inner_text("#waiting")
    _nothing_left_the_page(visit)
    page.click("#waiting a")
    page.wait_for_selector("form:visible")


def _without_modules(route: Route) -> None:
    found = route.fetch()
    assert 'type="module"' in found.text()
    body = found.text().replace('type="module"', 'type="of-another-time"')
    route.fulfill(response=found, body=body)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("path", ["report", "mailbox"])
def test_an_old_browser_is_told_what_else_there_is(
    visit: Visit, language: str, path: str
) -> None:
    """A newer one, Tor Browser, or the way without script with what that costs."""
    visit.page.add_init_script("delete globalThis.Worker")

    visit.open(f"/{language}/{path}")

    assert NOT_ABLE[language] in visit.shown("#trouble-words")
    assert "Tor Browser" in visit.shown("#trouble-mend")
    assert visit.page.evaluate("document.activeElement.id") == "trouble"
    assert visit.page.is_hidden("#waiting")
    assert violations(visit.page) == []
    _nothing_left_the_page(visit)
    visit.page.click("#trouble-plain a")
    visit.page.wait_for_selector("[role=note]")


@pytest.mark.parametrize("part", [*PARTS, "HTMLDialogElement"])
def test_what_the_page_lacks_is_found_before_anything_is_typed(
    visit: Visit, part: str
) -> None:
    """No form opens that could not seal in the end."""
    visit.page.add_init_script(f"delete globalThis.{part}")

    visit.open("/ru/report")

    assert NOT_ABLE["ru"] in visit.shown("#trouble-words")
    _nothing_left_the_page(visit)


@pytest.mark.parametrize(
    ("path", "script", "part"),
    [
        *(("report", "worker.js", part) for part in (*PARTS, "sense")),
        ("mailbox", "mailbox-worker.js", "TransformStream"),
        ("mailbox", "mailbox-worker.js", "sense"),
    ],
)
def test_what_the_worker_lacks_is_found_before_anything_is_typed(
    visit: Visit, path: str, script: str, part: str
) -> None:
    """It is another world than the page, and may lack what that has."""
    lines = ")(" if part == "sense" else f"delete globalThis.{part};"
    _before(visit.page, script, lines)

    visit.open(f"/ru/{path}")

    assert NOT_ABLE["ru"] in visit.shown("#trouble-words")
    assert visit.page.is_visible("#trouble-plain")
    _nothing_left_the_page(visit)


def test_a_worker_that_is_blocked_leads_to_nothing_weaker(visit: Visit) -> None:
    """Who can block it would choose the way that the server reads."""
    visit.page.route("**/static/worker.js", lambda route: route.abort())

    visit.open("/ru/report")

    assert NOT_ABLE["ru"] not in visit.shown("#trouble-words")
    assert visit.page.is_hidden("#trouble-plain")
    _nothing_left_the_page(visit)


def test_a_sealed_file_can_be_handed_in_by_an_old_browser(visit: Visit) -> None:
    """It is told of the way without script, which is as safe."""
    visit.page.add_init_script("delete globalThis.ReadableStream")
    visit.page.goto(visit.origin + "/ru/sealed")

    visit.shown("#trouble")
    _nothing_left_the_page(visit)
    visit.page.click("#trouble-plain a")
    visit.page.wait_for_selector("form:visible")


class _Framing(BaseHTTPRequestHandler):
    """Another site: puts whatever its address names into a frame."""

    def do_GET(self) -> None:
        """Answer with the frame."""
        page = f"<!doctype html><iframe src='{self.path.removeprefix('/?')}'></iframe>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name in the base class
        """Say nothing."""


@pytest.fixture(scope="module")
def framing() -> Iterator[str]:
    """Serve the other site, and return its origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Framing)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def _framed(visit: Visit, framing: str, path: str) -> Frame:
    visit.page.goto(f"{framing}/?{visit.origin}{path}")
    (frame,) = visit.page.main_frame.child_frames
    return frame


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_in_a_frame_the_server_shows_its_own_page(
    visit: Visit, framing: str, language: str
) -> None:
    """The browser tells what the page is for, and there is nothing to type into."""
    for path in ("report", "mailbox", "sealed", "plain/report"):
        frame = _framed(visit, framing, f"/{language}/{path}")

        frame.wait_for_selector("[role=alert]")
        assert FRAMED[language] in frame.inner_text("main")
        assert frame.locator(FIELDS).count() == 0
        assert frame.locator("script").count() == 0


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("path", ["report", "mailbox", "sealed"])
def test_in_a_frame_whose_headers_were_stripped_the_script_refuses(
    visit: Visit, framing: str, path: str, language: str
) -> None:
    """A proxy takes what tells of the frame, and what forbids it; nothing opens."""

    def strip(route: Route) -> None:
        asked = {
            name: value
            for name, value in route.request.headers.items()
            if not name.startswith("sec-")
        }
        answer = route.fetch(headers=asked)
        route.fulfill(
            status=answer.status,
            body=answer.body(),
            headers={"Content-Type": "text/html; charset=utf-8"},
        )

    visit.page.route(f"**/{language}/{path}", strip)

    frame = _framed(visit, framing, f"/{language}/{path}")

    frame.wait_for_selector("#trouble")
    assert FRAMED[language] in frame.inner_text("#trouble-words")
    assert frame.is_visible("#trouble-mend")
    assert frame.is_hidden("#trouble-plain")
    assert frame.locator(FIELDS).count() == 0
    assert visit.sent("/directory.json") == []


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(days=20), AHEAD),
        (timedelta(days=4_000), AHEAD),
        (timedelta(days=-5), BEHIND),
        (timedelta(days=-4_000), BEHIND),
    ],
)
def test_a_wrong_clock_is_told_with_the_devices_date(
    visit: Visit, ahead: timedelta, words: dict[str, str]
) -> None:
    """Not that somebody forged the keys, and not that the form is closed."""
    set_clock(visit.page, ahead)

    for language, said in words.items():
        visit.open(f"/{language}/report")

        assert said in visit.shown("#trouble-words")
        mend = visit.shown("#trouble-mend")
        assert mend.endswith(shown_day(visit.page))
        assert (ANOTHER_CLOCK[language] in mend) is (words is AHEAD)
        assert visit.page.is_hidden("#trouble-plain")
        assert violations(visit.page) == []
    _nothing_left_the_page(visit)


@pytest.mark.parametrize("ahead", [timedelta(hours=-20), timedelta(hours=20)])
def test_a_clock_in_another_time_zone_opens_the_form(
    visit: Visit, ahead: timedelta
) -> None:
    """Telephones that were set by hand to a neighbour's hour are many."""
    set_clock(visit.page, ahead)

    visit.open("/ru/report")

    visit.shown("#report")
