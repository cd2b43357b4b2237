"""The first shape."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None
OLDEST = "votes"  # a database that has it without a version is of this shape


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "votes",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("variety", sa.String(), nullable=False),
        sa.Column("vote", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "text", "variety", "vote"),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("votes")
