"""ADAPTER: the running server clears away every day what has been kept long enough."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from bot.container import settings
from bot.errors import told
from bot.privacy.data_requests import Records
from bot.rasa_adapter.event_store import store_of

logger = logging.getLogger(__name__)
FIRST, EVERY = 60.0, 24 * 3600.0  # seconds after the start, and from then on


def work(agent: Any) -> Callable[[], Awaitable[None]]:
    """Return what purges once a day; `agent` is the thread that holds Rasa's."""

    async def daily() -> None:
        await asyncio.sleep(FIRST)
        while True:
            await _purged(agent)
            await asyncio.sleep(EVERY)

    return daily


async def _purged(agent: Any) -> None:
    try:
        counts = await asyncio.to_thread(_purge, agent)
    except Exception as error:  # a store that is away for a moment is purged tomorrow
        logger.error("purge failed: %s", told(error))
        return
    logger.info("purged: %s", " ".join(f"{name}={count}" for name, count in counts.items()))


def _purge(agent: Any) -> dict[str, int]:
    return Records.of(store_of(agent.agent), settings()).purge()
