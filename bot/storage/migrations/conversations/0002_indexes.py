"""What a turn asks for, found without walking through a long conversation."""

from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    """Forward."""
    op.execute("CREATE INDEX IF NOT EXISTS jawab_events_by_type ON events (sender_id, type_name)")
    if (
        op.get_bind().dialect.name == "sqlite"
    ):  # PostgreSQL looks through one visitor's own messages
        op.execute(
            "CREATE INDEX IF NOT EXISTS jawab_events_by_message ON events "
            "(sender_id, json_extract(data, '$.message_id')) WHERE type_name = 'user'"
        )


def downgrade() -> None:
    """Back."""
    op.execute("DROP INDEX IF EXISTS jawab_events_by_type")
    op.execute("DROP INDEX IF EXISTS jawab_events_by_message")
