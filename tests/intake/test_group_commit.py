"""Many writers, one thread, one transaction a batch."""

import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import IntegrityError

from intake.storage import tables
from intake.storage.database import connect, truncate_log
from intake.storage.group_commit import GroupCommit, Rows
from intake.storage.migrate import is_migrated, migrate

WAIT_SECONDS = 30
HERE = Path(__file__).parent


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A migrated database."""
    engine = connect(f"sqlite:///{tmp_path / 'test.sqlite'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def commits(engine: Engine) -> GroupCommit:
    """The writer under test."""
    return GroupCommit(engine)


def _upload(name: str) -> Rows:
    values = {
        "id": name,
        "mailbox": None,
        "length_bytes": 1,
        "expires_on": date(2026, 11, 24),
        "finished": True,
    }
    return ((tables.uploads, values),)


def _names(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.execute(select(tables.uploads.c.id)).scalars())


def _together(commits: GroupCommit, names: list[str]) -> list[BaseException | None]:
    """Insert rows of many threads as one batch: the writer is held meanwhile."""
    entered, go_on = threading.Event(), threading.Event()
    outcome: list[BaseException | None] = [None] * len(names)

    def hold(_connection: Connection) -> None:
        entered.set()
        go_on.wait(WAIT_SECONDS)

    def send(place: int, name: str) -> None:
        try:
            commits.insert(_upload(name), named_in=HERE)
        except IntegrityError as error:
            outcome[place] = error

    holder = threading.Thread(target=commits.run, args=(hold,))
    holder.start()
    entered.wait(WAIT_SECONDS)
    senders = [
        threading.Thread(target=send, args=(place, name))
        for place, name in enumerate(names)
    ]
    for thread in senders:
        thread.start()
    while commits._jobs.qsize() < len(names) and holder.is_alive():
        time.sleep(0.001)
    go_on.set()
    for thread in (holder, *senders):
        thread.join(WAIT_SECONDS)
    return outcome


def test_a_batch_writes_what_everybody_gave(
    engine: Engine, commits: GroupCommit
) -> None:
    """Nobody's row is lost among the others'."""
    names = [f"upload-{number}" for number in range(40)]

    outcome = _together(commits, names)

    assert outcome == [None] * 40
    assert _names(engine) == set(names)


def test_one_bad_job_spoils_no_other(engine: Engine, commits: GroupCommit) -> None:
    """The batch is done again one by one, and only the bad one is told."""
    commits.insert(_upload("taken"), named_in=HERE)

    outcome = _together(commits, ["first", "taken", "second"])

    assert [type(error) for error in outcome] == [
        type(None),
        IntegrityError,
        type(None),
    ]
    assert _names(engine) == {"taken", "first", "second"}


def test_a_directory_that_cannot_be_synced_gets_no_row(
    engine: Engine, commits: GroupCommit, tmp_path: Path
) -> None:
    """A power cut could take the name; so nobody is told *received*."""
    with pytest.raises(FileNotFoundError):
        commits.insert(_upload("name"), named_in=tmp_path / "gone")

    assert _names(engine) == set()


def test_what_work_returns_comes_back(commits: GroupCommit) -> None:
    """And what it raises, too."""

    def fail(_connection: Connection) -> int:
        raise LookupError

    assert commits.run(lambda _connection: 7) == 7
    with pytest.raises(LookupError):
        commits.run(fail)


def test_a_database_is_migrated_up_and_told_so(tmp_path: Path) -> None:
    """`serve` asks before it serves."""
    engine = connect(f"sqlite:///{tmp_path / 'new.sqlite'}")

    before = is_migrated(engine)
    migrate(engine)

    assert (before, is_migrated(engine)) == (False, True)
    engine.dispose()


def test_the_migrations_make_the_tables_that_the_code_uses(engine: Engine) -> None:
    """The same columns, types and keys."""
    with engine.connect() as connection:
        for table in tables.metadata.sorted_tables:
            found = connection.exec_driver_sql(f"PRAGMA table_info({table.name})")
            columns = [(row[1], row[2], bool(row[3])) for row in found]
            assert columns == [
                (column.name, str(column.type), not column.nullable)
                for column in table.columns
            ]


def test_the_log_is_emptied_when_nobody_writes(
    engine: Engine, commits: GroupCommit, tmp_path: Path
) -> None:
    """It would tell in which order, and in how many steps, things came."""
    log = tmp_path / "test.sqlite-wal"
    commits.insert(_upload("a"), named_in=HERE)
    before = log.stat().st_size

    deadline = time.monotonic() + WAIT_SECONDS
    while log.stat().st_size and time.monotonic() < deadline:
        time.sleep(0.01)

    assert before > 0
    assert log.stat().st_size == 0
    assert _names(engine) == {"a"}


def test_a_reader_that_stays_only_delays_the_emptying(
    engine: Engine, commits: GroupCommit, tmp_path: Path
) -> None:
    """Reports go on meanwhile, and the log is emptied once the reader is gone."""
    log = tmp_path / "test.sqlite-wal"
    commits.insert(_upload("a"), named_in=HERE)
    with engine.connect() as reader:
        reader.execute(select(tables.uploads.c.id)).all()
        commits.insert(_upload("b"), named_in=HERE)
        emptied = truncate_log(engine, waits=False)
        commits.insert(_upload("c"), named_in=HERE)

    deadline = time.monotonic() + WAIT_SECONDS
    while log.stat().st_size and time.monotonic() < deadline:
        time.sleep(0.01)

    assert not emptied
    assert log.stat().st_size == 0
    assert _names(engine) == {"a", "b", "c"}
