"""ADAPTER: a message on its way into Rasa, and what Rasa says to it on its way out, as plain data."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from rasa.core.channels.channel import OutputChannel, UserMessage

from bot.rasa_adapter.tracker import BUTTON, SHOWN

Handler = Callable[[UserMessage], Awaitable[Any]]


class Sink(Protocol):
    """Takes what Rasa would send (bot/channels/gated_output.py: the gate stands there)."""

    def take(self, message: dict[str, Any]) -> None:
        """Take one message, whole: text, buttons, metadata, or extras that are never sent."""


class Output(OutputChannel):
    """Hands everything that Rasa would send, by whichever of its ways, to one sink."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    @classmethod
    def name(cls) -> str:
        """Return the channel's name for Rasa."""
        return "collected"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """As every way out: `message` goes to the sink as it is."""
        self._sink.take(message)

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Rasa calls this past `send_response` in a few places."""
        self._sink.take({"text": text})

    async def send_text_with_buttons(
        self, recipient_id: str, text: str, buttons: list[dict[str, Any]], **kwargs: Any
    ) -> None:
        """As `send_text_message`."""
        self._sink.take({"text": text, "buttons": buttons})

    async def send_custom_json(
        self, recipient_id: str, json_message: dict[str, Any], **kwargs: Any
    ) -> None:
        """As `send_text_message`."""
        self._sink.take({"custom": json_message})

    async def send_image_url(self, recipient_id: str, image: str, **kwargs: Any) -> None:
        """As `send_text_message`."""
        self._sink.take({"image": image})

    async def send_attachment(self, recipient_id: str, attachment: str, **kwargs: Any) -> None:
        """As `send_text_message`."""
        self._sink.take({"attachment": attachment})

    async def send_elements(self, recipient_id: str, elements: Any, **kwargs: Any) -> None:
        """As `send_text_message`."""
        self._sink.take({"elements": elements})

    async def send_quick_replies(
        self, recipient_id: str, text: str, quick_replies: list[dict[str, Any]], **kwargs: Any
    ) -> None:
        """As `send_text_message`."""
        self._sink.take({"text": text, "quick_replies": quick_replies})


def user_message(
    text: str,
    sink: Sink,
    *,
    sender: str,
    channel: str,
    message_id: str | None,
    shown: str,
    button: str | None,
) -> UserMessage:
    """Return a patient's message for Rasa; what is said to it goes to `sink`. `shown` is the language of the page."""
    return UserMessage(
        text,
        Output(sink),
        sender,
        input_channel=channel,
        message_id=message_id,
        metadata={SHOWN: shown} | ({BUTTON: button} if button else {}),
    )
