"""WhatsApp as a channel of Rasa: the last step, and the only module of this package that needs Rasa."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.core.events import BotUttered, Event, UserUttered
from sanic import Blueprint, Sanic

from bot.channels.gated_output import Collected
from bot.channels.turn import turn
from bot.channels.whatsapp.routes import webhook
from bot.container import gate, library, settings, waiting_room
from bot.errors import SettingsError
from bot.settings import WHATSAPP, WHATSAPP_NEEDS


class WhatsAppInput(InputChannel):
    """Added by bot/server/app.py where its settings are there; may be named in credentials.yml."""

    def __init__(self) -> None:
        """Raise SettingsError without the settings: a webhook that cannot tell Meta from others must not start."""
        config = settings().whatsapp
        if config is None or not config.app_secret:
            raise SettingsError(
                "WhatsApp is switched on without its settings; set "
                + ", ".join(WHATSAPP + name for name in WHATSAPP_NEEDS)
                + " (docs/channels.md)"
            )
        self._config = config

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "WhatsAppInput":
        """Return the channel; its settings stand in the environment, never in credentials.yml."""
        return cls()

    @classmethod
    def name(cls) -> str:
        """Return the channel's name."""
        return "whatsapp"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the routes."""
        say = partial(turn, on_new_message, channel=self.name())
        return webhook(
            self._config,
            key=settings().signing_key(),
            library=library(),
            gate=gate(),
            say=say,
            recall=recall,
            room=waiting_room(),
        )


async def recall(app: Sanic, sender: str, message_id: str) -> Collected | None:
    """Return what the bot said to a message, where a process died between saying it and storing it; else None."""
    tracker = await app.ctx.agent.tracker_store.retrieve(sender)
    if tracker is None:
        return None
    said = Collected()
    for utterance in _answer_to(message_id, list(tracker.events)):
        buttons = (utterance.data or {}).get("buttons") or ()
        await said.send_response(
            sender, {**(utterance.metadata or {}), "text": utterance.text, "buttons": buttons}
        )
    return said if said.replies else None


def _answer_to(message_id: str, events: list[Event]) -> list[BotUttered]:
    """Return what the bot uttered between a message and the next one."""
    found: list[BotUttered] = []
    inside = False
    for event in events:
        if isinstance(event, UserUttered):
            inside = event.message_id == message_id
        elif inside and isinstance(event, BotUttered):
            found.append(event)
    return found
