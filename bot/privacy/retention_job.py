"""ADAPTER: the running server clears away every day what has been kept long enough."""

import asyncio
import logging

from sanic import Sanic

from bot.channels.web.history import store_of
from bot.container import settings
from bot.errors import told
from bot.privacy.data_requests import Records
from bot.server.background import keep

logger = logging.getLogger(__name__)
FIRST, EVERY = 60.0, 24 * 3600.0  # seconds after the start, and from then on


def start(app: Sanic) -> None:
    """Purge once a day for as long as `app` runs."""
    keep(app, _daily)


async def _daily(app: Sanic) -> None:
    await asyncio.sleep(FIRST)
    while True:
        try:
            counts = await asyncio.to_thread(_purge, app)
            logger.info("purged: %s", " ".join(f"{name}={count}" for name, count in counts.items()))
        except Exception as error:  # a store that is away for a moment is purged tomorrow
            logger.error("purge failed: %s", told(error))
        await asyncio.sleep(EVERY)


def _purge(app: Sanic) -> dict[str, int]:
    whatsapp = getattr(app.ctx, "whatsapp", None)
    return Records.of(
        store_of(app.ctx.agent), whatsapp.store if whatsapp else None, settings()
    ).purge()
