"""The reporter's journey through Tor, in Firefox at Tor Browser's three levels.

The intake stands behind an onion service of a private network; the browser reaches it
by that name alone, as Tor Browser does: over SOCKS, with the name looked up by Tor.
What arrived is opened with the reviewer's key.

Run alone: `python -m pytest tests/tor` (a minute; it ends with how long things took).
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import requests

from bench.firefox import Firefox, Level, firefox
from crypto.entropy import system_entropy
from intake.web.headers import HEADERS
from protocol.codename import Codename
from protocol.report import SealedBy
from tests.browser.reviewers import REPLY, answer, arrived
from tests.intake.organisation import Organisation
from tests.intake.server_process import ServerProcess
from tests.tor.network import (
    HOST,
    TorNetwork,
    free_ports,
    tor_network,
    wait_until,
)

RecordProperty = Callable[[str, object], None]

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.end_to_end,
    pytest.mark.needs("firefox-esr", "tor-gencert"),
]

TEXT = "Мен әкімнің ақша алғанын көрдім."
PATIENCE_SECONDS = 120
KNOWN_HEADERS = set(HEADERS) | {
    "Allow",
    "Connection",
    "Content-Encoding",
    "Content-Length",
    "Content-Type",
    "Date",
    "Server",
    "Set-Cookie",
    "Tus-Extension",
    "Tus-Max-Size",
    "Tus-Resumable",
    "Tus-Version",
    "Vary",
}
"""None of them speaks of a place; whoever adds one, think of that. (Not `Location`
either: it could name another host, and none of these answers needs one.)"""

ONE_TRY_SECONDS = 20
FILM_BYTES = 12_000_000
SLOW_BYTES_A_SECOND = 500_000
"""A film takes half a minute: on a fast line it would be through before we cut."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """An intake that is reached through Tor."""

    network: TorNetwork
    intake: ServerProcess
    up_seconds: float = 0
    """From nothing to the first page that came through."""

    @property
    def origin(self) -> str:
        """What stands in the browser's address."""
        return f"http://{self.network.onion}"

    def get(self, path: str, headers: dict[str, str]) -> requests.Response:
        """Fetch as a program does."""
        return self.ask("GET", path, headers, seconds=PATIENCE_SECONDS)

    def ask(
        self, method: str, path: str, headers: dict[str, str], *, seconds: float
    ) -> requests.Response:
        """Ask for anything, as a program does."""
        proxy = f"socks5h://{HOST}:{self.network.socks_port}"
        return requests.request(
            method,
            self.origin + path,
            headers=headers,
            proxies={"http": proxy},
            timeout=seconds,
            allow_redirects=False,
        )

    def is_reached(self) -> bool:
        """Tell whether the service's descriptor has got around."""
        try:
            self.ask("GET", "/kk/", {}, seconds=ONE_TRY_SECONDS)
        except (requests.ConnectionError, requests.Timeout):
            return False
        return True


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    """Found an organisation."""
    return Organisation()


@pytest.fixture(scope="module")
def place(organisation: Organisation) -> Iterator[Place]:
    """Bring the network up, and an intake that knows its onion name."""
    began = time.monotonic()
    (port,) = free_ports(1)
    # Not pytest's directory: the path of a Unix socket is short or refused.
    with (
        tempfile.TemporaryDirectory(prefix="tor-") as name,
        tor_network(Path(name), service_port=port) as network,
    ):
        settings = {"ORIGINS": f"http://{network.onion}"}
        root = Path(name) / "intake"
        intake = ServerProcess(root, organisation, settings=settings)
        intake.bind = f"{HOST}:{port}"
        with intake:
            place = Place(network=network, intake=intake)
            wait_until(place.is_reached, seconds=PATIENCE_SECONDS)
            yield replace(place, up_seconds=time.monotonic() - began)


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


@pytest.mark.parametrize("level", [Level.STANDARD, Level.SAFER])
def test_a_report_and_its_answer_travel_through_tor(
    level: Level,
    place: Place,
    organisation: Organisation,
    tmp_path: Path,
    record_property: RecordProperty,
) -> None:
    """Sealed in the page, with and without compiled script; then the reply is read."""
    photo = tmp_path / "фото.bin"
    photo.write_bytes(bytes(range(256)) * 200)
    with tor_browser(level, place.network) as page:
        began = time.monotonic()
        page.open(f"{place.origin}/kk/report")
        page.shown("#report")
        record_property(f"{level.value}: the form", _since(began))
        # Without one, browsers give pages no cryptography.
        assert page.run("return window.isSecureContext") is True
        page.fill("#text", TEXT)
        page.choose_file("#attachments", photo)
        began = time.monotonic()
        page.click("#report button[type=submit]")
        page.shown("#received")
        record_property(f"{level.value}: a report with a photo", _since(began))

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
    place: Place,
    organisation: Organisation,
    tmp_path: Path,
    record_property: RecordProperty,
) -> None:
    """Every circuit is closed in the middle of a film; the page goes on from there."""
    film = tmp_path / "film.bin"
    film.write_bytes(system_entropy(FILM_BYTES))
    with tor_browser(Level.STANDARD, place.network) as page:
        page.open(f"{place.origin}/en/report")
        page.shown("#report")
        page.fill("#text", TEXT)
        page.choose_file("#attachments", film)
        with place.network.slow_line(SLOW_BYTES_A_SECOND):
            page.click("#report button[type=submit]")
            uploads = place.intake.data / "uploads"
            some = FILM_BYTES // 10
            wait_until(lambda: _largest(uploads) > some, seconds=PATIENCE_SECONDS)
            assert place.network.cut() > 0
            assert _largest(uploads) < FILM_BYTES
        began = time.monotonic()
        wait_until(lambda: page.is_shown("#received"), seconds=PATIENCE_SECONDS)
        megabytes = FILM_BYTES // 1_000_000
        record_property(f"standard: {megabytes} MB after the cut", _since(began))
        codename = Codename.parse(page.shown("#codename-characters"))
        _, files, _ = arrived(place.intake, organisation, codename)
        assert files == [film.read_bytes()]


def _since(began: float) -> str:
    return f"{time.monotonic() - began:.1f} s"


def _largest(directory: Path) -> int:
    """Return the length in bytes of the longest file; 0 if there is none."""
    return max((path.stat().st_size for path in directory.iterdir()), default=0)


def test_proxies_into_tor_are_told_apart(
    place: Place, record_property: RecordProperty
) -> None:
    """The onion's own name works; a tor2web proxy gets the page that says so."""
    record_property("from nothing to a page", f"{place.up_seconds:.1f} s")
    own = place.get("/ru/", {})
    through_proxy = place.get("/ru/", {"X-Tor2web": "encrypted"})
    renamed = place.get("/ru/", {"Host": f"{place.network.onion}.pet"})

    assert own.status_code == 200
    assert through_proxy.status_code == renamed.status_code == 403
    assert place.origin in through_proxy.text


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/", {}),
        ("GET", "/ru", {}),
        ("GET", "/ru/plain/report", {}),
        ("GET", "/directory.json", {}),
        ("GET", "/static/worker.js", {}),
        ("GET", "/no/such/page", {}),
        ("GET", "/sync/deposits", {}),
        ("GET", "/ru/", {"No Header": "for gunicorn itself refuses it"}),
        ("GET", "/ru/", {"X-Forwarded-For": "192.0.2.1", "Forwarded": "by=192.0.2.1"}),
        ("OPTIONS", "/uploads", {}),
        ("POST", "/uploads", {}),
        ("POST", "/ru/plain/report", {}),
        ("PUT", "/ru/", {}),
    ],
)
def test_the_server_says_nothing_of_where_it_stands(
    method: str, path: str, headers: dict[str, str], place: Place
) -> None:
    """No answer or refusal has a header that is not known, or names another place."""
    said = place.ask(method, path, headers, seconds=PATIENCE_SECONDS)

    assert not set(said.headers) - KNOWN_HEADERS
    everything = f"{said.headers} {said.text}"
    assert HOST not in everything
    assert "localhost" not in everything
    assert "192.0.2.1" not in everything
    assert f":{place.intake.port}" not in everything
