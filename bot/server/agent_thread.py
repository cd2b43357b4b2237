"""ADAPTER: Rasa as a library, in a thread with an event loop of its own.

Whatever Rasa or its store of conversations waits for, the loop that serves HTTP does not wait with it.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")
ANSWERS_WITHIN = 60.0  # seconds; above what any caller waits for a turn
STOPS_WITHIN = 5.0  # seconds


class AgentThread:
    """Holds Rasa's agent; `call` is the way in from another loop."""

    def __init__(self, load: Callable[[], Awaitable[Any]]) -> None:
        """`load` gives the agent; it runs on the thread's own loop."""
        self._load = load
        self.agent: Any = None
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="jawab-agent", daemon=True)

    async def start(self) -> "AgentThread":
        """Start the thread and load the agent there; raises what loading raises."""
        self._thread.start()
        self.agent = await self.call(self._load, within=None)
        return self

    async def call(
        self, make: Callable[[], Awaitable[T]], *, within: float | None = ANSWERS_WITHIN
    ) -> T:
        """Return what the coroutine of `make` returns, run beside the agent; raises TimeoutError after `within`.

        A caller who is cancelled, or waited long enough, cancels it.
        """

        async def run() -> T:
            return await make()

        if self.loop.is_closed():
            raise RuntimeError("the bot's thread has ended")
        async with asyncio.timeout(within):
            return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(run(), self.loop))

    async def answers(self, within: float) -> bool:
        """Whether the thread's loop still turns."""
        try:
            await self.call(lambda: asyncio.sleep(0), within=within)
        except TimeoutError:
            return False
        return self._thread.is_alive()

    async def stop(self) -> None:
        """End what runs there, and the thread."""
        asyncio.run_coroutine_threadsafe(self._end(), self.loop)
        await asyncio.to_thread(self._thread.join, STOPS_WITHIN)

    async def _end(self) -> None:
        running = asyncio.all_tasks() - {asyncio.current_task()}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        self.loop.stop()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
