"""Replies wait where Meta takes none from us; urgent ones are found without a walk through all."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_outbox_action"), ["action"], unique=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_action"))
        batch_op.drop_column("held")
