"""ADAPTER: every store that holds something of a conversation, as one: shown, erased, and cleared in time."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from bot.analytics.questions import Asked
from bot.analytics.tables import tables as asked_tables
from bot.channels.channel import Kept, every, kept
from bot.errors import SettingsError
from bot.handover.notes import Notes
from bot.handover.queue import WaitingRoom
from bot.rasa_adapter import event_store
from bot.settings import Settings
from bot.storage.database import Database

DAY = 24 * 3600


@dataclass(frozen=True)
class Records:
    """The stores of this installation; `channels` holds what each channel that is switched on keeps besides."""

    conversations: Any
    channels: Mapping[str, Kept]
    settings: Settings

    @classmethod
    def open(cls, settings: Settings) -> "Records":
        """Return the stores that endpoints.yml and `settings` name; raises SettingsError for one that keeps nothing."""
        return cls.of(event_store.open_store(), settings)

    @classmethod
    def of(cls, store: Any, settings: Settings) -> "Records":
        """Return the stores of a server whose conversations are in `store`."""
        return cls(event_store.searchable(store), kept(settings), settings)

    @cached_property
    def room(self) -> WaitingRoom | None:
        """Where patients wait for a person, None where the staff console is switched off."""
        staff = self.settings.staff
        if staff is None:
            return None
        return WaitingRoom(
            staff.database, keys=self.settings.contact_key(), days=staff.contact_days
        )

    @cached_property
    def notes(self) -> Notes:
        """What is on its way to the waiting room."""
        return Notes(self.settings.var / "notes", lambda: self.room)

    @cached_property
    def asked(self) -> Asked | None:
        """What the staff console keeps of questions without an answer, None where it is switched off."""
        return (
            Asked(Database(self.settings.staff.database, asked_tables))
            if self.settings.staff
            else None
        )

    def of_phone(self, phone: str) -> str | None:
        """Return the conversation of a telephone number, or None."""
        with_phones = [one.name for one in every() if one.knows_phones]
        asked = [self.channels[name] for name in with_phones if name in self.channels]
        if not asked:
            raise SettingsError(
                "--phone: WhatsApp is switched off here; set its settings, as the server has them"
            )
        return next(filter(None, (one.of_phone(phone) for one in asked)), None)

    def export(self, conversation: str) -> dict[str, Any]:
        """Return everything on record of a conversation, as JSON-ready data."""
        return {
            "conversation": conversation,
            "events": event_store.export(self.conversations, conversation),
            **{name: one.export(conversation) for name, one in self.channels.items()},
            "waiting room": self.room.export(conversation) if self.room else [],
            "questions": self.asked.export(conversation) if self.asked else [],
        }

    def erase(self, conversation: str) -> dict[str, int]:
        """Delete everything on record of a conversation; return how many rows of each table."""
        counts: dict[str, int] = {}
        # the channels first: what still waits there would be answered, and written, again
        for one in self.channels.values():
            counts |= one.erase(conversation)
        if self.room:
            counts["waiting room"] = self.notes.erase(conversation) + self.room.erase(conversation)
        if self.asked:
            counts["questions"] = self.asked.erase(conversation)
        return {"events": event_store.erase(self.conversations, conversation), **counts}

    def purge(self, *, now: float | None = None) -> dict[str, int]:
        """Delete whatever is older than the settings let it become; return how many rows of each store."""
        now = time.time() if now is None else now
        oldest = now - self.settings.keep_conversations_days * DAY
        counts = {"events": event_store.purge(self.conversations, before=oldest)}
        for one in self.channels.values():
            counts |= one.purge(now=now)
        if self.room:
            counts["call-back requests"] = self.room.tidy()
        if self.asked and self.settings.staff:
            before = date.fromtimestamp(now) - timedelta(days=self.settings.keep_votes_days)
            counts["questions"], counts["counts"] = self.asked.tidy(
                questions_before=now - self.settings.staff.asked_days * DAY, counts_before=before
            )
        return counts
