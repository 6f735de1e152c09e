"""Intake identities, what was published, and cross-signed directories."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    with op.batch_alter_table("directories", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cross_signature", sa.Text(), nullable=True))
    op.create_table(
        "intake_identities",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("not_before", sa.String(length=20), nullable=False),
        sa.Column("not_after", sa.String(length=20), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("destroyed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_intake_identities_account_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_identities")),
    )
    with op.batch_alter_table("intake_identities", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_intake_identities_account_id"), ["account_id"], unique=False
        )
    op.create_table(
        "publications",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tried_at", sa.String(length=20), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("clean_at", sa.String(length=20), nullable=True),
        sa.Column("identities_sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_publications")),
    )


def downgrade() -> None:
    """Go down."""
    op.drop_table("publications")
    op.drop_table("intake_identities")
    with op.batch_alter_table("directories", schema=None) as batch_op:
        batch_op.drop_column("cross_signature")
