"""The way out that carries the gate: whatever the bot would say, a channel sees only what the gate let through."""

import logging
from typing import Any

from bot.answers.gate import Passed
from bot.container import gate
from bot.text.languages import direction

logger = logging.getLogger(__name__)
EXTRAS = ("custom", "image", "attachment", "elements", "quick_replies")
ABOUT = ("action", "topics", "variety", "blocks", "reasons")


class Collected:
    """Keeps what may be sent, once through the gate; `metadata` is the last reply's own: action, topics, reasons."""

    def __init__(self) -> None:
        """Start with nothing collected."""
        self.passed: list[Passed] = []
        self.metadata: dict[str, Any] = {}

    def take(self, message: dict[str, Any]) -> None:
        """Check `message` as a whole; attachments and other extras are never sent."""
        text = None if any(message.get(key) for key in EXTRAS) else message.get("text")
        metadata = {key: message.get(key) for key in ABOUT}
        passed = gate().check(
            text, message.get("buttons") or (), variety=message.get("variety") or "en"
        )
        if passed.replaced:
            metadata |= {"action": "steer", "topics": [], "variety": passed.variety}
        self.metadata = metadata
        self.passed.append(passed)

    def drop(self) -> None:
        """Forget what was collected."""
        self.passed, self.metadata = [], {}

    @property
    def replies(self) -> list[dict[str, Any]]:
        """What was collected, as JSON-ready replies."""
        return [_reply(passed) for passed in self.passed]


def _reply(passed: Passed) -> dict[str, Any]:
    blocks = [
        {"id": block.id, "variety": block.variety, "sha256": block.sha256}
        for block in passed.blocks
    ]
    return {
        "text": passed.text,
        "buttons": list(passed.buttons),
        "blocks": blocks,
        "variety": passed.variety,
        "dir": direction(passed.variety),
    }
