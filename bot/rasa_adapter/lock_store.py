"""ADAPTER: one message of a conversation at a time, whichever process got it: Rasa's lock store over redis-py's lock.

Rasa's own RedisLockStore reads a lock, changes it and writes it back, so two processes can draw the same ticket; and a
conversation whose process died stays locked for a minute (docs/decisions/0006-many-processes.md).
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from rasa.core.lock_store import LockError, LockStore
from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import RedisError

from bot.errors import told

logger = logging.getLogger(__name__)
TIMEOUT = 2.0  # seconds Redis may take to answer
LIFETIME = 6.0  # seconds a lock outlives its process
WAIT = 20.0  # seconds a message waits for the one before it: the visitor's patience ends soon after
LOOK_AGAIN = 0.05


class ConversationLocks(LockStore):
    """Locks in Redis."""

    def __init__(self, address: str) -> None:
        """Connect at first use; what fails then fails the turn, which is met with the trouble text."""
        self._redis: Redis = Redis.from_url(
            address, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT
        )
        super().__init__()

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LIFETIME,
        wait_time_in_seconds: float = LOOK_AGAIN,
    ) -> AsyncGenerator[None, None]:
        """Hold the conversation for as long as the block runs; raises LockError where another does for too long."""
        lock = self._redis.lock(
            f"jawab:conversation:{conversation_id}",
            timeout=lock_lifetime,
            sleep=wait_time_in_seconds,
            blocking_timeout=WAIT,
        )
        if not await lock.acquire():
            raise LockError(
                f"conversation {conversation_id}: locked for more than {WAIT:.0f} seconds"
            )
        holding = asyncio.create_task(_hold(lock, lock_lifetime))
        try:
            yield
        finally:
            holding.cancel()
            with suppress(RedisError):  # it ends by itself
                await lock.release()


async def _hold(lock: Lock, lifetime: float) -> None:
    """Keep the lock from ending while its turn goes on."""
    while True:
        await asyncio.sleep(lifetime / 3)
        try:
            await lock.reacquire()
        except RedisError as error:
            logger.error("a conversation's lock was lost: %s", told(error))
            return
