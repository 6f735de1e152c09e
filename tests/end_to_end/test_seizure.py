"""The seizure: who takes the intake, and later every key, opens nothing that is old.

The intake and the console are the real ones, over HTTP; only their clock is moved.
Reports are sealed as the page does, from what a visitor gets, and by the server for
whoever has no script. The attacker keeps the bytes of the intake's disk as they were
on each day, and comes later for the console: disk, database, every passphrase, root,
team and sync key. What they lack is the recovery identity.

(What has become a case is read on the console by whoever takes the console and its
passphrases; short-lived identities are about what lay on the intake.)
"""

import io
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import pytest
import requests
from werkzeug.serving import WSGIRequestHandler, make_server

from crypto.age import HybridIdentity, OpeningReader
from crypto.ed25519 import SigningKey
from crypto.entropy import system_entropy
from crypto.errors import CryptoError
from deploy.front_door import file_report
from deploy.house import LOOPBACK, free_port
from intake.app import RECOVERY, create_app
from intake.config import Config
from intake.storage.database import connect
from intake.storage.migrate import migrate
from protocol.directory import (
    IdentityList,
    SignedDirectory,
    report_recipients,
    verify_directory,
)
from review_console.services.organisation import open_organisation_key
from review_console.services.store import OrganisationKeyKind
from review_console.storage.intake_client import HttpIntake
from tests.intake.organisation import write_directory
from tests.review_console.people import (
    REVIEWERS,
    House,
    Reporter,
    build_house,
    copy_house,
)
from tests.review_console.test_real_intake import send_upload, trouble

pytestmark = [pytest.mark.end_to_end, pytest.mark.enable_socket]

AGE_FILE = b"age-encryption.org/v1\n"
FORM = {"text": "Без скрипта", "consent_to": "any", "do_not_use": ""}


@dataclass
class Scene:
    """Both machines, and what the attacker has copied so far."""

    house: House
    intake: str
    disk: Path
    """Everything that the intake keeps."""

    place: Path
    seized: dict[int, list[bytes]] = field(default_factory=dict)
    """Whatever looked like an age file on the intake's disk, by day."""

    day: int = 0

    def go_to(self, day: int) -> None:
        """Let days pass; each reviewer logs in on every second one."""
        while self.day < day:
            self.day += 1
            self.house.clock.advance(days=1)
            if self.day % 2 == 0:
                for name in REVIEWERS:
                    by = self.house.unlocked(name)
                    self.house.services.keep_identities(by=by)

    def fetch(self) -> None:
        """Both reviewers fetch all that there is."""
        for name in REVIEWERS:
            self.house.services.sync(by=self.house.unlocked(name))

    def send_two(self) -> None:
        """Report once with the page's way of sealing, once without script."""
        directory = verify_directory(
            SignedDirectory(
                directory=self._visit("directory.json"),
                signature=self._visit("directory.json.sig").decode(),
            ),
            root=self.house.config.root_key,
            newest_seen=0,
            now=self.house.clock.now(),
        )
        identities = IdentityList.parse(self._visit("identities.json"))
        now = self.house.clock.now()
        reporter = Reporter(
            directory=directory,
            recipients=report_recipients(directory, identities, now),
        )
        send_upload(self.intake, reporter.report("Со скриптом"), reporter)
        file_report(self.intake, "ru", FORM)

    def seize_disk(self) -> None:
        """Copy every byte of the intake's disk as it is now."""
        copy = self.place / f"disk-{self.day}"
        shutil.copytree(self.disk, copy)
        self.seized[self.day] = [
            each
            for path in sorted(copy.rglob("*"))
            if path.is_file()
            for each in age_files(path.read_bytes())
        ]

    def take_everything_else(self) -> list[HybridIdentity]:
        """Take console and passphrases now; give every identity that follows."""
        copy = self.place / f"console-{self.day}"
        copy.mkdir()
        taken = copy_house(self.house, copy)
        seeds = [self.house.root.seed]
        identities: list[HybridIdentity] = []
        for name in taken.accounts:
            unlocked = taken.unlocked(name)
            identities.append(unlocked.vault.identity)
            identities += taken.services.sync.identities.open_all(by=unlocked)
            seeds.append(unlocked.vault.signing_key.seed)
            seeds.append(unlocked.vault.vault_key.raw)
            with taken.adapters.store.begin() as unit:
                seeds += [
                    open_organisation_key(unit, kind, unlocked).seed
                    for kind in (OrganisationKeyKind.TEAM, OrganisationKeyKind.SYNC)
                ]
        return identities + [HybridIdentity.from_seed(seed) for seed in seeds]

    def _visit(self, name: str) -> bytes:
        answer = requests.get(f"{self.intake}/{name}", timeout=10)
        answer.raise_for_status()
        return answer.content


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A house on its first day; both reviewers have logged in."""
    (tmp_path / "console").mkdir()
    house = build_house(tmp_path / "console")
    disk = tmp_path / "intake"
    disk.mkdir()
    with running_intake(house, disk) as origin:
        wired = house.with_intake(HttpIntake(origin=origin, clock=house.clock))
        for name in REVIEWERS:
            wired.services.keep_identities(by=wired.unlocked(name))
        yield Scene(house=wired, intake=origin, disk=disk, place=tmp_path)


class Quiet(WSGIRequestHandler):
    """Logs nothing, as the intake's own server."""

    def log(self, *_arguments: object) -> None:
        """Write nothing."""


@contextmanager
def running_intake(house: House, disk: Path) -> Iterator[str]:
    """Serve the intake over the house's clock until the block ends."""
    write_directory(house.signed_directory, disk / "directory.json")
    port = free_port(0)
    origin = f"http://{LOOPBACK}:{port}"
    config = Config(
        database=f"sqlite:///{disk / 'intake.sqlite'}",
        data=disk / "data",
        directory=disk / "directory.json",
        root_key=house.config.root_key,
        sync_key=house.sync_key,
        sync_origin=origin,
        limit_bytes=64 * 2**20,
    )
    engine = connect(config.database)
    migrate(engine)
    engine.dispose()
    app = create_app(config, clock=house.clock, entropy=system_entropy)
    app.extensions[RECOVERY]()
    server = make_server(LOOPBACK, port, app, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield origin
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions[RECOVERY].release()


def age_files(content: bytes) -> list[bytes]:
    """Take whatever looks like an age file, in a file of its own or in a database."""
    starts = [found.start() for found in re.finditer(re.escape(AGE_FILE), content)]
    return [content[start:] for start in starts]


def opened(sealed: list[bytes], identities: list[HybridIdentity]) -> int:
    """Count the files that at least one of these identities opens."""
    return sum(any(opens(each, identity) for identity in identities) for each in sealed)


def opens(sealed: bytes, identity: HybridIdentity) -> bool:
    """Try one identity on one file, and read its first bytes if it fits."""
    try:
        with OpeningReader(io.BytesIO(sealed), [identity]) as reader:
            return reader.read(4) == b"PK\x03\x04"
    except CryptoError:
        return False  # sealed to others, such as a reply; or a piece of a database


def private_halves(house: House) -> Mapping[str, bytes]:
    """Read the encrypted private halves that lie on the console's disk."""
    folder = house.config.data / "intake-identities"
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_seized_intake_and_every_later_key_open_nothing_old(scene: Scene) -> None:
    """After the grace, reports of day 0 open for the recovery identity alone."""
    house = scene.house
    scene.send_two()
    scene.seize_disk()
    at_once = scene.take_everything_else()
    halves_of_day_0 = private_halves(house)
    scene.go_to(1)
    scene.fetch()
    scene.seize_disk()
    scene.go_to(12)
    scene.send_two()
    scene.seize_disk()
    scene.fetch()
    scene.go_to(20)
    scene.send_two()
    scene.seize_disk()
    scene.fetch()

    later = scene.take_everything_else()

    # The control: with the keys of that day, and of the days within the grace, the
    # attacker opens all of it; so does recovery. The test can fail.
    reports = {day: opened(it, [house.recovery]) for day, it in scene.seized.items()}
    assert reports == {0: 2, 1: 0, 12: 2, 20: 2}
    assert opened(scene.seized[0], at_once) == 2
    assert opened(scene.seized[20], later) == 2
    # The promise.
    assert opened(scene.seized[0], later) == 0
    assert not set(halves_of_day_0) & set(private_halves(house))
    console = b"".join(
        path.read_bytes()
        for path in house.config.data.parent.rglob("*")
        if path.is_file()
    )
    for record in halves_of_day_0.values():
        assert record not in console
    assert trouble(house) is None  # and visitors got the newest keys all the time
    # Nothing was lost by it: every report is a case, and both reviewers have it.
    for name in REVIEWERS:
        assert len(house.services.list_cases(by=house.unlocked(name)).rows) == 6


def test_keys_within_the_grace_still_open(scene: Scene) -> None:
    """One day before its end an identity is there: what arrives late is read."""
    scene.send_two()
    scene.seize_disk()
    scene.go_to(16)
    scene.fetch()

    assert opened(scene.seized[0], scene.take_everything_else()) == 2

    scene.go_to(17)
    scene.fetch()

    assert opened(scene.seized[0], scene.take_everything_else()) == 0


def test_a_stranger_opens_nothing_at_all(scene: Scene) -> None:
    """The intake's disk alone, with keys of somebody else's, is sealed."""
    scene.send_two()
    scene.seize_disk()
    strangers = [HybridIdentity.generate(system_entropy) for _ in range(3)]
    strangers.append(HybridIdentity.from_seed(SigningKey.generate(system_entropy).seed))

    assert opened(scene.seized[0], strangers) == 0
