"""The page that takes a sealed file: what goes up, and what a person is told."""

from pathlib import Path

import pytest
from playwright.sync_api import Request, Route

from protocol.mailbox import MailboxId
from protocol.sealed_file_name import sealed_file_name
from tests.browser.conftest import Visit
from tests.intake.sealed import seal_in_page
from tests.intake.server_process import ServerProcess

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.end_to_end,
    pytest.mark.needs("chromium"),
]

SUBMIT = "#sealed-file button[type=submit]"


@pytest.fixture
def sealed(visit: Visit, tmp_path: Path) -> Path:
    """A sealed report of some megabytes, as an offline page saved it."""
    content, mailbox = seal_in_page(
        visit.organisation, attachments=[("видео.mp4", bytes(3_000_000))]
    )
    path = tmp_path / sealed_file_name(mailbox)
    path.write_bytes(content)
    return path


def choose(visit: Visit, path: Path, typed: str = "") -> None:
    """Open the page, choose a file, and send."""
    visit.page.goto(visit.origin + "/ru/sealed")
    visit.page.set_input_files("#sealed", path)
    visit.page.fill("#mailbox", typed)
    visit.page.click(SUBMIT)


def deposits(intake: ServerProcess) -> list[bytes]:
    """Everything that waits for the console."""
    return [path.read_bytes() for path in (intake.data / "deposits").iterdir()]


def test_a_sealed_file_arrives_as_it_is(
    visit: Visit, sealed: Path, intake: ServerProcess
) -> None:
    """In pieces, to the byte; received comes last, and the device keeps nothing."""
    choose(visit, sealed)

    visit.shown("#received")
    assert sealed.read_bytes() in deposits(intake)
    assert sum("PATCH" in request for request in visit.requests) > 1
    assert visit.complaints == []
    assert visit.page.input_value("#sealed") == ""


DROP = """
    () => {
        const dataTransfer = new DataTransfer()
        dataTransfer.items.add(new File(['dropped'], 'a.age'))
        const how = { dataTransfer, bubbles: true, cancelable: true }
        const event = new DragEvent('drop', how)
        document.querySelector('header').dispatchEvent(event)
        return [event.defaultPrevented, document.querySelector('#sealed').files[0].name]
    }
"""


def test_a_file_may_fall_anywhere(visit: Visit) -> None:
    """Beside the field the browser would open it in place of the page."""
    visit.page.goto(visit.origin + "/ru/sealed")
    visit.page.wait_for_selector("#sealed")

    assert visit.page.evaluate(DROP) == [True, "a.age"]


def test_a_broken_connection_is_mended(
    visit: Visit, sealed: Path, intake: ServerProcess
) -> None:
    """The upload goes on from where it was, and nothing comes twice."""
    broken: list[Request] = []

    def break_twice(route: Route) -> None:
        if route.request.method == "PATCH" and len(broken) < 2:
            broken.append(route.request)
            route.abort()
        else:
            route.continue_()

    visit.page.route("**/uploads/*", break_twice)

    choose(visit, sealed)

    visit.shown("#received")
    assert len(broken) == 2
    assert deposits(intake).count(sealed.read_bytes()) == 1
    assert sum("POST" in request for request in visit.sent("/uploads")) == 1


def test_sending_can_be_cancelled(
    visit: Visit, sealed: Path, intake: ServerProcess
) -> None:
    """What was sent is deleted; the chosen file stays chosen."""
    visit.page.route(
        "**/uploads/*",
        lambda route: (
            route.continue_() if route.request.method == "DELETE" else route.abort()
        ),
    )
    choose(visit, sealed)
    visit.shown("#sending")

    visit.page.click("#cancel")

    visit.shown("#sealed-file")
    assert any("DELETE" in request for request in visit.sent("/uploads/"))
    visit.page.unroute("**/uploads/*")
    visit.page.click(SUBMIT)
    visit.shown("#received")
    assert sealed.read_bytes() in deposits(intake)


def test_a_renamed_file_goes_where_its_first_name_says(
    visit: Visit, sealed: Path, tmp_path: Path
) -> None:
    """Without it the page asks, at the field, and sends nothing."""
    renamed = sealed.rename(tmp_path / "моё.age")
    choose(visit, renamed)
    assert visit.shown("#error-mailbox")
    assert visit.sent("/uploads") == []

    visit.page.fill("#mailbox", sealed.name)
    with visit.page.expect_request("**/uploads") as begun:
        visit.page.click(SUBMIT)

    visit.shown("#received")
    assert begun.value.headers["upload-metadata"].startswith("mailbox ")


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff a photo"])
def test_another_file_is_told_before_anything_is_sent(
    visit: Visit, tmp_path: Path, content: bytes
) -> None:
    """Nobody sends a photo in the clear by mistake."""
    path = tmp_path / sealed_file_name(MailboxId("a" * 32))
    path.write_bytes(content)

    choose(visit, path)

    assert visit.shown("#error-sealed")
    assert visit.sent("/uploads") == []


def test_no_file_is_told(visit: Visit) -> None:
    """The summary takes the focus."""
    visit.page.goto(visit.origin + "/ru/sealed")
    visit.page.click(SUBMIT)

    assert visit.shown("#error-summary")
    assert visit.page.evaluate("document.activeElement.id") == "error-summary"


def test_a_file_that_was_cut_is_refused_and_told(
    visit: Visit, sealed: Path, intake: ServerProcess
) -> None:
    """A stick that was pulled out too early: the server says no, and keeps nothing."""
    sealed.write_bytes(sealed.read_bytes()[:-1])

    choose(visit, sealed)

    assert visit.shown("#error-sealed")
    assert sealed.read_bytes() not in deposits(intake)


def test_a_closed_form_is_told(visit: Visit, sealed: Path) -> None:
    """The file is not lost: it can be handed in later."""
    visit.page.route("**/uploads", lambda route: route.fulfill(status=503))

    choose(visit, sealed)

    assert visit.shown("#trouble")
    assert visit.page.is_visible("#sealed-file")
