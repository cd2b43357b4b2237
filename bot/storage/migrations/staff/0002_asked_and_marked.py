"""What patients ask, drafts, marks, and alerts brought into the waiting room."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "asked_counts",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("variety", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "day", "channel", "variety", "name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "asked_questions",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("variety", sa.String(), nullable=False),
        sa.Column("doubt", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    with op.batch_alter_table("asked_questions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_asked_questions_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_asked_questions_sender"), ["sender"], unique=False)

    op.create_table(
        "drafts",
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("seen", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("text"),
    )
    op.create_table(
        "marks",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("variety", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("topics", sa.String(), nullable=False),
        sa.Column("wanted_action", sa.String(), nullable=False),
        sa.Column("wanted_topics", sa.String(), nullable=False),
        sa.Column("intent", sa.String(), nullable=True),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "waiting_told",
        sa.Column("alert", sa.String(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("alert"),
    )
    with op.batch_alter_table("waiting_told", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waiting_told_waiting"), ["waiting"], unique=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("waiting_told", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waiting_told_waiting"))

    op.drop_table("waiting_told")
    op.drop_table("marks")
    op.drop_table("drafts")
    with op.batch_alter_table("asked_questions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_asked_questions_sender"))
        batch_op.drop_index(batch_op.f("ix_asked_questions_at"))

    op.drop_table("asked_questions")
    op.drop_table("asked_counts")
