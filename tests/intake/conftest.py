"""An organisation with an intake on a temporary directory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crypto.entropy import system_entropy
from intake.app import ENGINE, RECOVERY, create_app
from intake.config import Config
from intake.storage.database import connect
from intake.storage.migrate import migrate
from tests.intake.organisation import Organisation, write_directory, write_identities

SYNC_ORIGIN = "http://intake.test"


@dataclass
class FakeClock:
    """A clock that tests move."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC))  # noqa: TID251  # tests run now

    def now(self) -> datetime:
        """Return the moment that was set."""
        return self.moment

    def advance(self, step: timedelta) -> None:
        """Let time pass."""
        self.moment += step


@dataclass(frozen=True, kw_only=True)
class House:
    """Everything that a test needs of one intake."""

    organisation: Organisation
    root: Path
    config: Config
    clock: FakeClock
    app: Flask

    def client(self) -> FlaskClient:
        """Return a new browser, without cookies."""
        return self.app.test_client()

    def release(self) -> None:
        """Let go of the data directory, as a server that has ended."""
        self.app.extensions[RECOVERY].release()

    def rows(self, table: str) -> list[tuple[object, ...]]:
        """Everything that a table holds."""
        with self.app.extensions[ENGINE].connect() as connection:
            found = connection.exec_driver_sql(f"SELECT * FROM {table}")  # noqa: S608  # our own names
            return [tuple(row) for row in found]

    @property
    def deposits(self) -> list[Path]:
        """The sealed files that wait for the console."""
        return sorted((self.config.data / "deposits").iterdir())


def make_config(root: Path, organisation: Organisation, **changes: object) -> Config:
    """Write what an operator writes, and return the settings for it."""
    root.mkdir(exist_ok=True)
    write_directory(organisation.directory(), root / "directory.json")
    write_identities(organisation.identities(), root / "directory.json")
    settings: dict[str, object] = {
        "database": f"sqlite:///{root / 'intake.sqlite'}",
        "data": root / "data",
        "directory": root / "directory.json",
        "root_key": organisation.root.verification_key,
        "sync_key": organisation.sync.verification_key,
        "sync_origin": SYNC_ORIGIN,
        "limit_bytes": 64 * 2**20,
    }
    return Config(**(settings | changes))  # type: ignore[arg-type]  # by name


@pytest.fixture(scope="session")
def organisation() -> Organisation:
    """One organisation for all tests: making keys takes a moment."""
    return Organisation()


@pytest.fixture
def house(tmp_path: Path, organisation: Organisation) -> Iterator[House]:
    """An intake, migrated and open."""
    with open_house(tmp_path / "intake", organisation) as house:
        yield house


@contextmanager
def open_house(
    root: Path, organisation: Organisation, **changes: object
) -> Iterator[House]:
    """Make an intake with settings of its own, until the block ends."""
    config = make_config(root, organisation, **changes)
    engine = connect(config.database)
    migrate(engine)
    engine.dispose()
    clock = FakeClock()
    app = create_app(config, clock=clock, entropy=system_entropy)
    house = House(
        organisation=organisation,
        root=root,
        config=config,
        clock=clock,
        app=app,
    )
    yield house
    house.release()
    app.extensions[ENGINE].dispose()
