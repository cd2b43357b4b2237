"""The first shape."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None
OLDEST = "ledger"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "files",
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("file"),
    )
    op.create_table(
        "ledger",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("ledger")
    op.drop_table("files")
