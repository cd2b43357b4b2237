"""WhatsApp as a channel: its record, and the only module of this package that reaches Rasa."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from bot.channels.channel import Channel
from bot.channels.gated_output import Collected
from bot.channels.incoming import Incoming
from bot.channels.turn import turn
from bot.channels.whatsapp import data_requests
from bot.channels.whatsapp.retention import tidy
from bot.channels.whatsapp.routes import Webhook
from bot.channels.whatsapp.tables import Store
from bot.container import gate, library, waiting_room
from bot.errors import SettingsError
from bot.rasa_adapter import event_store
from bot.rasa_adapter.event_store import answers, store_of
from bot.settings import WHATSAPP, WHATSAPP_NEEDS, Settings


class WhatsAppService:
    """The channel on a running server."""

    def __init__(self, settings: Settings) -> None:
        """Raise SettingsError without its settings: a webhook that cannot tell Meta from others must not start."""
        config = settings.whatsapp
        if config is None or not config.app_secret:
            raise SettingsError(
                "WhatsApp is switched on without its settings; set "
                + ", ".join(WHATSAPP + name for name in WHATSAPP_NEEDS)
                + " (docs/channels.md)"
            )
        self._webhook = Webhook(
            config,
            key=settings.signing_key(),
            library=library(),
            gate=gate(),
            room=waiting_room() if settings.staff else None,
        )

    def routes(self) -> list[Any]:
        """Return the routes."""
        return self._webhook.routes()

    @asynccontextmanager
    async def running(self, agent: Any) -> AsyncIterator[None]:
        """Work off what comes in."""
        async with self._webhook.running(say=partial(say, agent), recall=partial(recall, agent)):
            yield

    def ready(self) -> Mapping[str, bool]:
        """Whether its database answers."""
        service = self._webhook.service
        return {"whatsapp": service is not None and answers(service.store.engine, "chats")}

    def measure(self) -> None:
        """Set the gauges of its queues."""
        if self._webhook.service:
            self._webhook.service.measure()


class WhatsAppRecords:
    """Chats, identities, queues and alerts."""

    def __init__(self, settings: Settings) -> None:
        """Open the channel's database."""
        assert settings.whatsapp
        self._settings, self._config = settings, settings.whatsapp
        self.store = Store(self._config.database)

    def of_phone(self, phone: str) -> str | None:
        """Return the chat of a telephone number."""
        return data_requests.find(
            self.store,
            phone,
            key=self._settings.signing_key(),
            phone_number_id=self._config.phone_number_id,
        )

    def export(self, conversation: str) -> dict[str, Any]:
        """Return every row of a chat."""
        return data_requests.export(self.store, conversation)

    def erase(self, conversation: str) -> dict[str, int]:
        """Delete every row of a chat."""
        return data_requests.erase(self.store, conversation)

    def purge(self, *, now: float | None = None) -> dict[str, int]:
        """Delete what no redelivery, no receipt and no patient needs any more."""
        now = time.time() if now is None else now
        return {"whatsapp": tidy(self.store, now=int(now), keep_days=self._config.keep_days)}


def opens(settings: Settings) -> WhatsAppService | None:
    """Return the channel, None where none of its settings is there."""
    return WhatsAppService(settings) if settings.whatsapp else None


def keeps(settings: Settings) -> WhatsAppRecords | None:
    """Return what it keeps, None where it is switched off."""
    return WhatsAppRecords(settings) if settings.whatsapp else None


CHANNEL = Channel("whatsapp", opens=opens, keeps=keeps, knows_phones=True)


async def say(
    agent: Any, incoming: Incoming, *, sender: str, message_id: str, variety: str
) -> Collected:
    """Return what the bot says to a message; it waits for its turn in the inbox, so nothing hurries it here."""
    return await agent.call(
        lambda: turn(
            agent.agent.handle_message,
            incoming,
            sender=sender,
            channel=CHANNEL,
            message_id=message_id,
            variety=variety,
        )
    )


async def recall(agent: Any, sender: str, message_id: str) -> Collected | None:
    """Return what the bot said to a message, where a process died between saying it and storing it; else None."""

    async def look() -> Collected | None:
        found = event_store.exchange(store_of(agent.agent), sender, message_id)
        said = Collected()
        for one in found.uttered if found else ():
            said.take({**one.metadata, "text": one.text, "buttons": one.buttons})
        return said if said.passed else None

    return await agent.call(look)
