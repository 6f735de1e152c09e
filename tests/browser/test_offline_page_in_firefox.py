"""The offline page from file:// in Firefox, set as Tor Browser sets it."""

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bench.firefox import WAIT_SECONDS, Level, Preferences, firefox
from deploy.offline_pages import build
from intake.web.offline import file_name
from intake.web.pages import Pages
from protocol.codename import Codename
from protocol.directory import DirectoryRecipient, Role, sign_directory
from protocol.languages import Language
from protocol.mailbox import ReporterKeys
from protocol.report import SealedBy
from protocol.sealed_file_name import sealed_file_name
from tests.intake.organisation import Organisation
from tests.intake.sealed import open_deposit

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.end_to_end,
    pytest.mark.needs("firefox-esr"),
]

TEXT = "Мен әкімнің ақша алғанын көрдім."
NO_NETWORK: Preferences = {
    "network.proxy.type": 1,
    "network.proxy.socks": "127.0.0.1",
    "network.proxy.socks_port": 9,
    "network.proxy.allow_hijacking_localhost": True,
}


@pytest.fixture
def stick(tmp_path: Path, organisation: Organisation) -> Path:
    """The Kazakh page, with the reviewer of the tests as its offline recipient."""
    content = organisation.content()
    recipient = DirectoryRecipient(
        role=Role.OFFLINE,
        recipient=organisation.reviewer.recipient,
        not_after=content.issued + timedelta(days=365),
    )
    content = replace(content, recipients=(recipient, *content.recipients))
    signed = sign_directory(content, organisation.root)
    pages = Pages(root_key=str(organisation.root.verification_key), limit_bytes=2**31)
    path = tmp_path / file_name(Language.KK)
    path.write_bytes(build(signed, content, pages)[path.name])
    return path


@pytest.mark.parametrize("level", [Level.STANDARD, Level.SAFER])
def test_a_report_is_sealed_without_a_network(
    level: Level,
    stick: Path,
    organisation: Organisation,
    photo: Path,
    tmp_path: Path,
) -> None:
    """In a private window, compiled or not, the saved file opens for its reviewer."""
    saved_to = tmp_path / "saved"
    saved_to.mkdir()
    saving: Preferences = {
        "browser.download.folderList": 2,
        "browser.download.dir": str(saved_to),
        "browser.download.useDownloadDir": True,
        "browser.download.always_ask_before_handling_new_types": False,
    }
    with firefox(level, {**NO_NETWORK, **saving}) as page:
        page.open(stick.as_uri())
        page.shown("#report")
        page.fill("#text", TEXT)
        page.choose_file("#attachments", photo)
        page.shown("#chosen-files:not([aria-busy=true])")
        page.shown("#report button[type=submit]:not(:disabled)")
        page.click("#report button[type=submit]")
        page.shown("#sealed")
        codename = Codename.parse(page.shown("#codename-characters"))
        keys = ReporterKeys.derive(codename, organisation.id)
        page.click("#save")
        page.shown("#saved")
        sealed = _wait_for(saved_to / sealed_file_name(keys.mailbox))

    report, files = open_deposit(sealed, organisation, keys.mailbox)
    assert report.text == TEXT
    assert report.sealed_by is SealedBy.OFFLINE
    assert [len(file) for file in files] == [photo.stat().st_size]


def test_without_script_the_page_says_what_to_do(stick: Path) -> None:
    """At the safest level there is no form to type into, and the reason is told."""
    with firefox(Level.SAFEST, NO_NETWORK) as page:
        page.open(stick.as_uri())

        assert "JavaScript" in page.shown("noscript p")
        assert not page.is_shown("#report")


def _wait_for(path: Path) -> bytes:
    """Wait until the browser has saved a file whole."""
    give_up = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < give_up:
        if path.exists() and not list(path.parent.glob("*.part")):
            content = path.read_bytes()
            if content:
                return content
        time.sleep(0.05)
    raise TimeoutError(sorted(each.name for each in path.parent.iterdir()))
