"""Which sealed files an account has tried in vain."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "deposits_tried",
        sa.Column("deposit_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_deposits_tried_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["deposit_id"],
            ["deposits.id"],
            name=op.f("fk_deposits_tried_deposit_id"),
        ),
        sa.PrimaryKeyConstraint(
            "deposit_id", "account_id", name=op.f("pk_deposits_tried")
        ),
    )


def downgrade() -> None:
    """Go down."""
    op.drop_table("deposits_tried")
