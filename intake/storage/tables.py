"""The intake's tables; `migrations/` makes them.

Spec: docs/protocol.md §8.

WITHOUT ROWID, random keys: a row's place tells nothing about when it came.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

metadata: Final = MetaData()

uploads: Final = Table(
    "uploads",
    metadata,
    Column("id", String(32), primary_key=True),
    # Emptied when the upload becomes a deposit: no row may tie the two.
    Column("mailbox", String(32), nullable=True),
    Column("length_bytes", BigInteger, nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("finished", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

deposits: Final = Table(
    "deposits",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("mailbox", String(32), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),
    # A mailbox's days are read from it alone, in the order of ids that tell nothing.
    Index("deposits_by_mailbox", "mailbox", "received_on"),
    sqlite_with_rowid=False,
)

replies: Final = Table(
    "replies",
    metadata,
    Column("mailbox", String(32), primary_key=True),
    # 1, 2, … within the mailbox: the mailbox answer lists the oldest first.
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("id", String(32), nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

deleted_mailboxes: Final = Table(
    "deleted_mailboxes",
    metadata,
    Column("mailbox", String(32), primary_key=True),
    sqlite_with_rowid=False,
)
