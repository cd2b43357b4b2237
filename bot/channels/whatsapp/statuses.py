"""How far our messages got. Statuses come late, twice and in any order, so they only ever rise; failure is apart."""

import logging

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.channels.whatsapp.alerts import LAPSED, UNDELIVERED, alert
from bot.channels.whatsapp.payloads import Status
from bot.channels.whatsapp.tables import alerts, one, outbox

logger = logging.getLogger(__name__)
HEIGHT = {"sent": 1, "delivered": 2, "read": 3, "played": 4}
URGENT = {"crisis", "emergency", "check_in"}  # goes first, and staff hear if it does not arrive
MOST_UNDELIVERED = 90  # seconds: with the ways to the waiting room staff hear within two minutes
DAY = 24 * 3600


def record(connection: Connection, status: Status, *, name: str) -> None:
    """Note a status of the message that is called `name` here.

    One for a message we do not know is normal: staff's own messages have statuses too.
    """
    token = status.receipt.partition(":")[0]
    row = one(
        connection,
        outbox.select().where(outbox.c.receipt == token if token else outbox.c.sent_as == name),
    )
    if row is None:
        return
    if status.status == "failed":
        fail(connection, row.number, code=status.code or 0)
    elif HEIGHT.get(status.status, 0) > HEIGHT.get(row.status or "", 0):
        # a status proves that the message left, also where the answer to our request was lost
        state = row.state if row.state == "failed" else "sent"
        connection.execute(
            outbox.update()
            .where(outbox.c.number == row.number)
            .values(status=status.status, state=state, sent_as=name, quote=None)
        )


def fail(connection: Connection, number: int, *, code: int) -> None:
    """Give a message up. Staff are told where a patient in danger, or one whom we kept waiting, was left alone."""
    row = one(connection, outbox.select().where(outbox.c.number == number))
    assert row is not None
    connection.execute(
        outbox.update()
        .where(outbox.c.number == number)
        .values(state="failed", failed=code, quote=None)
    )
    logger.error("whatsapp message failed: code=%s action=%s chat=%s", code, row.action, row.chat)
    if row.action in URGENT:
        alert(connection, reason=UNDELIVERED, chat=row.chat, cause=row.key)
    elif row.held is not None:
        alert(connection, reason=LAPSED, chat=row.chat, cause=row.key)


def tell_undelivered(connection: Connection, *, now: float) -> None:
    """Tell staff of every urgent reply that is not on the patient's phone after a while, once; it goes on being sent.

    What is older than the window was told of when the window closed.
    """
    arrived = sa.and_(outbox.c.state == "sent", outbox.c.status.in_(set(HEIGHT) - {"sent"}))
    told = sa.select(alerts.c.key).where(alerts.c.reason == UNDELIVERED)
    query = outbox.select().where(
        outbox.c.action.in_(URGENT),
        outbox.c.made > now - DAY,
        outbox.c.made <= now - MOST_UNDELIVERED,
        sa.not_(sa.func.coalesce(arrived, False)),
        (sa.literal(f"{UNDELIVERED}:") + outbox.c.key).notin_(told),
    )
    for row in connection.execute(query).all():
        alert(connection, reason=UNDELIVERED, chat=row.chat, cause=row.key)
