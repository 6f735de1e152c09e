"""Equal reports leave equal traces, whichever way they came.

Each way gets a server of its own, which takes one report of the same text: sealed in
the page, sealed by the server, and sealed without a network and handed in, with the
page's script and without. Then everything under the server's directory is compared.
What must be random is compared by its
shape; that it is random, and ties nothing to anything, is for other tests.
"""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
from playwright.sync_api import BrowserContext

from protocol.day import DAY_ZONE, day_of
from protocol.sealed_file_name import sealed_file_name
from tests.intake.organisation import Organisation
from tests.intake.plain_browser import PlainBrowser
from tests.intake.reporter import BOUNDARY, MULTIPART, encode_form, token_in
from tests.intake.sealed import seal_in_page, this_moment
from tests.intake.server_process import ServerProcess

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.end_to_end,
    pytest.mark.needs("chromium"),
]

TEXT = "Взятка в акимате. Один и тот же текст для всех трёх путей."
RANDOM_COLUMNS = frozenset({"id", "mailbox", "sha256"})
RANDOM_NAME = re.compile(r"[a-z2-7]{32}")
WAIT_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Trace:
    """What is found of a file or a directory, without what is random in its name."""

    path: str
    mode: int
    links: int
    size_bytes: int
    is_stamped: bool
    """Both times are the day's midnight."""


@dataclass(frozen=True, kw_only=True)
class Traces:
    """All that one report left behind."""

    files: tuple[Trace, ...]
    tables: dict[str, list[dict[str, object]]]
    schema: tuple[str, ...]
    mentions_of_the_mailbox: int
    """In the database's bytes, with what deleted rows left in them."""

    output: str


Way = Callable[[ServerProcess, BrowserContext, Organisation, Path], None]


def in_the_page(
    server: ServerProcess, context: BrowserContext, _: Organisation, __: Path
) -> None:
    """Write in the form of the page that seals."""
    page = context.new_page()
    page.goto(f"{server.url}/ru/report")
    page.wait_for_selector("#report:not([hidden])")
    page.fill("#text", TEXT)
    page.click("#report button[type=submit]")
    page.wait_for_selector("#received:not([hidden])")
    page.close()


def by_the_server(
    server: ServerProcess, _: BrowserContext, __: Organisation, ___: Path
) -> None:
    """Write in the form without a script."""
    assert PlainBrowser(server).open_form().report(TEXT) == 303


def handed_in_by_the_page(
    server: ServerProcess,
    context: BrowserContext,
    organisation: Organisation,
    place: Path,
) -> None:
    """Choose a sealed file on the page with a script."""
    sealed, mailbox = seal_in_page(organisation, text=TEXT)
    path = place / sealed_file_name(mailbox)
    path.write_bytes(sealed)
    page = context.new_page()
    page.goto(f"{server.url}/ru/sealed")
    page.set_input_files("#sealed", path)
    page.click("#sealed-file button[type=submit]")
    page.wait_for_selector("#received:not([hidden])")
    page.close()


def handed_in_by_a_form(
    server: ServerProcess, _: BrowserContext, organisation: Organisation, __: Path
) -> None:
    """Choose a sealed file on the page without a script."""
    sealed, mailbox = seal_in_page(organisation, text=TEXT)
    browser = PlainBrowser(server)
    head, body = browser.exchange(browser.head("GET", "/ru/plain/sealed", ""))
    found = re.search(r"(?im)^set-cookie: ([^;]+)", head)
    assert found
    browser.cookie = found[1]
    form = encode_form(
        {"csrf_token": token_in(body.decode()), "mailbox": ""},
        [(sealed_file_name(mailbox), sealed)],
        file_field="sealed",
    )
    extra = (
        f"Content-Type: {MULTIPART}; boundary={BOUNDARY}\r\n"
        f"Content-Length: {len(form)}\r\n"
    )
    answer = browser.exchange(browser.head("POST", "/ru/plain/sealed", extra) + form)
    assert answer[0].startswith("HTTP/1.1 303 ")


WAYS: tuple[Way, ...] = (
    in_the_page,
    by_the_server,
    handed_in_by_the_page,
    handed_in_by_a_form,
)


def test_equal_reports_leave_equal_traces_on_every_way(
    context: BrowserContext, organisation: Organisation, tmp_path: Path
) -> None:
    """Tables, sizes, times, rights, names and output do not tell who had a script."""
    _wait_for_midnight_to_pass()

    found = {
        way.__name__: _traces(way, context, organisation, tmp_path / way.__name__)
        for way in WAYS
    }

    first, *others = found.values()
    # There is something to compare: a sealed file, its row, an upload's row.
    assert {trace.path for trace in first.files if trace.is_stamped} == {
        "data/deposits/*"
    }
    assert first.mentions_of_the_mailbox == 2  # the row and its index
    assert {name: len(rows) for name, rows in first.tables.items()} == {
        "deleted_mailboxes": 0,
        "deposits": 1,
        "replies": 0,
        "uploads": 1,
    }
    for other in others:
        assert other == first


def test_the_comparison_sees_a_difference(
    context: BrowserContext, organisation: Organisation, tmp_path: Path
) -> None:
    """The test above is only worth something if it can fail."""

    def with_a_file(
        server: ServerProcess, _: BrowserContext, __: Organisation, ___: Path
    ) -> None:
        browser = PlainBrowser(server).open_form()
        assert browser.report(TEXT, [("a.pdf", bytes(100_000))]) == 303

    one = _traces(by_the_server, context, organisation, tmp_path / "one")
    two = _traces(with_a_file, context, organisation, tmp_path / "two")

    assert one.files != two.files
    assert one.tables != two.tables


def _traces(
    way: Way, context: BrowserContext, organisation: Organisation, place: Path
) -> Traces:
    place.mkdir()
    context.set_default_timeout(WAIT_SECONDS * 1000)
    with ServerProcess(place / "intake", organisation) as server:
        way(server, context, organisation, place)
        log = server.root / "intake.sqlite-wal"
        deadline = monotonic() + WAIT_SECONDS
        while log.stat().st_size and monotonic() < deadline:
            sleep(0.01)
        found = _files(server.root)
        server.stop()
        # As it was left: a connection of ours must not tidy up first.
        assert log.stat().st_size == 0
        database = server.root / "intake.sqlite"
        content = database.read_bytes()
        with closing(sqlite3.connect(database)) as connection:
            schema = connection.execute("SELECT sql FROM sqlite_master ORDER BY name")
            tables = {name: _rows(connection, name) for name in _tables(connection)}
            ((mailbox,),) = connection.execute("SELECT mailbox FROM deposits")
            return Traces(
                files=found,
                tables=tables,
                schema=tuple(str(sql) for (sql,) in schema),
                mentions_of_the_mailbox=content.count(str(mailbox).encode()),
                output=server.output.read_text(),
            )


def _files(root: Path) -> tuple[Trace, ...]:
    midnight = datetime.combine(day_of(this_moment()), time(), tzinfo=DAY_ZONE)
    nanoseconds = int(midnight.timestamp()) * 10**9
    traces = []
    for path in sorted(root.rglob("*")):
        status = path.stat()
        times = (status.st_atime_ns, status.st_mtime_ns)
        traces.append(
            Trace(
                path=RANDOM_NAME.sub("*", str(path.relative_to(root))),
                mode=status.st_mode,
                links=status.st_nlink,
                size_bytes=status.st_size if path.is_file() else 0,
                is_stamped=times == (nanoseconds, nanoseconds),
            )
        )
    return tuple(traces)


def _tables(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        " AND name <> 'alembic_version' ORDER BY name"
    )
    return [str(name) for (name,) in found]


def _rows(connection: sqlite3.Connection, table: str) -> list[dict[str, object]]:
    cursor = connection.execute(f"SELECT * FROM {table}")  # noqa: S608  # a table's name
    names = [column[0] for column in cursor.description]
    return [
        {
            name: _shape(value) if name in RANDOM_COLUMNS else value
            for name, value in zip(names, row, strict=True)
        }
        for row in cursor
    ]


def _shape(value: object) -> object:
    """Type and length, or that there is nothing."""
    match value:
        case str():
            return ("text", len(value), RANDOM_NAME.fullmatch(value) is not None)
        case bytes():
            return ("bytes", len(value))
        case _:
            return value


def _wait_for_midnight_to_pass() -> None:
    """Days are compared, so all four must be sent on one."""

    def is_near() -> bool:
        now = datetime.now(UTC)  # noqa: TID251  # the server asks its own clock
        return day_of(now + timedelta(minutes=2)) != day_of(now)

    while is_near():
        sleep(1)
