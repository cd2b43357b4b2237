"""ADAPTER: a server of a cluster keeps its texts in step with the shelf: a recall reaches it in about a second."""

import asyncio
import logging

from sanic import Sanic

from bot.container import shelf
from bot.errors import told
from bot.server.background import keep

logger = logging.getLogger(__name__)
EVERY = 0.5  # seconds


def start(app: Sanic) -> None:
    """Look at the shelf for as long as `app` runs, where there is one."""
    if shelf():
        keep(app, _follow)


async def _follow(app: Sanic) -> None:
    found, failing = shelf(), False
    assert found
    while True:
        await asyncio.sleep(EVERY)
        try:
            if await asyncio.to_thread(found.pull):
                logger.info("texts brought in step with the database")
            failing = False
        except (
            Exception
        ) as error:  # the database being away: patients meet the trouble text anyhow, told once
            if not failing:
                logger.error("texts cannot be compared with the database: %s", told(error))
            failing = True
