"""People leave, lose their keys, and come back.

Keys that a person who left could open are marked stale until they are replaced;
every key is also sealed to the recovery identity.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "recovery_grants",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("recipient_sha256", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "name", "recipient_sha256", name=op.f("pk_recovery_grants")
        ),
    )
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("next_membership", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column("notices_seen", sa.Integer(), nullable=False, server_default="0"),
        )
    with op.batch_alter_table("organisation_keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("endorsement", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "is_stale", sa.Boolean(), nullable=False, server_default=sa.false()
            ),
        )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "key_is_stale", sa.Boolean(), nullable=False, server_default=sa.false()
            ),
        )
        batch_op.add_column(
            sa.Column("reply_floor", sa.Integer(), nullable=False, server_default="0"),
        )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("subject", sa.String(length=32), nullable=True))


def downgrade() -> None:
    """Go down."""
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_column("subject")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_column("reply_floor")
        batch_op.drop_column("key_is_stale")
    with op.batch_alter_table("organisation_keys", schema=None) as batch_op:
        batch_op.drop_column("is_stale")
        batch_op.drop_column("endorsement")
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_column("notices_seen")
        batch_op.drop_column("closed_on")
        batch_op.drop_column("next_membership")
    op.drop_table("recovery_grants")
