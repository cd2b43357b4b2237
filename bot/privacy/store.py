"""ADAPTER: Rasa's SQL tracker store, keeping of a message only what the conversation needs, with numbers masked.

The dialogue needs the bot's own messages (its memory travels in them), the ids and the buttons; the widget shows the
words again after a reload. What the pipeline found in the words is needed for one turn and not kept. A name and a
number typed into a call-back request are kept once, encrypted, in the waiting room: here they would stand in the open.
"""

import copy
import itertools
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import ActiveLoop, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT

from bot.answers.compose import URGENT
from bot.components import READING
from bot.database import POSTGRESQL
from bot.privacy.redact import redact
from bot.schema import upgrade
from bot.service import settings

FORGOTTEN, STORE, SQLITE = "…", "conversations", "sqlite:"
# how much of the present session is stored: what Rasa asks too, but building its query costs three milliseconds a turn
STORED = sa.text("SELECT count(*) FROM events WHERE sender_id = :sender AND timestamp >= coalesce("
                 "(SELECT max(timestamp) FROM events WHERE sender_id = :sender AND type_name = :start), timestamp)")


class PrivateTrackerStore(SQLTrackerStore):
    """Named in endpoints.yml."""

    engine: sa.engine.Engine

    def __init__(self, domain: Any = None, event_broker: Any = None, **options: Any) -> None:
        """As Rasa's own, at the address that the settings give; what is deleted from SQLite is overwritten."""
        address = settings().address(STORE)
        if address.startswith(SQLITE):
            settings().var.mkdir(parents=True, exist_ok=True)
        super().__init__(domain, host=address, event_broker=event_broker)   # Rasa takes a host with a scheme whole
        if address.startswith(SQLITE):
            sa.event.listen(self.engine, "connect", _overwrite)
        else:
            self.engine.dispose()       # Rasa's own waits for a lost server for ever, and keeps dead connections
            self.engine = sa.create_engine(address, **POSTGRESQL)
            self.sessionmaker = sa.orm.sessionmaker(bind=self.engine)
        upgrade(self.engine, STORE)

    def _additional_events(self, session: Any, tracker: DialogueStateTracker) -> Iterator[Event]:
        """Return what is new in `tracker`, as it is kept; the tracker itself stays as it is."""
        asked = _answers(tracker)
        stored = session.execute(STORED, {"sender": tracker.sender_id, "start": SessionStarted.type_name}).scalar_one()
        return (kept(event, words=id(event) not in asked or _urgent(event))
                for event in itertools.islice(tracker.events, stored, None))


def kept(event: Event, *, words: bool = True) -> Event:
    """Return `event` as it is stored: a patient's message with masked numbers and nothing of how it was read.

    Without `words`, none of the message's own are kept.
    """
    if not isinstance(event, UserUttered):
        return event
    stored = copy.copy(event)
    stored.text = (redact(event.text) if words else FORGOTTEN) if event.text else event.text
    intent = {"name": event.intent_name} if event.intent_name else {}
    stored.parse_data = {INTENT: intent, ENTITIES: [], TEXT: stored.text}
    return stored


def _answers(tracker: DialogueStateTracker) -> set[int]:
    """Return the identities of the messages that came while a form asked."""
    found, asking = set(), False
    for event in tracker.events:
        if isinstance(event, ActiveLoop):
            asking = bool(event.name)
        elif isinstance(event, UserUttered) and asking:
            found.add(id(event))
    return found


def _urgent(event: Event) -> bool:
    """Return whether a message tells of a danger: that is kept as it was said."""
    verdict = ((getattr(event, "parse_data", None) or {}).get(READING) or {}).get("verdict") or {}
    return verdict.get("level") in URGENT


def _overwrite(connection: Any, record: Any) -> None:
    connection.execute("PRAGMA secure_delete = ON")
