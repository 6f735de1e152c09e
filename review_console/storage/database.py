"""The database: an engine with the settings that keep promises, and the unit.

SQLite runs with WAL and ``synchronous=FULL``: a commit is on disk before it is
answered, so that a report is acknowledged only when it is ours. Write locks are
taken at the start of a transaction, so that two never fight in the middle.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Self

from sqlalchemy import Connection, Engine, PoolProxiedConnection, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

from review_console.storage.accounts import (
    AccountRows,
    DirectoryRows,
    OrganisationKeyRows,
)
from review_console.storage.audit import AuditRows, SyncRunRows
from review_console.storage.cases import CaseRows
from review_console.storage.deposits import DepositRows
from review_console.storage.intake_identities import (
    IntakeIdentityRows,
    PublicationRows,
)
from review_console.storage.recovery_grants import RecoveryGrantRows
from review_console.storage.referrals import DestinationRows, ReferralRows
from review_console.storage.thread import MessageRows, ReplyRows

SQLITE_SETTINGS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=10000",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlUnit:
    """Implements `services.store.Unit`."""

    accounts: AccountRows
    organisation_keys: OrganisationKeyRows
    directories: DirectoryRows
    intake_identities: IntakeIdentityRows
    publications: PublicationRows
    deposits: DepositRows
    cases: CaseRows
    recovery_grants: RecoveryGrantRows
    messages: MessageRows
    replies: ReplyRows
    destinations: DestinationRows
    referrals: ReferralRows
    audit: AuditRows
    sync_runs: SyncRunRows

    @classmethod
    def of(cls, connection: Connection) -> Self:
        """Give every kind of row the one transaction."""
        return cls(
            accounts=AccountRows(connection),
            organisation_keys=OrganisationKeyRows(connection),
            directories=DirectoryRows(connection),
            intake_identities=IntakeIdentityRows(connection),
            publications=PublicationRows(connection),
            deposits=DepositRows(connection),
            cases=CaseRows(connection),
            recovery_grants=RecoveryGrantRows(connection),
            messages=MessageRows(connection),
            replies=ReplyRows(connection),
            destinations=DestinationRows(connection),
            referrals=ReferralRows(connection),
            audit=AuditRows(connection),
            sync_runs=SyncRunRows(connection),
        )


@dataclass(frozen=True, slots=True)
class SqlStore:
    """Implements `services.store.Store`."""

    engine: Engine

    @contextmanager
    def begin(self) -> Iterator[SqlUnit]:
        """Begin a transaction; commit at the end, undo on an exception."""
        with self.engine.begin() as connection:
            yield SqlUnit.of(connection)

    def forget_replaced(self) -> None:
        """Empty SQLite's log, which still holds what rows held before.

        Another process that reads just now can prevent it; then the next call does.
        """
        if self.engine.dialect.name != "sqlite":
            return
        connection = self.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()


def make_engine(url: str) -> Engine:
    """Make an engine; connects to nothing yet.

    Args:
        url: Of SQLAlchemy, ``sqlite:///…`` or ``postgresql+…://…``.

    Returns:
        The engine, with SQLite's settings if it is SQLite.
    """
    engine = create_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_immediate)
    return engine


def _set_up_sqlite(
    connection: DBAPIConnection | PoolProxiedConnection,
    _record: object,
) -> None:
    connection.isolation_level = None  # type: ignore[union-attr]  # of sqlite3: we say BEGIN ourselves
    cursor = connection.cursor()
    for setting in SQLITE_SETTINGS:
        cursor.execute(setting)
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
