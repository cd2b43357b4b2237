"""How often one visitor may call, counted for all processes together where they share Redis."""

import hashlib
import logging

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.channels.web.cors import Limit
from bot.errors import told
from bot.settings import Settings

logger = logging.getLogger(__name__)
WINDOW = 60  # seconds
TIMEOUT = 1.0  # a limit must not make anybody wait


class SharedLimit:
    """`per_minute` of each key in a minute. Without Redis, and while it is away, each process counts by itself."""

    def __init__(self, name: str, per_minute: int, chosen: Settings) -> None:
        """`name` keeps one limit from another; Redis is connected to at first use."""
        self._name, self._most, self._own = name, per_minute, Limit(per_minute)
        self._secret = chosen.signing_key().encode()[:64] if chosen.redis else b""
        self._redis = (
            Redis.from_url(chosen.redis, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)
            if chosen.redis
            else None
        )

    async def allows(self, key: str, *, cost: int = 1) -> bool:
        """Whether `cost` more are allowed for `key`; counts them. Redis holds a digest of the key for a minute."""
        cost = min(cost, self._most)
        if self._redis is None:
            return self._own.allows(key, cost=cost)
        digest = hashlib.blake2b(key.encode(), key=self._secret, digest_size=16).hexdigest()
        place = f"jawab:limit:{self._name}:{digest}"
        try:
            async with self._redis.pipeline(transaction=True) as together:
                count, _ = (
                    await together.incrby(place, cost).expire(place, WINDOW, nx=True).execute()
                )
        except RedisError as error:
            logger.error("a limit cannot be counted for all: %s", told(error))
            return self._own.allows(key, cost=cost)
        return int(count) <= self._most
