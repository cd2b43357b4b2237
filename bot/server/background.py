"""ADAPTER: work that goes on beside a server for as long as it runs."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from sanic import Sanic


def keep(app: Sanic, work: Callable[[Sanic], Coroutine[Any, Any, None]]) -> None:
    """Begin `work` once `app` serves, and cancel it when the server stops."""
    running: list[asyncio.Task[None]] = []

    async def begin(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        running.append(asyncio.create_task(work(app)))

    async def end(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        for task in running:
            task.cancel()

    app.register_listener(begin, "after_server_start")
    app.register_listener(end, "before_server_stop")
