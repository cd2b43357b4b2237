"""WhatsApp's message ids hold the patient's number: what stands beside words is an HMAC of them from now on."""

import sqlalchemy as sa
from alembic import op

from bot.storage.migrations.message_names import Names

revision, down_revision = "0003", "0002"
AT_A_TIME = 500
events = sa.table("events", sa.column("id"), sa.column("type_name"), sa.column("data"))


def upgrade() -> None:
    """Forward."""
    bind, names = op.get_bind(), Names()
    found = sa.or_(events.c.data.like("%wamid.%"), events.c.data.like('%"made-%'))
    rows = bind.execute(sa.select(events.c.id).where(events.c.type_name == "user", found))
    numbers = [row.id for row in rows]
    for start in range(0, len(numbers), AT_A_TIME):
        some = events.c.id.in_(numbers[start : start + AT_A_TIME])
        for row in bind.execute(sa.select(events.c.id, events.c.data).where(some)).all():
            bind.execute(
                events.update().where(events.c.id == row.id).values(data=names.within(row.data))
            )


def downgrade() -> None:
    """Back: an id cannot be made from its name, and none is needed for what is answered."""
