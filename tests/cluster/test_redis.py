"""What processes share in Redis: who may go first in a conversation, and how often somebody has called."""

import asyncio
import time
import uuid

import pytest
from cluster.servers import redis
from rasa.core.lock_store import LockError
from redis.exceptions import ConnectionError

from bot.channels.rate_limit import SharedLimit
from bot.rasa_adapter import lock_store as locks
from bot.rasa_adapter.lock_store import ConversationLocks
from bot.settings import Settings


@pytest.fixture
def address(redis_server):
    return f"redis://127.0.0.1:{redis_server.port}/0"


def test_of_many_processes_one_holds_a_conversation_at_a_time(address):
    inside, most, name = 0, 0, uuid.uuid4().hex

    async def turn(store):
        nonlocal inside, most
        async with store.lock(name):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.01)
            inside -= 1

    async def scenario():
        await asyncio.gather(*(turn(ConversationLocks(address)) for _ in range(12)))

    asyncio.run(scenario())
    assert (inside, most) == (0, 1)


def test_another_conversation_does_not_wait(address):
    async def scenario():
        store = ConversationLocks(address)
        async with store.lock("a"), asyncio.timeout(1), store.lock("b"):
            return True

    assert asyncio.run(scenario())


def test_a_turn_longer_than_a_lock_lives_keeps_it_and_one_that_died_lets_it_go(
    address, monkeypatch
):
    monkeypatch.setattr(locks, "WAIT", 0.3)
    name = uuid.uuid4().hex

    async def scenario():
        one, other = ConversationLocks(address), ConversationLocks(address)
        async with one.lock(name, lock_lifetime=0.6):
            await asyncio.sleep(1.0)
            with pytest.raises(LockError):
                async with other.lock(name):
                    pass
        died = one._redis.lock(f"jawab:conversation:{name}", timeout=0.5)
        await died.acquire()
        await asyncio.sleep(0.6)
        async with other.lock(name):
            return True

    assert asyncio.run(scenario())


def test_without_redis_a_conversation_is_not_entered(tmp_path):
    async def scenario():
        async with ConversationLocks("redis://127.0.0.1:1/0").lock("a"):
            raise AssertionError("entered")

    with pytest.raises(ConnectionError):
        asyncio.run(scenario())


def settings(address):
    return Settings(redis=address, session_key="k" * 32)


def test_processes_count_together(address):
    async def scenario():
        limits = [SharedLimit("test", 5, settings(address)) for _ in range(2)]
        key = uuid.uuid4().hex
        return [await limits[number % 2].allows(key) for number in range(8)], await limits[
            0
        ].allows("another")

    assert asyncio.run(scenario()) == ([True] * 5 + [False] * 3, True)


def test_what_redis_holds_names_nobody_and_ends(address, tmp_path):
    server = redis(tmp_path / "redis").start().wait()

    async def scenario():
        limit = SharedLimit("address", 5, settings(f"redis://127.0.0.1:{server.port}/0"))
        await limit.allows("203.0.113.77")
        keys = await limit._redis.keys("*")
        return keys, await limit._redis.ttl(keys[0])

    keys, left = asyncio.run(scenario())
    server.stop()
    assert b"203.0.113.77" not in keys[0] and 0 < left <= 60


def test_while_redis_is_away_each_process_counts_by_itself_without_delay():
    async def scenario():
        limit, started = SharedLimit("test", 2, settings("redis://127.0.0.1:1/0")), time.monotonic()
        return [await limit.allows("a") for _ in range(3)], time.monotonic() - started

    allowed, took = asyncio.run(scenario())
    assert allowed == [True, True, False] and took < 2
