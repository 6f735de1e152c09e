"""The connection to the database, and what SQLite must be told.

Spec: docs/protocol.md §8.

Rules:
* synchronous=FULL: what was answered *received* survives a power cut.
* secure_delete=ON: deleted rows are overwritten, not only forgotten.
* Writers say BEGIN IMMEDIATE, so that two processes queue and never deadlock.
"""

from sqlite3 import Connection as SQLiteConnection
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event

IMMEDIATE: Final = "intake_immediate"
"""Execution option of a connection that is going to write."""

BUSY_MILLISECONDS: Final = 20_000
"""How long a writer waits for its turn."""

_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_MILLISECONDS}",
    # Temporary tables and sorting stay in memory, never in a file of their own.
    "PRAGMA temp_store=MEMORY",
)


def connect(url: str) -> Engine:
    """Make the engine; nothing is opened yet.

    Args:
        url: SQLAlchemy URL.

    Returns:
        An engine whose connections are told what SQLite must know.
    """
    engine = create_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    return engine


def truncate_log(engine: Engine, *, waits: bool = True) -> bool:
    """Empty SQLite's write-ahead log, where deleted rows linger.

    Args:
        engine: Of the database.
        waits: For whoever reads or writes at this moment.

    Returns:
        False if it was busy: that only delays it to the next time.
    """
    if engine.dialect.name != "sqlite":
        return True
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        if not waits:
            cursor.execute("PRAGMA busy_timeout=0")
        try:
            (is_busy, *_) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        cursor.close()
    finally:
        raw.close()
    return not is_busy


def _prepare(dbapi_connection: SQLiteConnection, _record: Any) -> None:  # noqa: ANN401  # SQLAlchemy's private type
    # The driver must not begin transactions by itself; `_begin` does.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(IMMEDIATE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
