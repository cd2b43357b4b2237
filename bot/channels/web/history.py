"""A visitor's conversation as it is on record: shown again after a reload, looked up for a retry, erased."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.answers.compose import JOINT
from bot.answers.gate import Passed
from bot.container import gate, library
from bot.rasa_adapter import event_store
from bot.rasa_adapter.event_store import Exchange, Uttered, store_of
from bot.text.languages import direction

MOST_TURNS = 200


@dataclass(frozen=True)
class Turn(Exchange):
    """One message of the visitor and what was said to it."""

    @classmethod
    def of(cls, found: Exchange) -> "Turn":
        """Return what is on record as a turn that can be shown."""
        return cls(**vars(found))

    @property
    def said(self) -> list[Passed]:
        """What may be shown of the bot's messages today: they pass the gate again, texts may be recalled since."""
        return [self._passed(one) for one in self.uttered] or [
            gate().check(None, variety=self.variety)
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the turn as the widget shows it; a tapped button by its approved label."""
        name, _, language = (self.button or "").partition(":")
        text = (library().title(name, language or self.variety) or "") if self.button else self.text
        time = datetime.fromtimestamp(self.time, UTC).isoformat(timespec="seconds")
        return {"id": self.id, "text": text, "time": time, "replies": self.replies()}

    def replies(self) -> list[dict[str, Any]]:
        """Return what was said; where nothing is on record, the approved trouble text."""
        return [shown(passed) for passed in self.said if passed.text]

    def _passed(self, one: Uttered) -> Passed:
        variety = one.metadata.get("variety") or self.variety
        return gate().check(one.text, one.buttons, variety=variety, place="history")


def shown(passed: Passed) -> dict[str, Any]:
    """Return what the gate let through as the widget gets it; each block with how many lines of the text are its."""
    blocks = [
        {
            "id": block.id,
            "variety": block.variety,
            "sha256": block.sha256,
            "kind": block.kind,
            "lines": block.text.count(JOINT) + 1,
        }
        for block in passed.blocks
    ]
    return {
        "text": passed.text,
        "buttons": list(passed.buttons),
        "blocks": blocks,
        "variety": passed.variety,
        "dir": direction(passed.variety),
    }


async def turns(agent: Any, sender: str) -> list[Turn]:
    """Return the last turns of a conversation, oldest first; `agent` is the thread that holds Rasa's."""
    found = await asyncio.to_thread(event_store.exchanges, store_of(agent.agent), sender)
    return [Turn.of(one) for one in found[-MOST_TURNS:]]


async def turn_of(agent: Any, sender: str, message_id: str | None) -> Turn | None:
    """Return the turn of one message in a visitor's own conversation, or None."""
    if message_id is None:
        return None
    found = await asyncio.to_thread(event_store.exchange, store_of(agent.agent), sender, message_id)
    return Turn.of(found) if found else None


async def erase(agent: Any, sender: str) -> None:
    """Delete everything on record of a conversation, after the message being answered, if there is one."""

    async def alone() -> None:
        async with agent.agent.lock_store.lock(sender):
            await asyncio.to_thread(event_store.erase, store_of(agent.agent), sender)

    await agent.call(alone)
