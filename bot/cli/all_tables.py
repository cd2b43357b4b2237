"""ADAPTER: every table that the bot keeps, by the store it belongs to (bot/storage/migrate.py)."""

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore

from bot.analytics import tables as asked
from bot.analytics import votes
from bot.answers import replica
from bot.channels.whatsapp import tables as whatsapp
from bot.handover import tables as handover
from bot.staff import tables as staff


def tables() -> dict[str, sa.MetaData]:
    """Return the tables of each store as today's program uses them."""
    found = {"conversations": sa.MetaData()}
    for table in SQLTrackerStore.Base.metadata.sorted_tables:
        table.to_metadata(found["conversations"])
    for part in (
        asked.tables,
        handover.tables,
        replica.tables,
        votes.tables,
        whatsapp.tables,
        staff.tables,
    ):
        together = found.setdefault(part.info["store"], sa.MetaData())
        for table in part.sorted_tables:
            table.to_metadata(together)
    return found
