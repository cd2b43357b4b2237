"""Rasa's thread: what it waits for is waited for there, and what goes wrong there is told here."""

import asyncio
import time

import pytest

from bot.errors import BotError
from bot.server.agent_thread import AgentThread


async def nothing():
    return "agent"


def scenario(coroutine):
    asyncio.run(asyncio.wait_for(coroutine, 20))


def test_a_thread_that_is_busy_holds_the_caller_s_loop_up_for_nothing():
    async def busy():
        time.sleep(0.5)
        return 1

    async def here():
        thread = await AgentThread(nothing).start()
        waiting = asyncio.create_task(thread.call(busy))
        longest = 0.0
        while not waiting.done():
            started = time.perf_counter()
            await asyncio.sleep(0.01)
            longest = max(longest, time.perf_counter() - started)
        assert await waiting == 1 and longest < 0.25
        await thread.stop()

    scenario(here())


def test_what_fails_there_is_raised_here():
    async def fail():
        raise BotError("no model")

    async def here():
        with pytest.raises(BotError, match="no model"):
            await AgentThread(fail).start()
        thread = await AgentThread(nothing).start()
        with pytest.raises(BotError, match="no model"):
            await thread.call(fail)
        await thread.stop()

    scenario(here())


def test_who_waits_long_enough_goes_on_and_what_it_waited_for_ends():
    ended = []

    async def long():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append(True)
            raise

    async def here():
        thread = await AgentThread(nothing).start()
        with pytest.raises(TimeoutError):
            await thread.call(long, within=0.1)
        await thread.call(nothing)
        assert ended == [True]
        await thread.stop()

    scenario(here())


def test_stopping_ends_what_runs_there_without_a_word(recwarn, capfd):
    async def long():
        await asyncio.sleep(60)

    async def here():
        thread = await AgentThread(nothing).start()
        waiting = asyncio.create_task(thread.call(long))
        await asyncio.sleep(0.05)
        await thread.stop()
        assert (await asyncio.gather(waiting, return_exceptions=True)) and thread.loop.is_closed()
        assert not await thread_answers(thread)

    scenario(here())
    assert "destroyed" not in capfd.readouterr().err


async def thread_answers(thread):
    try:
        return await thread.answers(0.2)
    except RuntimeError:  # its loop is closed
        return False
