"""How much the intake holds: counted as received, told honestly, never half kept."""

import itertools
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from crypto.entropy import system_entropy
from intake.app import ENGINE, create_app
from intake.domain.errors import FullError
from intake.storage import tables
from intake.storage.database import connect
from intake.storage.migrate import migrate
from intake.storage.room import SMALLEST_BYTES, Room
from protocol.codename import Codename
from protocol.mailbox import ReporterKeys
from tests.conftest import leave_out
from tests.intake.conftest import House, make_config
from tests.intake.console import Console
from tests.intake.organisation import Organisation
from tests.intake.plain_browser import PlainBrowser
from tests.intake.reporter import (
    PlainReporter,
    append,
    begin,
    look,
    upload,
)
from tests.intake.sealed import seal_in_page
from tests.intake.server_process import ServerProcess

QUOTA_BYTES = 500_000


@pytest.fixture
def small(house: House) -> Iterator[House]:
    """The intake, which now may hold no more than half a megabyte."""
    config = make_config(house.root, house.organisation, quota_bytes=QUOTA_BYTES)
    app = create_app(config, clock=house.clock, entropy=system_entropy)
    yield House(
        organisation=house.organisation,
        root=house.root,
        config=config,
        clock=house.clock,
        app=app,
    )
    app.extensions[ENGINE].dispose()


def test_what_is_only_declared_takes_no_room(small: House) -> None:
    """Else anybody could fill the house by announcing files."""
    sealed, mailbox = seal_in_page(small.organisation)
    for _ in range(20):
        assert begin(small.client(), mailbox, len(sealed)).status_code == 201

    upload(small.client(), sealed, mailbox)

    assert len(small.deposits) == 1


def test_a_full_house_takes_no_upload_and_says_so(small: House) -> None:
    """507, in one line for the script, before anything is sent."""
    sealed, mailbox = seal_in_page(
        small.organisation, attachments=[("a", bytes(440_000))]
    )
    upload(small.client(), sealed, mailbox)
    other, other_mailbox = seal_in_page(small.organisation)

    answer = begin(small.client(), other_mailbox, len(other))

    assert answer.status_code == 507
    assert answer.text == "the server is full\n"
    assert len(small.deposits) == 1


def test_an_upload_that_meets_a_full_house_goes_on_when_there_is_room(
    small: House,
) -> None:
    """What had come is kept; nothing has to be sent twice."""
    first, first_mailbox = seal_in_page(
        small.organisation, attachments=[("a", bytes(300_000))]
    )
    upload(small.client(), first, first_mailbox)
    sealed, mailbox = seal_in_page(
        small.organisation, attachments=[("a", bytes(300_000))]
    )
    where = begin(small.client(), mailbox, len(sealed)).headers["Location"]
    refused = append(small.client(), where, 0, sealed)
    offset = int(look(small.client(), where).headers["Upload-Offset"])

    console = Console(house=small)
    (entry,) = console.deposits()
    assert console.acknowledge(entry).status_code == 204
    taken = append(small.client(), where, offset, sealed[offset:])

    assert (refused.status_code, taken.status_code) == (507, 204)
    assert 0 < offset < len(sealed)
    (path,) = small.deposits
    assert path.read_bytes() == sealed


def test_deleted_mailboxes_take_room_too(small: House) -> None:
    """Anybody can delete what nobody used; the form closes before the disk is full."""
    rows = [{"mailbox": f"{number:032}"} for number in range(QUOTA_BYTES // 64)]
    with small.app.extensions[ENGINE].begin() as connection:
        connection.execute(insert(tables.deleted_mailboxes), rows)
    keys = ReporterKeys.derive(Codename.generate(system_entropy), small.organisation.id)

    answer = begin(small.client(), keys.mailbox, 70_000)
    deleted = small.client().delete(
        "/mailbox", headers={"Authorization": keys.token.bearer()}
    )

    assert answer.status_code == 507
    assert deleted.status_code == 204  # whoever wants to be forgotten always can


def test_a_full_house_closes_the_form_in_the_reporters_language(small: House) -> None:
    """Before anybody types an hour for nothing; and the way out is named."""
    reporter = PlainReporter(small.client())
    reporter.get("plain/report")
    assert reporter.report("Текст", files=[("a", bytes(300_000))]).status_code == 303
    for _ in range(2):
        sealed, mailbox = seal_in_page(small.organisation)
        where = begin(small.client(), mailbox, len(sealed)).headers["Location"]
        append(small.client(), where, 0, sealed[:-1])

    pages = [
        PlainReporter(small.client(), language).get("plain/report")
        for language in ("kk", "ru", "en")
    ]

    assert [page.status_code for page in pages] == [507, 507, 507]
    assert "мекенжай" in pages[0].text
    assert "адресом" in pages[1].text
    assert "another address" in pages[2].text


def test_a_report_that_meets_a_full_house_leaves_nothing_and_gives_the_words_back(
    small: House,
) -> None:
    """They were typed for an hour; the page is where they can be copied from."""
    reporter = PlainReporter(small.client())
    reporter.get("plain/report")

    answer = reporter.report("Долго писал", files=[("a", bytes(600_000))])

    assert answer.status_code == 507
    assert "Долго писал" in answer.text
    assert small.deposits == []
    assert list((small.config.data / "uploads").iterdir()) == []


def test_deposits_that_the_console_fetched_make_room(small: House) -> None:
    """At once, not after the next look."""
    sealed, mailbox = seal_in_page(
        small.organisation, attachments=[("a", bytes(440_000))]
    )
    reporter = PlainReporter(small.client())
    reporter.get("plain/report")
    upload(small.client(), sealed, mailbox)
    full = reporter.report("Текст").status_code

    console = Console(house=small)
    (entry,) = console.deposits()
    console.acknowledge(entry)
    again = reporter.report("Текст").status_code

    assert (full, again) == (507, 303)


def test_what_other_processes_take_is_seen(tmp_path: Path) -> None:
    """Each adds its own, and looks anew every second."""
    engine = connect(f"sqlite:///{tmp_path / 'test.sqlite'}")
    migrate(engine)
    (tmp_path / "uploads").mkdir()
    seconds = itertools.count()
    room = Room(
        engine,
        (tmp_path / "uploads",),
        quota_bytes=SMALLEST_BYTES + 100,
        now=lambda: float(next(seconds)),
    )
    room.check()
    room.take(SMALLEST_BYTES)
    with pytest.raises(FullError):
        room.take(101)

    (tmp_path / "uploads" / "another").write_bytes(bytes(101))
    for _ in range(200):
        next(seconds)

    with pytest.raises(FullError):
        room.check()
    engine.dispose()


def test_empty_files_take_room_too(tmp_path: Path) -> None:
    """Else whoever begins uploads and sends nothing fills the disk with names."""
    engine = connect(f"sqlite:///{tmp_path / 'test.sqlite'}")
    migrate(engine)
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    quota_bytes = SMALLEST_BYTES + 24 * 4_096
    for number in range(24):
        (uploads / str(number)).touch()
    Room(engine, (uploads,), quota_bytes=quota_bytes).check()

    (uploads / "one more").touch()

    with pytest.raises(FullError):
        Room(engine, (uploads,), quota_bytes=quota_bytes).check()
    engine.dispose()


@pytest.fixture
def on_a_small_disk(
    tmp_path: Path, organisation: Organisation
) -> Iterator[ServerProcess]:
    """The real server, on a disk of one megabyte that only it sees mounted."""
    unshare = ["unshare", "--mount", "--map-root-user"]
    if subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode:
        leave_out("this account may not mount")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = (
        'mount -t tmpfs -o size=1m none "$0" && "$1" -m intake.cli migrate && exec "$@"'
    )
    server = ServerProcess(
        tmp_path / "intake",
        organisation,
        wrapper=["unshare", "--mount", "--map-root-user", "sh", "-c", mount, str(disk)],
        settings={
            "DATABASE": f"sqlite:///{disk / 'intake.sqlite'}",
            "DATA": str(disk / "data"),
        },
    )
    server.start()
    yield server
    server.kill()


@pytest.mark.needs("unshare", "mount")
@pytest.mark.enable_socket
def test_a_full_disk_is_told_like_a_full_quota(
    on_a_small_disk: ServerProcess,
) -> None:
    """Not as an error of ours; what was received before is whole."""
    server = on_a_small_disk
    disk = Path(f"/proc/{server.pid}/root{server.root.parent}/disk")
    browser = PlainBrowser(server).open_form()

    large = browser.report("текст", [("film.mp4", bytes(2 * 10**6))])
    statuses = [browser.report("текст") for _ in range(20)]
    head, body = browser.exchange(browser.report_request("написано"))
    form, _ = browser.exchange(browser.head("GET", "/ru/plain/report", ""))

    received = statuses.count(303)
    files = list((disk / "data" / "deposits").iterdir())
    assert large == 507
    assert statuses == [303] * received + [507] * (20 - received)
    assert received >= 2
    assert head.startswith("HTTP/1.1 507 ")
    assert "написано" in body.decode()
    assert form.startswith("HTTP/1.1 507 ")
    assert len(files) == len(_rows(disk, server.root)) == received
    assert list((disk / "data" / "uploads").iterdir()) == []
    assert "intake:" not in server.output.read_text()


def _rows(disk: Path, elsewhere: Path) -> list[tuple[str]]:
    # A copy: SQLite would follow the way through /proc to where nothing is mounted.
    for name in ("intake.sqlite", "intake.sqlite-wal"):
        (elsewhere / f"copy-{name}").write_bytes((disk / name).read_bytes())
    database = sqlite3.connect(elsewhere / "copy-intake.sqlite")
    rows = database.execute("SELECT id FROM deposits").fetchall()
    database.close()
    return rows
