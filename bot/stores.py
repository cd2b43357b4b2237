"""ADAPTER: every table that the bot keeps, by the store it belongs to (bot/schema.py)."""

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore

from bot import handover, shelf
from bot.channels import web_votes
from bot.channels.whatsapp import store as whatsapp
from bot.staff import store as staff


def tables() -> dict[str, sa.MetaData]:
    """Return the tables of each store as today's program uses them."""
    found = {"conversations": sa.MetaData()}
    for table in SQLTrackerStore.Base.metadata.sorted_tables:
        table.to_metadata(found["conversations"])
    for part in (handover.tables, shelf.tables, web_votes.tables, whatsapp.tables, staff.tables):
        together = found.setdefault(part.info["store"], sa.MetaData())
        for table in part.sorted_tables:
            table.to_metadata(together)
    return found
