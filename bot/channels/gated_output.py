"""The output channel that carries the gate. Every channel extends it and sees only what the gate lets through."""

import logging
from typing import Any

from rasa.core.channels.channel import OutputChannel

from bot.answers.gate import Passed
from bot.container import gate

logger = logging.getLogger(__name__)


class GatedOutput(OutputChannel):
    """Sends one message for each reply; whatever Rasa hands over, only approved bytes reach `deliver`."""

    async def deliver(self, recipient_id: str, passed: Passed, metadata: dict[str, Any]) -> None:
        """Send what the gate let through. `metadata` is the reply's own: action, topics, memory."""
        raise NotImplementedError

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Check `message` as a whole and send it as one; attachments and other extras are never sent."""
        extras = [
            key
            for key in ("custom", "image", "attachment", "elements", "quick_replies")
            if message.get(key)
        ]
        text = None if extras else message.get("text")
        metadata = {
            key: message.get(key) for key in ("action", "topics", "variety", "blocks", "reasons")
        }
        passed = gate().check(
            text, message.get("buttons") or (), variety=message.get("variety") or "en"
        )
        if passed.replaced:
            metadata |= {"action": "steer", "topics": [], "variety": passed.variety}
        await self.deliver(recipient_id, passed, metadata)

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Rasa calls this past `send_response` in a few places; it goes through the same gate."""
        await self.send_response(recipient_id, {"text": text})

    async def send_text_with_buttons(
        self, recipient_id: str, text: str, buttons: list[dict[str, Any]], **kwargs: Any
    ) -> None:
        """As `send_text_message`."""
        await self.send_response(recipient_id, {"text": text, "buttons": buttons})

    async def send_custom_json(
        self, recipient_id: str, json_message: dict[str, Any], **kwargs: Any
    ) -> None:
        """As `send_text_message`: custom payloads are never approved."""
        await self.send_response(recipient_id, {"custom": json_message})

    async def send_image_url(self, recipient_id: str, image: str, **kwargs: Any) -> None:
        """As `send_text_message`: images are never approved."""
        await self.send_response(recipient_id, {"image": image})

    async def send_attachment(self, recipient_id: str, attachment: str, **kwargs: Any) -> None:
        """As `send_text_message`: attachments are never approved."""
        await self.send_response(recipient_id, {"attachment": attachment})


class Collected(GatedOutput):
    """Keeps what would be sent, as JSON-ready replies: for channels that answer in the same request."""

    def __init__(self) -> None:
        """Start with nothing collected."""
        self.replies: list[dict[str, Any]] = []
        self.metadata: dict[str, Any] = {}

    @classmethod
    def name(cls) -> str:
        """Return the channel's name for Rasa."""
        return "collected"

    def drop(self) -> None:
        """Forget what was collected."""
        self.replies, self.metadata = [], {}

    async def deliver(self, recipient_id: str, passed: Passed, metadata: dict[str, Any]) -> None:
        """Keep the message."""
        blocks = [
            {"id": block.id, "variety": block.variety, "sha256": block.sha256}
            for block in passed.blocks
        ]
        self.metadata = metadata
        self.replies.append(
            {
                "text": passed.text,
                "buttons": list(passed.buttons),
                "blocks": blocks,
                "variety": passed.variety,
                "dir": "rtl" if passed.variety == "ur" else "ltr",
            }
        )
