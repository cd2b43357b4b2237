"""WhatsApp's message ids hold the patient's number: an HMAC of them is kept from now on, in every table.

The id itself stays only with a reply that is still to be shown under its message.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.storage.migrations.message_names import Names

revision, down_revision = "0003", "0002"
UNSENT = ("queued", "sending")
inbox = sa.table(
    "inbox", sa.column("number"), sa.column("id"), sa.column("body", sa.JSON(none_as_null=True))
)
outbox = sa.table(
    "outbox",
    *(sa.column(name) for name in ("number", "key", "state", "quote", "sent_as")),
    sa.column("body", sa.JSON(none_as_null=True)),
)
offers = sa.table("offers", sa.column("nonce"), sa.column("tapped_by"))
alerts = sa.table("alerts", sa.column("number"), sa.column("key"))


def upgrade() -> None:
    """Forward."""
    _rename("wamid", "sent_as")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("quote", sa.String(), nullable=True))
    bind, names = op.get_bind(), Names()
    for row in bind.execute(inbox.select()).all():
        values = {"id": names.of(row.id), "body": _message(row.body, names)}
        bind.execute(inbox.update().where(inbox.c.number == row.number).values(values))
    for row in bind.execute(outbox.select()).all():
        values = _reply(row, names)
        bind.execute(outbox.update().where(outbox.c.number == row.number).values(values))
    for row in bind.execute(offers.select().where(offers.c.tapped_by.isnot(None))).all():
        values = {"tapped_by": names.of(row.tapped_by)}
        bind.execute(offers.update().where(offers.c.nonce == row.nonce).values(values))
    for row in bind.execute(alerts.select()).all():
        values = {"key": names.within(row.key)}
        bind.execute(alerts.update().where(alerts.c.number == row.number).values(values))


def downgrade() -> None:
    """Back: the names stay, for an id cannot be made from them; messages still waiting get the shape of before."""
    bind = op.get_bind()
    for row in bind.execute(inbox.select()).all():
        if row.body:
            body = {name: value for name, value in row.body.items() if name != "quote"}
            body |= {"person": {}}
            bind.execute(inbox.update().where(inbox.c.number == row.number).values(body=body))
    for row in bind.execute(outbox.select()).all():
        if row.body:
            body = {**row.body, "quote": row.quote}
            bind.execute(outbox.update().where(outbox.c.number == row.number).values(body=body))
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("quote")
    _rename("sent_as", "wamid")


def _rename(before: str, after: str) -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f(f"ix_outbox_{before}"))
        batch_op.alter_column(before, new_column_name=after)
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f(f"ix_outbox_{after}"), [after], unique=False)


def _message(body: dict[str, Any] | None, names: Names) -> dict[str, Any] | None:
    """Return what is kept of a message that waits: who wrote it stands with the chat."""
    if not body:
        return None
    quotes = body.get("forwarded") or body.get("kind") == "edit"
    kept = {name: value for name, value in body.items() if name != "person"}
    named = {"id": names.of(body["id"]), "target": names.of(body.get("target"))}
    return kept | named | {"quote": body["id"] if quotes else None}


def _reply(row: sa.engine.Row, names: Names) -> dict[str, Any]:
    """Return the columns of a reply; what it quotes stays with it until it has left."""
    body = dict(row.body or {})
    quote = body.pop("quote", None)
    return {
        "key": names.within(row.key),
        "sent_as": names.of(row.sent_as),
        "body": body or None,
        "quote": quote if row.state in UNSENT else None,
    }
