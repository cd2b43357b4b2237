"""The bot as staff try it out: what answers runs on the thread that holds Rasa's agent, never on the loop of HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

from bot.staff.testing.trace import Record, Recorder
from bot.staff.threads import in_thread


class AgentThread(Protocol):
    """As bot/server/agent_thread.py."""

    agent: Any

    async def call(self, make: Callable[[], Awaitable[Any]]) -> Any:
        """Return what the coroutine that `make` makes returns, run beside the agent."""


class Trial:
    """A recorder over the bot of this server, made at first use."""

    def __init__(self, agent: AgentThread, data: Path) -> None:
        """`data` has the draft texts."""
        self._agent, self._data = agent, data
        self._recorder: Recorder | None = None
        self._making = asyncio.Lock()

    async def say(self, text: str, **about: Any) -> Record:
        """As `Recorder.say`."""
        recorder = await self._made()
        found: Record = await self._agent.call(lambda: recorder.say(text, **about))
        return found

    async def forget(self, sender: str) -> None:
        """Drop a conversation."""
        recorder = await self._made()

        async def forget() -> None:
            recorder.forget(sender)

        await self._agent.call(forget)

    async def _made(self) -> Recorder:
        async with self._making:
            if self._recorder is None:
                self._recorder = await in_thread(Recorder, self._agent.agent, self._data)
            return self._recorder
