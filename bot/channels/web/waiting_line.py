"""The line of messages that wait to be answered: so many at all, so many from one address, and served fairly.

Every address has its own place in time: serving it moves it on by what its message costs. The next to be served is
whoever stands earliest, so that a hundred long messages of one address delay another address by one message.
"""

import asyncio
import heapq
import itertools
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

SHARE, LEAST_SHARE = (
    10,
    10,
)  # one address may have a tenth of the line, and ten messages in any case
CHARACTERS = 200  # cost one: a short question; a message of ten times that costs ten times the work


def cost(characters: int) -> int:
    """Return what a message costs, in short questions."""
    return 1 + characters // CHARACTERS


class Line:
    """Lives on one event loop."""

    def __init__(self, *, most: int, at_once: int) -> None:
        """`most` messages wait or are answered together, `at_once` of them are answered."""
        self._most, self._share = most, max(LEAST_SHARE, most // SHARE)
        self._free, self._now = at_once, 0.0
        self._inside: Counter[str] = Counter()
        self._stands: dict[str, float] = {}
        self._waiting: list[tuple[float, int, str, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def place(self, address: str, *, cost: int) -> AbstractAsyncContextManager[None] | None:
        """Return a place in the line for a message of `address`, None where there is none.

        Entering it waits until it is the message's turn, which lasts as long as the block runs; it must be entered.
        """
        if self._inside.total() >= self._most or self._inside[address] >= self._share:
            return None
        self._inside[address] += 1
        return self._turn(address, cost)

    @asynccontextmanager
    async def _turn(self, address: str, cost: int) -> AsyncIterator[None]:
        try:
            await self._wait(address, cost)
            try:
                yield
            finally:
                self._free += 1
                self._next()
        finally:
            self._leave(address)

    async def _wait(self, address: str, cost: int) -> None:
        place = max(self._now, self._stands.get(address, 0.0)) + cost
        self._stands[address] = place
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (place, next(self._numbers), address, mine))
        self._next()
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():  # served in the same moment
                self._free += 1
                self._next()
            raise

    def _next(self) -> None:
        while self._free and self._waiting:
            place, _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():  # whoever waited for it has gone
                self._now, self._free = max(self._now, place), self._free - 1
                turn.set_result(None)

    def _leave(self, address: str) -> None:
        self._inside[address] -= 1
        if not self._inside[address]:  # in memory only as long as it has something here
            del self._inside[address]
            if self._stands.get(address, 0.0) <= self._now:
                self._stands.pop(address, None)
        if not self._inside:
            self._stands.clear()
