"""What staff must look at: a row that stays until somebody has seen it, and a line in the log."""

import logging
import time

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.channels.whatsapp.tables import Store, add, alerts

logger = logging.getLogger(__name__)
UNDELIVERED, CAME_LATE = "urgent reply not delivered", "urgent message came late"
ASKS, WAITED = "a patient asks for a person", "a patient waited too long for staff"
BARRED = "WhatsApp takes no replies from us: look at the access token and the account"
LAPSED = "a reply that was held back could not be sent any more"


def alert(connection: Connection, *, reason: str, chat: str, cause: str) -> None:
    """Keep an alert for staff, once for each reason and cause. Holds names of texts and chats, never words."""
    if add(
        connection, alerts, key=f"{reason}:{cause}", reason=reason, chat=chat, at=int(time.time())
    ):
        logger.error("staff alert: reason=%s chat=%s", reason, chat)


def unseen(store: Store) -> list[Row]:
    """Return the alerts nobody has seen yet, oldest first."""
    with store.begin() as connection:
        return connection.execute(
            alerts.select().where(alerts.c.seen_at.is_(None)).order_by(alerts.c.number)
        ).all()


def mark_seen(store: Store, number: int) -> None:
    """Take one alert off the list."""
    with store.begin() as connection:
        connection.execute(
            alerts.update()
            .where(sa.and_(alerts.c.number == number, alerts.c.seen_at.is_(None)))
            .values(seen_at=int(time.time()))
        )
