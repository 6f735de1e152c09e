"""The reporter's journey through Tor, in Firefox at Tor Browser's three levels.

The intake stands behind an onion service of a private network; the browser reaches it
by that name alone, as Tor Browser does: over SOCKS, with the name looked up by Tor.
What arrived is opened with the reviewer's key.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from bench.firefox import Firefox, Level, firefox
from crypto.entropy import system_entropy
from protocol.codename import Codename
from protocol.report import SealedBy
from tests.browser.reviewers import REPLY, answer, arrived
from tests.intake.organisation import Organisation
from tests.intake.server_process import ServerProcess
from tests.tor.network import HOST, TorNetwork, free_ports

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.end_to_end,
    pytest.mark.needs("firefox-esr", "tor-gencert"),
]

TEXT = "Мен әкімнің ақша алғанын көрдім."
PATIENCE_SECONDS = 120
FILM_BYTES = 12_000_000


@dataclass(frozen=True, kw_only=True)
class Place:
    """An intake that is reached through Tor."""

    network: TorNetwork
    intake: ServerProcess

    @property
    def origin(self) -> str:
        """What stands in the browser's address."""
        return f"http://{self.network.onion}"

    def get(self, path: str, headers: dict[str, str]) -> requests.Response:
        """Fetch as a program does."""
        proxy = f"socks5h://{HOST}:{self.network.socks_port}"
        return requests.get(
            self.origin + path,
            headers=headers,
            proxies={"http": proxy},
            timeout=PATIENCE_SECONDS,
        )


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    """Found an organisation."""
    return Organisation()


@pytest.fixture(scope="module")
def place(organisation: Organisation) -> Iterator[Place]:
    """Bring the network up, and an intake that knows its onion name."""
    (port,) = free_ports(1)
    # Not pytest's directory: the path of a Unix socket is short or refused.
    with (
        tempfile.TemporaryDirectory(prefix="tor-") as name,
        TorNetwork(Path(name), service_port=port) as network,
    ):
        settings = {"ORIGINS": f"http://{network.onion}"}
        root = Path(name) / "intake"
        intake = ServerProcess(root, organisation, settings=settings)
        intake.bind = f"{HOST}:{port}"
        with intake:
            place = Place(network=network, intake=intake)
            _wait_for_onion(place)
            yield place


@contextmanager
def tor_browser(level: Level, network: TorNetwork) -> Iterator[Firefox]:
    """Run Firefox with nothing but Tor between it and the world."""
    through_tor: dict[str, bool | int | str] = {
        "network.proxy.type": 1,
        "network.proxy.socks": HOST,
        "network.proxy.socks_port": network.socks_port,
        "network.proxy.socks_version": 5,
        "network.proxy.socks_remote_dns": True,
        "network.proxy.allow_hijacking_localhost": True,
        "network.dns.blockDotOnion": False,
        "dom.securecontext.allowlist_onions": True,
    }
    with firefox(level, through_tor) as browser:
        yield browser


def _wait_for_onion(place: Place) -> None:
    """Until the service's descriptor has got around."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            place.get("/kk/", {})
        except requests.ConnectionError:
            if time.monotonic() > give_up:
                raise
        else:
            return


@pytest.mark.parametrize("level", [Level.STANDARD, Level.SAFER])
def test_a_report_and_its_answer_travel_through_tor(
    level: Level, place: Place, organisation: Organisation, tmp_path: Path
) -> None:
    """Sealed in the page, with and without compiled script; then the reply is read."""
    photo = tmp_path / "фото.bin"
    photo.write_bytes(bytes(range(256)) * 200)
    with tor_browser(level, place.network) as page:
        page.open(f"{place.origin}/kk/report")
        page.shown("#report")
        # Without one, browsers give pages no cryptography.
        assert page.run("return window.isSecureContext") is True
        page.fill("#text", TEXT)
        page.choose_file("#attachments", photo)
        page.click("#report button[type=submit]")
        page.shown("#received")

        codename = Codename.parse(page.shown("#codename-characters"))
        text, files, sealed_by = arrived(place.intake, organisation, codename)
        assert (text, files) == (TEXT, [photo.read_bytes()])
        assert sealed_by is SealedBy.BROWSER

        answer(place.intake, organisation, codename)
        page.open(f"{place.origin}/kk/mailbox")
        page.shown("#open-mailbox")
        page.fill("#codename", codename.characters())
        page.press_enter()
        assert REPLY in page.shown("#reply-list")


def test_the_way_without_script_goes_through_tor(
    place: Place, organisation: Organisation
) -> None:
    """At the safest level; the cookie is for secure pages only: an onion's are."""
    with tor_browser(Level.SAFEST, place.network) as page:
        page.open(f"{place.origin}/ru/plain/report")
        codename = Codename.parse(page.shown("#codename-characters"))
        page.fill("#text", TEXT)
        page.click("form button[type=submit]")
        assert Codename.parse(page.shown("#codename-characters")) == codename
        text, _, sealed_by = arrived(place.intake, organisation, codename)
        assert (text, sealed_by) == (TEXT, SealedBy.SERVER)

        answer(place.intake, organisation, codename)
        page.open(f"{place.origin}/ru/plain/mailbox")
        page.fill("#codename", codename.characters())
        page.click("form button[type=submit]")
        assert REPLY in page.shown(".replies")


def test_an_upload_outlives_its_circuits(
    place: Place, organisation: Organisation, tmp_path: Path
) -> None:
    """Every circuit is closed in the middle of a film; the page goes on from there."""
    film = tmp_path / "film.bin"
    film.write_bytes(system_entropy(FILM_BYTES))
    with tor_browser(Level.STANDARD, place.network) as page:
        page.open(f"{place.origin}/en/report")
        page.shown("#report")
        page.fill("#text", TEXT)
        page.choose_file("#attachments", film)
        page.click("#report button[type=submit]")
        _wait_for_part(place.intake)
        assert place.network.cut() > 0

        give_up = time.monotonic() + PATIENCE_SECONDS
        while not page.is_shown("#received") and time.monotonic() < give_up:
            page.run("return 1")
        codename = Codename.parse(page.shown("#codename-characters"))
        _, files, _ = arrived(place.intake, organisation, codename)
        assert files == [film.read_bytes()]


def _wait_for_part(intake: ServerProcess) -> None:
    """Until some of an upload is on the disk, and not all of it."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        sizes = [path.stat().st_size for path in (intake.data / "uploads").iterdir()]
        if any(size > 0 for size in sizes):
            assert max(sizes) < FILM_BYTES
            return
    raise TimeoutError("nothing came")


def test_proxies_into_tor_are_told_apart(place: Place) -> None:
    """The onion's own name works; a tor2web proxy gets the page that says so."""
    own = place.get("/ru/", {})
    through_proxy = place.get("/ru/", {"X-Tor2web": "encrypted"})
    renamed = place.get("/ru/", {"Host": f"{place.network.onion}.pet"})

    assert own.status_code == 200
    assert through_proxy.status_code == renamed.status_code == 403
    assert place.origin in through_proxy.text


def test_the_server_says_nothing_of_where_it_stands(place: Place) -> None:
    """No address of the machine, and no other way to it, in any answer."""
    for path in ("/ru/", "/ru/plain/report", "/directory.json", "/no/such/page"):
        said = place.get(path, {})
        head = "\n".join(f"{name}: {value}" for name, value in said.headers.items())
        assert HOST not in head + said.text
        assert str(place.intake.port) not in head
        assert not {"Via", "Alt-Svc"} & set(said.headers)
