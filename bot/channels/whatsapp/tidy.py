"""Forgets what is no longer needed. Message ids must outlive Meta's seven days of redelivery."""

import sqlalchemy as sa

from bot.channels.whatsapp.inbox import DONE
from bot.channels.whatsapp.outbox import QUEUED, SENDING
from bot.channels.whatsapp.store import Store, chats, identities, inbox, offers, outbox

DAY = 24 * 3600
KEEP_IDS = 8 * DAY
KEEP_CHATS = 30 * DAY


def tidy(store: Store, *, now: int) -> None:
    """Delete ids past any redelivery, and chats, buttons and receipts of patients who have long stopped writing."""
    with store.begin() as connection:
        connection.execute(inbox.delete().where(inbox.c.state == DONE, inbox.c.arrived < now - KEEP_IDS))
        connection.execute(offers.delete().where(offers.c.made < now - KEEP_CHATS))
        connection.execute(outbox.delete().where(
            outbox.c.state.notin_((QUEUED, SENDING)), outbox.c.made < now - KEEP_CHATS))
        silent = sa.select(chats.c.id).where(chats.c.heard_at < now - KEEP_CHATS)
        connection.execute(identities.delete().where(identities.c.chat.in_(silent)))
        connection.execute(chats.delete().where(
            chats.c.heard_at < now - KEEP_CHATS, chats.c.id.notin_(sa.select(outbox.c.chat)),
            chats.c.id.notin_(sa.select(inbox.c.chat).where(inbox.c.chat.isnot(None)))))
