"""Attempts slow down where they come from, a colleague's link is owned to, and who waits has a source."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "attempts",
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("place"),
    )
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempts_account"), ["account"], unique=False)
        batch_op.create_index(batch_op.f("ix_attempts_at"), ["at"], unique=False)

    op.create_table(
        "devices",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "account"),
    )
    with op.batch_alter_table("devices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_devices_account"), ["account"], unique=False)

    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confirm", sa.String(), nullable=True))
        batch_op.drop_column("locked_until")
        batch_op.drop_column("failures")

    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.add_column(sa.Column("made_by", sa.String(), nullable=True))

    with op.batch_alter_table("waiting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("more", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_index(batch_op.f("ix_waiting_source"), ["source"], unique=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("waiting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waiting_source"))
        batch_op.drop_column("more")
        batch_op.drop_column("source")

    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.drop_column("made_by")

    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(
            sa.Column("locked_until", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.drop_column("confirm")

    with op.batch_alter_table("devices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_devices_account"))

    op.drop_table("devices")
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempts_at"))
        batch_op.drop_index(batch_op.f("ix_attempts_account"))

    op.drop_table("attempts")
