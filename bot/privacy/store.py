"""ADAPTER: Rasa's SQL tracker store, keeping of a message only what the conversation needs, with numbers masked.

The dialogue needs the bot's own messages (its memory travels in them), the ids and the buttons; the widget shows the
words again after a reload. What the pipeline found in the words is needed for one turn and not kept.
"""

import copy
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT

from bot.privacy.redact import redact
from bot.service import settings


class PrivateTrackerStore(SQLTrackerStore):
    """Named in endpoints.yml."""

    def __init__(self, domain: Any = None, dialect: str = "sqlite", db: str = "conversations.db",
                 **options: Any) -> None:
        """As Rasa's own; an SQLite file lies under JAWAB_VAR, and what is deleted from it is overwritten."""
        if dialect == "sqlite":
            settings().var.mkdir(parents=True, exist_ok=True)
            db = str(settings().var / db)
        super().__init__(domain, dialect=dialect, db=db, **options)
        if dialect == "sqlite":
            sa.event.listen(self.engine, "connect", _overwrite)

    def _additional_events(self, session: Any, tracker: DialogueStateTracker) -> Iterator[Event]:
        """Return what is new in `tracker`, as it is kept; the tracker itself stays as it is."""
        return map(kept, super()._additional_events(session, tracker))


def kept(event: Event) -> Event:
    """Return `event` as it is stored: a patient's message with masked numbers and nothing of how it was read."""
    if not isinstance(event, UserUttered):
        return event
    stored = copy.copy(event)
    stored.text = redact(event.text) if event.text else event.text
    intent = {"name": event.intent_name} if event.intent_name else {}
    stored.parse_data = {INTENT: intent, ENTITIES: [], TEXT: stored.text}
    return stored


def _overwrite(connection: Any, record: Any) -> None:
    connection.execute("PRAGMA secure_delete = ON")
