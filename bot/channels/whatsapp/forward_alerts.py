"""Brings this channel's alerts into the waiting room, where staff see everybody who waits in one list.

The alert is written in the transaction of its cause and stays here until it was settled there: the two stores can be on
two servers, and either can be away for a while. What was brought already is known by the name of the alert.
"""

import sqlalchemy as sa

from bot.channels.whatsapp.alerts import (
    ASKS,
    BARRED,
    CAME_LATE,
    LAPSED,
    UNDELIVERED,
    WAITED,
    mark_seen,
)
from bot.channels.whatsapp.tables import Store, alerts, chats
from bot.handover.queue import WaitingRoom

REASONS = {
    UNDELIVERED: "undelivered",
    CAME_LATE: "undelivered",
    ASKS: "handoff",
    WAITED: "unanswered",
    BARRED: "unanswered",
    LAPSED: "unanswered",
}


def relay(store: Store, room: WaitingRoom, *, language: str) -> None:
    """Put every alert nobody has seen on the list, and mark as seen what was done with there.

    `language` is told for chats that have none yet.
    """
    query = (
        sa.select(alerts, chats.c.variety)
        .outerjoin(chats, chats.c.id == alerts.c.chat)
        .where(alerts.c.seen_at.is_(None))
        .order_by(alerts.c.number)
    )
    with store.begin() as connection:
        found = connection.execute(query).all()
    for row in found:
        if room.hear(
            row.key,
            sender=row.chat,
            channel="whatsapp",
            reason=REASONS[row.reason],
            cause=row.reason,
            variety=row.variety or language,
            at=row.at,
        ):
            mark_seen(store, row.number)
