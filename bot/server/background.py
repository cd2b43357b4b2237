"""ADAPTER: work that goes on beside a server for as long as it runs."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.errors import told

logger = logging.getLogger(__name__)
Work = Callable[[], Awaitable[None]]


@asynccontextmanager
async def keep(*works: Work) -> AsyncIterator[None]:
    """Run each of `works` beside the block, and cancel them when it ends."""
    tasks = [asyncio.ensure_future(work()) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def repeated(step: Callable[[], object], *, every: float, again: float, what: str) -> Work:
    """Return work that runs `step` in a thread of its own pool, `every` so many seconds, `again` after a failure.

    A step that fails is logged as `what`, once until it works again: what it does is tried as long as the server runs.
    """

    async def work() -> None:
        failing = False
        while True:
            try:
                await asyncio.to_thread(step)
                failing = False
            except Exception as error:
                if not failing:
                    logger.error("%s: %s", what, told(error))
                failing = True
            await asyncio.sleep(again if failing else every)

    return work
