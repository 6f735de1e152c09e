"""An index of deposits by mailbox: the mailbox tells the days of what waits.

Spec: docs/protocol.md §3, §8.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("deposits_by_mailbox", "deposits", ["mailbox", "received_on"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("deposits_by_mailbox", "deposits")
