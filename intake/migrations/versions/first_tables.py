"""The first tables: uploads, deposits, replies, deleted mailboxes.

Spec: docs/protocol.md §8: WITHOUT ROWID, random keys.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("mailbox", sa.String(32), nullable=True),
        sa.Column("length_bytes", sa.BigInteger, nullable=False),
        sa.Column("expires_on", sa.Date, nullable=False),
        sa.Column("finished", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "deposits",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("mailbox", sa.String(32), nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "replies",
        sa.Column("mailbox", sa.String(32), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "deleted_mailboxes",
        sa.Column("mailbox", sa.String(32), primary_key=True),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop the tables."""
    for name in ("deleted_mailboxes", "replies", "deposits", "uploads"):
        op.drop_table(name)
