"""The report's page: what is told to a reporter, and what is not sent."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Request, Route

from tests.browser.conftest import Visit

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.end_to_end,
    pytest.mark.needs("chromium"),
]

TEXT = "Мен әкімнің ақша алғанын көрдім."
SUBMIT = "#report button[type=submit]"


def _write(visit: Visit, *, language: str = "ru", files: tuple[Path, ...] = ()) -> None:
    """Fill in the form and send it."""
    visit.open(f"/{language}/report")
    visit.page.fill("#text", TEXT)
    visit.page.set_input_files("#attachments", list(files))
    if files:
        # Else the button first says what was found.
        visit.page.wait_for_selector("#chosen-files:not([aria-busy=true])")
    visit.page.click(SUBMIT)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_report_arrives_and_leaves_no_trace(
    visit: Visit, photo: Path, language: str
) -> None:
    """The codename is shown, received comes last, and the device keeps nothing."""
    _write(visit, language=language, files=(photo, photo))

    visit.shown("#received")
    characters = visit.page.inner_text("#codename-characters")
    assert re.fullmatch(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{5}-[0-9A-Z]{5}", characters)
    words = visit.page.text_content("#codename-words") or ""
    assert len(words.split()) == (0 if language == "kk" else 10)
    assert visit.page.is_visible("#codename-words-block") is (language != "kk")
    assert visit.page.input_value("#text") == ""
    kept = visit.page.evaluate(
        """async () => [localStorage.length, sessionStorage.length,
          (await indexedDB.databases()).length, document.cookie]"""
    )
    assert kept == [0, 0, 0, ""]
    assert visit.page.context.cookies() == []
    assert visit.complaints == []
    assert sum("PATCH" in request for request in visit.requests) > 1


def test_a_page_that_was_left_shows_nothing(visit: Visit) -> None:
    """Whoever presses "back" on this device finds neither report nor codename."""
    _write(visit)
    visit.shown("#received")
    codename = visit.page.inner_text("#codename-characters")
    visit.page.goto(visit.origin + "/ru/")
    visit.page.go_back()
    visit.page.wait_for_selector("#report:not([hidden])")

    assert codename not in visit.page.content()
    assert TEXT not in visit.page.content()
    assert visit.page.input_value("#text") == ""
    # and what the browser might have kept of the page had been emptied
    visit.page.fill("#text", TEXT)
    left = "dispatchEvent(new Event('pagehide')); document.body.childElementCount"
    assert visit.page.evaluate(left) == 0


def test_an_empty_report_is_not_sent(visit: Visit) -> None:
    """The summary takes the focus and leads to the field, which says the same."""
    visit.open("/ru/report")
    title = visit.page.title()
    visit.page.fill("#text", " \n\t ")
    visit.page.click(SUBMIT)

    summary = visit.shown("#error-summary")
    assert visit.page.evaluate("document.activeElement.id") == "error-summary"
    assert visit.page.title() == f"Ошибка: {title}"
    error = visit.page.inner_text("#error-text")
    assert error
    assert error in summary
    assert visit.page.get_attribute("#text", "aria-invalid") == "true"
    visit.page.click("#error-summary a")
    assert visit.page.evaluate("document.activeElement.id") == "text"
    visit.page.fill("#text", TEXT)
    visit.page.click(SUBMIT)
    visit.shown("#received")
    assert visit.page.title() == title
    assert visit.page.is_hidden("#error-summary")


def test_a_long_answer_is_told_before_it_is_sealed(visit: Visit) -> None:
    """The error opens the part of the form where the field is."""
    visit.open("/ru/report")
    visit.page.fill("#text", TEXT)
    visit.page.evaluate("document.querySelector('#place').value = 'ж'.repeat(2001)")
    visit.page.click(SUBMIT)

    assert "2\u00a0000" in visit.shown("#error-summary")
    visit.page.click("#error-summary a")
    assert visit.page.evaluate("document.activeElement.id") == "place"
    assert visit.sent("/uploads") == []


def test_a_text_past_the_limit_is_told(visit: Visit) -> None:
    """More than 1 MiB of words is a file, not an answer."""
    visit.open("/ru/report")
    visit.page.evaluate(
        """document.querySelector('#text').value = 'слово\\n'.repeat(100_000)
        document.querySelector('#report').requestSubmit()"""
    )

    visit.shown("#error-summary")
    assert visit.page.is_visible("#error-text")
    assert visit.sent("/uploads") == []


@pytest.mark.parametrize("path", ["page.js", "intake.css"])
def test_a_file_that_is_not_the_one_that_the_page_names_is_not_used(
    visit: Visit, path: str
) -> None:
    """Half an update, or a file that was swapped alone, runs nowhere."""
    visit.page.route(
        f"**/static/{path}",
        lambda route: route.fulfill(
            body="document.title='run'" if path == "page.js" else "main{color:red}",
            content_type="text/javascript" if path == "page.js" else "text/css",
        ),
    )

    visit.page.goto(visit.origin + "/ru/report")

    assert any("integrity" in complaint for complaint in visit.complaints)
    color = "getComputedStyle(document.querySelector('main')).color"
    assert visit.page.evaluate(color) != "rgb(255, 0, 0)"
    assert visit.page.title() != "run"


def test_a_site_that_does_not_answer_is_told(visit: Visit) -> None:
    """Offline is not the same as closed."""
    visit.page.route("**/directory.json", lambda route: route.abort())

    visit.open("/ru/report")

    offline = visit.shown("#trouble")
    visit.page.unroute("**/directory.json")
    visit.page.route("**/directory.json", lambda route: route.fulfill(status=503))
    visit.open("/ru/report")
    assert visit.shown("#trouble") != offline


def test_own_links_ask_before_what_was_typed_is_lost(visit: Visit) -> None:
    """A touch on another language does not cost half an hour of writing."""
    other = "a[hreflang=en]"
    visit.open("/ru/report")
    visit.page.fill("#text", TEXT)
    visit.page.click(other)
    visit.page.click("#confirm-leave [data-part=back]")
    assert visit.page.is_hidden("#confirm-leave")
    assert visit.page.input_value("#text") == TEXT

    with visit.page.expect_popup() as opened:
        visit.page.click("#report a[href='/ru/help']")
    assert opened.value.url.endswith("/ru/help")
    assert visit.page.input_value("#text") == TEXT

    visit.page.click(other)
    visit.page.click("#confirm-leave [data-part=confirm]")
    visit.page.wait_for_url("**/en/report")
    visit.page.wait_for_selector("#report:not([hidden])")
    visit.page.click("a[hreflang=kk]")
    visit.page.wait_for_url("**/kk/report")
    assert visit.complaints == []


def test_a_closed_form_keeps_what_was_typed(visit: Visit) -> None:
    """503 to the creation: the reporter is told, and can try again later."""
    visit.page.route("**/uploads", lambda route: route.fulfill(status=503))

    _write(visit)

    assert "на этой странице" in visit.shown("#trouble")
    assert visit.page.input_value("#text") == TEXT
    assert visit.page.is_hidden("#codename")
    assert visit.page.text_content("#codename-characters") == ""


def test_files_that_the_server_does_not_take_are_told_at_the_field(
    visit: Visit, photo: Path
) -> None:
    """413: the words stand beside the files, which are still chosen."""
    visit.page.route("**/uploads", lambda route: route.fulfill(status=413))

    _write(visit, files=(photo,))

    visit.shown("#error-attachments")
    assert "фото.jpg" in visit.page.inner_text("#chosen-files")


def test_a_file_that_is_chosen_twice_is_one_file(
    visit: Visit, photo: Path, tmp_path: Path
) -> None:
    """Whoever is unsure chooses again; another file of that name is another one."""
    folder = tmp_path / "other"
    folder.mkdir()
    namesake = folder / photo.name
    namesake.write_bytes(b"another")
    visit.open("/ru/report")
    for chosen in (photo, namesake, photo):
        visit.page.set_input_files("#attachments", [chosen])

    assert visit.page.locator("#chosen-files li").count() == 2
    visit.page.click("#chosen-files button")
    assert visit.page.locator("#chosen-files li").count() == 1


def test_a_file_that_changes_is_named(visit: Visit, photo: Path) -> None:
    """Half of one file and half of another never go out as one."""
    visit.open("/ru/report")
    visit.page.fill("#text", TEXT)
    visit.page.set_input_files("#attachments", [photo])
    visit.page.wait_for_selector("#chosen-files[aria-busy=true]", state="detached")
    photo.write_bytes(b"another")
    visit.page.click(SUBMIT)

    assert "фото.jpg" in visit.shown("#error-summary")
    assert visit.page.input_value("#text") == TEXT
    assert any("DELETE" in request for request in visit.sent("/uploads/"))
    visit.page.click("#chosen-files button")
    visit.page.click(SUBMIT)
    visit.shown("#received")


def test_a_broken_connection_mends_itself(visit: Visit, photo: Path) -> None:
    """Pieces that are cut are sent again, and nothing is sealed anew."""
    broken: list[Request] = []

    def break_twice(route: Route) -> None:
        if route.request.method == "PATCH" and len(broken) < 2:
            broken.append(route.request)
            route.abort()
        else:
            route.continue_()

    visit.page.route("**/uploads/*", break_twice)

    _write(visit, files=(photo,))

    visit.shown("#codename")
    visit.shown("#received")
    assert len(broken) == 2
    assert sum("POST" in request for request in visit.sent("/uploads")) == 1


def test_sending_can_be_cancelled(visit: Visit, photo: Path) -> None:
    """What was sent is deleted; what was typed stays; the codename goes."""
    visit.page.route(
        "**/uploads/*",
        lambda route: (
            route.continue_() if route.request.method == "DELETE" else route.abort()
        ),
    )

    # Until the upload has been created there is nothing to delete.
    with visit.page.expect_request(lambda request: request.method == "PATCH"):
        _write(visit, files=(photo,))
    visit.shown("#codename")
    visit.page.click("#cancel")

    visit.shown("#report")
    assert any("DELETE" in request for request in visit.sent("/uploads/"))
    assert visit.page.input_value("#text") == TEXT
    assert visit.page.is_hidden("#codename")
    assert visit.page.text_content("#codename-characters") == ""
    visit.page.unroute("**/uploads/*")
    visit.page.click(SUBMIT)
    visit.shown("#received")


def test_a_browser_that_asks_before_leaving_asks_only_while_sending(
    visit: Visit,
) -> None:
    """Leaving ends the sending for good; but "leave this page" must not ask."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    visit.page.on("dialog", answer)
    visit.page.route(
        "**/uploads",
        lambda route: route.abort() if route.request.method == "POST" else None,
    )
    _write(visit)
    visit.shown("#sending")
    visit.page.goto(visit.origin + "/ru/")
    assert asked == ["beforeunload"]
    visit.page.route("**://ru.wikipedia.org/**", lambda route: route.fulfill(body=""))
    _write(visit)
    visit.shown("#sending")
    visit.page.click("a.exit")
    visit.page.wait_for_url("**://ru.wikipedia.org/**")
    assert asked == ["beforeunload"]
    visit.page.go_back()
    assert not visit.page.url.endswith("/report")
    visit.page.unroute("**/uploads")

    _write(visit)
    visit.shown("#received")
    visit.page.goto(visit.origin + "/ru/")
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("path", ["report", "mailbox", "sealed"])
def test_escape_leaves_at_the_third_press(visit: Visit, path: str) -> None:
    """One closes a list or a question; three in a row leave, and "back" stays away."""
    visit.page.route("**://ru.wikipedia.org/**", lambda route: route.fulfill(body=""))
    visit.page.goto(visit.origin + "/ru/")
    visit.page.goto(f"{visit.origin}/ru/{path}")
    visit.page.wait_for_selector("main form:not([hidden])")
    for key in ("Escape", "Escape", "Shift", "Escape", "Escape"):
        visit.page.keyboard.press(key)
    assert visit.page.url.endswith(f"/ru/{path}")

    visit.page.keyboard.press("Escape")

    visit.page.wait_for_url("**://ru.wikipedia.org/**")
    visit.page.go_back()
    assert visit.page.url == visit.origin + "/ru/"


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_a_paper_is_compared_while_the_codename_is_hidden(
    visit: Visit, language: str
) -> None:
    """Typed from the screen it would prove nothing; nothing of it is sent."""
    _write(visit, language=language)
    visit.shown("#received")
    spelt = visit.page.inner_text("#codename-characters")
    words = visit.page.inner_text("#codename-words").split() or [spelt[-5:]]
    sent = len(visit.requests)
    visit.page.click("#paper-begin")
    assert visit.page.is_hidden("#codename-spelt")

    visit.page.fill("#paper-end", "QQQQQ")
    visit.page.keyboard.press("Enter")
    visit.shown("#paper-wrong")
    assert visit.page.is_hidden("#paper-right")
    visit.page.click("#paper-show")
    assert visit.page.inner_text("#codename-characters") == spelt
    assert visit.page.is_hidden("#paper")
    visit.page.click("#paper-begin")
    assert visit.page.input_value("#paper-end") == ""
    visit.page.fill("#paper-end", " ".join(words[-2:]).upper())
    visit.page.keyboard.press("Enter")

    visit.shown("#paper-right")
    assert visit.page.is_hidden("#paper-wrong")
    assert len(visit.requests) == sent
    assert visit.complaints == []
