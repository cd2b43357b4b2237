"""ADAPTER: every store that holds something of a conversation, as one: shown, erased, and cleared in time."""

import json
import time
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.core.utils import AvailableEndpoints

from bot.analytics.questions import Asked
from bot.analytics.tables import tables as asked_tables
from bot.analytics.votes import Votes
from bot.channels.web.history import delete_events, inner
from bot.channels.whatsapp import data_requests as whatsapp
from bot.channels.whatsapp.retention import DAY, tidy
from bot.channels.whatsapp.tables import Store
from bot.errors import SettingsError
from bot.handover.queue import WaitingRoom
from bot.project import at
from bot.settings import Settings
from bot.storage.database import Database


@dataclass(frozen=True)
class Records:
    """The stores of this installation; `chats` is None where WhatsApp is switched off."""

    conversations: SQLTrackerStore
    chats: Store | None
    settings: Settings

    @classmethod
    def open(cls, settings: Settings) -> "Records":
        """Return the stores that endpoints.yml and `settings` name; raises SettingsError for one that keeps nothing."""
        store = TrackerStore.create(
            AvailableEndpoints.read_endpoints(str(at("endpoints.yml"))).tracker_store
        )
        return cls.of(
            inner(store), Store(settings.whatsapp.database) if settings.whatsapp else None, settings
        )

    @classmethod
    def of(cls, store: TrackerStore, chats: Store | None, settings: Settings) -> "Records":
        """Return the stores that a running server has open."""
        if not isinstance(store, SQLTrackerStore):
            raise SettingsError(
                f"endpoints.yml: tracker_store: {type(store).__name__} cannot be searched; "
                f"name bot.rasa_adapter.tracker_store.PrivateTrackerStore"
            )
        return cls(store, chats, settings)

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
    def asked(self) -> Asked | None:
        """What the staff console keeps of questions without an answer, None where it is switched off."""
        return (
            Asked(Database(self.settings.staff.database, asked_tables))
            if self.settings.staff
            else None
        )

    def of_phone(self, phone: str) -> str | None:
        """Return the conversation of a telephone number on WhatsApp, or None."""
        config = self.settings.whatsapp
        if self.chats is None or config is None:
            raise SettingsError(
                "--phone: WhatsApp is switched off here; set its settings, as the server has them"
            )
        return whatsapp.find(
            self.chats,
            phone,
            key=self.settings.signing_key(),
            phone_number_id=config.phone_number_id,
        )

    def export(self, conversation: str) -> dict[str, Any]:
        """Return everything on record of a conversation, as JSON-ready data."""
        event = self.conversations.SQLEvent
        with self.conversations.session_scope() as session:
            rows = (
                session.query(event.data)
                .filter(event.sender_id == conversation)
                .order_by(event.id)
                .all()
            )
        events = [json.loads(row.data) for row in rows]
        return {
            "conversation": conversation,
            "events": events,
            "whatsapp": whatsapp.export(self.chats, conversation) if self.chats else {},
            "waiting room": self.room.export(conversation) if self.room else [],
            "questions": self.asked.export(conversation) if self.asked else [],
        }

    def erase(self, conversation: str) -> dict[str, int]:
        """Delete everything on record of a conversation; return how many rows of each table."""
        event = self.conversations.SQLEvent
        # WhatsApp first: what still waits there would be answered, and written, again
        counts = whatsapp.erase(self.chats, conversation) if self.chats else {}
        if self.room:
            counts["waiting room"] = self.room.erase(conversation)
        if self.asked:
            counts["questions"] = self.asked.erase(conversation)
        return {
            "events": delete_events(self.conversations, event.sender_id == conversation),
            **counts,
        }

    def purge(self, *, now: float | None = None) -> dict[str, int]:
        """Delete whatever is older than the settings let it become; return how many rows of each store."""
        now = time.time() if now is None else now
        config, event = self.settings.whatsapp, self.conversations.SQLEvent
        oldest = now - self.settings.keep_conversations_days * DAY
        counts = {"events": delete_events(self.conversations, event.timestamp < oldest)}
        before = date.fromtimestamp(now) - timedelta(days=self.settings.keep_votes_days)
        counts["votes"] = Votes(self.settings.address("votes")).purge(before=before)
        if self.chats is not None and config is not None:
            counts["whatsapp"] = tidy(self.chats, now=int(now), keep_days=config.keep_days)
        if self.room:
            counts["call-back requests"] = self.room.tidy()
        if self.asked and self.settings.staff:
            oldest = now - self.settings.staff.asked_days * DAY
            counts["questions"], counts["counts"] = self.asked.tidy(
                questions_before=oldest, counts_before=before
            )
        return counts
