"""Reporter's journeys in Firefox at Tor Browser's three levels.

Every test runs in Firefox ESR with an empty profile, private windows and resisted
fingerprinting; tests of one level share the browser. What arrived is opened with the
reviewer's key: not what the page says counts, but what reached the organisation.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.firefox import Firefox, Level, firefox
from crypto.entropy import system_entropy
from protocol.codename import Codename
from protocol.languages import Language
from protocol.report import SealedBy
from tests.browser.reviewers import REPLY, answer, arrived
from tests.intake.organisation import Organisation
from tests.intake.server_process import ServerProcess

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.end_to_end,
    pytest.mark.needs("firefox-esr"),
]

TEXT = "Мен әкімнің ақша алғанын көрдім."
SUBMIT = "#report button[type=submit]"


@pytest.fixture(scope="module", params=[Level.STANDARD, Level.SAFER])
def with_script(request: pytest.FixtureRequest) -> Iterator[Firefox]:
    """Start a browser that runs the page's script, compiled or not."""
    level: Level = request.param
    with firefox(level) as browser:
        yield browser


@pytest.fixture(scope="module")
def without_script() -> Iterator[Firefox]:
    """Start a browser that runs no script."""
    with firefox(Level.SAFEST) as browser:
        yield browser


@pytest.fixture
def codename() -> Codename:
    """Give somebody's codename."""
    return Codename.generate(system_entropy)


def test_each_level_runs_what_it_should(
    without_script: Firefox, intake: ServerProcess
) -> None:
    """A level that runs more than its name says would prove nothing."""
    with firefox(Level.SAFER) as safer:
        safer.open(f"{intake.url}/kk/")
        assert safer.run("return typeof wrappedJSObject.WebAssembly") == "undefined"
        # What Tor Browser's users have in common: one time zone, one rounded screen.
        assert safer.run("return new wrappedJSObject.Date().getTimezoneOffset()") == 0
    without_script.open(f"{intake.url}/kk/report")
    assert without_script.is_shown("noscript h2")


def test_a_report_is_sealed_in_the_page(
    with_script: Firefox,
    intake: ServerProcess,
    organisation: Organisation,
    photo: Path,
) -> None:
    """With and without compiled script the reviewer opens what was typed."""
    page = with_script
    page.open(f"{intake.url}/kk/report")
    page.shown("#report")
    page.fill("#text", TEXT)
    page.choose_file("#attachments", photo)
    page.shown("#chosen-files:not([aria-busy=true])")
    page.shown("#report button[type=submit]:not(:disabled)")
    page.click(SUBMIT)
    page.shown("#received")

    codename = Codename.parse(page.shown("#codename-characters"))
    text, files, sealed_by = arrived(intake, organisation, codename)
    assert text == TEXT
    assert [len(file) for file in files] == [photo.stat().st_size]
    assert sealed_by is SealedBy.BROWSER
    kept = "return [localStorage.length, sessionStorage.length, document.cookie]"
    assert page.run(kept) == [0, 0, ""]


def test_a_mailbox_is_opened_in_the_page(
    with_script: Firefox,
    intake: ServerProcess,
    organisation: Organisation,
    codename: Codename,
) -> None:
    """The reply is verified and read; a message goes back; the mailbox can go."""
    answer(intake, organisation, codename)
    page = with_script
    page.open(f"{intake.url}/ru/mailbox")
    page.shown("#open-mailbox")
    page.fill("#codename", codename.words(Language.RU))
    page.press_enter()

    assert REPLY in page.shown("#reply-list")
    assert page.is_shown("#acknowledged")
    assert not page.is_shown("#unreadable")
    page.fill("#text", TEXT)
    page.click("#message button[type=submit]")
    page.shown("#message-sent")
    assert arrived(intake, organisation, codename)[0] == TEXT
    page.click("#delete-mailbox")
    page.shown("#confirm-delete")
    page.click("#confirm-delete [data-part=confirm]")
    page.shown("#mailbox-deleted")


@pytest.mark.parametrize("page_name", ["report", "mailbox"])
def test_without_script_the_other_way_is_offered(
    without_script: Firefox, intake: ServerProcess, page_name: str
) -> None:
    """What it costs is said first, and no form stands there that sends in the clear."""
    page = without_script
    page.open(f"{intake.url}/kk/{page_name}")

    page.shown("noscript h2")
    assert not page.is_shown("form")
    assert not page.is_shown(".waiting")
    page.click(f"noscript a[href='/kk/plain/{page_name}']")
    page.shown(".panel.care[role=note]")
    assert page.url == f"{intake.url}/kk/plain/{page_name}"


def test_a_report_is_sealed_by_the_server_without_script(
    without_script: Firefox,
    intake: ServerProcess,
    organisation: Organisation,
    photo: Path,
) -> None:
    """At the safest level the way without script goes to its end."""
    page = without_script
    page.open(f"{intake.url}/kk/plain/report")
    codename = Codename.parse(page.shown("#codename-characters"))
    page.fill("#text", TEXT)
    page.choose_file("#attachments", photo)
    page.click("form button[type=submit]")

    assert Codename.parse(page.shown("#codename-characters")) == codename
    text, files, sealed_by = arrived(intake, organisation, codename)
    assert text == TEXT
    assert files == [photo.read_bytes()]
    assert sealed_by is SealedBy.SERVER
    page.click("form[action$='/plain/received'] button")
    assert codename.characters() not in page.source


def test_a_mailbox_is_opened_without_script(
    without_script: Firefox,
    intake: ServerProcess,
    organisation: Organisation,
    codename: Codename,
) -> None:
    """At the safest level replies are read, answered and deleted."""
    answer(intake, organisation, codename)
    page = without_script
    page.open(f"{intake.url}/ru/plain/mailbox")
    page.fill("#codename", codename.characters().lower())
    page.click("form button[type=submit]")

    assert REPLY in page.shown(".replies")
    page.fill("#text", TEXT)
    page.click("form[enctype] button[type=submit]")
    page.shown(".panel.good[role=status]")
    text, _, sealed_by = arrived(intake, organisation, codename)
    assert (text, sealed_by) == (TEXT, SealedBy.SERVER)
    page.open(f"{intake.url}/ru/plain/mailbox/delete")
    page.click("button.danger")
    assert "не удалено" in page.shown(".panel.good[role=status]")
    page.open(f"{intake.url}/ru/plain/mailbox/replies")
    assert REPLY not in page.source
