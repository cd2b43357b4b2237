"""Forgets what is no longer needed. Message ids must outlive Meta's seven days of redelivery."""

import sqlalchemy as sa

from bot.channels.whatsapp.inbox import DONE
from bot.channels.whatsapp.outbox import QUEUED, SENDING
from bot.channels.whatsapp.tables import Store, alerts, chats, identities, inbox, offers, outbox

DAY = 24 * 3600
KEEP_IDS = 8 * DAY


def tidy(store: Store, *, now: int, keep_days: int) -> int:
    """Delete ids past any redelivery and, after `keep_days`, buttons, receipts, alerts that were seen, and the chats
    of patients who have long stopped writing. Return how many rows that were.
    """
    before = now - keep_days * DAY
    with store.begin() as connection:
        silent = sa.select(chats.c.id).where(chats.c.heard_at < before)
        return sum(
            int(connection.execute(deletion).rowcount)
            for deletion in (
                inbox.delete().where(inbox.c.state == DONE, inbox.c.arrived < now - KEEP_IDS),
                offers.delete().where(offers.c.made < before),
                alerts.delete().where(alerts.c.seen_at < before),
                outbox.delete().where(
                    outbox.c.state.notin_((QUEUED, SENDING)), outbox.c.made < before
                ),
                identities.delete().where(identities.c.chat.in_(silent)),
                chats.delete().where(
                    chats.c.heard_at < before,
                    chats.c.id.notin_(sa.select(outbox.c.chat)),
                    chats.c.id.notin_(sa.select(inbox.c.chat).where(inbox.c.chat.isnot(None))),
                ),
            )
        )
