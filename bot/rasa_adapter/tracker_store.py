"""ADAPTER: Rasa's SQL tracker store, keeping of a message only what the conversation needs, with numbers masked.

The dialogue needs the bot's own messages (its memory travels in them), the ids and the buttons; the widget shows the
words again after a reload. What the pipeline found in the words is needed for one turn and not kept. A name and a
number typed into a call-back request are kept once, encrypted, in the waiting room: here they would stand in the open.
"""

import copy
import itertools
import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import ActiveLoop, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT

from bot.answers.compose import URGENT
from bot.container import settings
from bot.errors import StoreError, told
from bot.rasa_adapter import tracker_window
from bot.rasa_adapter.components import READING
from bot.storage.database import open_engine
from bot.storage.migrate import upgrade
from bot.text.redact_storage import redact

logger = logging.getLogger(__name__)
FORGOTTEN, STORE, SQLITE = "…", "conversations", "sqlite:"
# how much of the present session is stored: what Rasa asks too, but building its query costs three milliseconds a turn
STORED = sa.text(
    "SELECT count(*) FROM events WHERE sender_id = :sender AND timestamp >= coalesce("
    "(SELECT max(timestamp) FROM events WHERE sender_id = :sender AND type_name = :start), timestamp)"
)
WAIT = 1.0  # seconds for a lock on the store: a patient must be told something within two
WAIT_AGAIN, LOCKED_FOR = (
    0.05,
    5.0,
)  # seconds: how long others wait for it, and for how long they do not try harder
ON_DISK = (
    "events_on_disk"  # of a tracker this store gave or took: how many of its events are stored
)


class PrivateTrackerStore(SQLTrackerStore):
    """Named in endpoints.yml."""

    engine: sa.engine.Engine

    def __init__(self, domain: Any = None, event_broker: Any = None, **options: Any) -> None:
        """As Rasa's own, at the address that the settings give, on connections that stay open."""
        address = settings().address(STORE)
        if address.startswith(SQLITE):
            settings().make_var()
        super().__init__(
            domain, host=address, event_broker=event_broker
        )  # Rasa takes a host with a scheme whole
        self.engine.dispose()
        first = open_engine(address)
        upgrade(first, STORE)
        first.dispose()
        self.engine = open_engine(address, wait=WAIT)
        self.sessionmaker.configure(bind=self.engine)
        self._locked_at = float("-inf")
        self._unread: set[str] = set()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write what is new in `tracker`: one statement and one commit, none where nothing is new.

        Raises SQLAlchemyError where that fails, and StoreError where the conversation could not be read before.
        """
        if tracker.sender_id in self._unread:
            self._unread.discard(tracker.sender_id)
            raise StoreError("the conversation could not be read, so nothing can be added to it")
        await self.stream_events(tracker)
        with self.engine.connect() as connection:
            rows = [
                self._row(tracker.sender_id, event)
                for event in self._additional_events(connection, tracker)
            ]
        if rows:
            self._write(rows)
        setattr(tracker, ON_DISK, len(tracker.events))

    def _write(self, rows: list[dict[str, Any]]) -> None:
        """Write in one transaction. After one that found the store locked, others hardly wait for it."""
        locked = time.monotonic() - self._locked_at < LOCKED_FOR
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "sqlite":
                wait = WAIT_AGAIN if locked else WAIT
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(wait * 1000)}")
            try:
                with connection.begin():
                    connection.execute(self.SQLEvent.__table__.insert(), rows)
            except sa.exc.OperationalError:
                self._locked_at = time.monotonic()
                raise
        self._locked_at = float("-inf")

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """As Rasa's own; what cannot be read is as if new, so that danger is still met, and then not saved."""
        self._unread.discard(sender_id)
        try:
            return await super().retrieve(sender_id)
        except sa.exc.SQLAlchemyError as error:
            logger.error("a conversation cannot be read: %s", told(error))
            self._unread.add(sender_id)
            return None

    async def _retrieve(
        self, sender_id: str, fetch_events_from_all_sessions: bool
    ) -> DialogueStateTracker | None:
        """Return the conversation: all of it, or what a turn needs of its present session."""
        with self.engine.connect() as connection:
            read = (
                tracker_window.read_all if fetch_events_from_all_sessions else tracker_window.read
            )
            events = read(connection, sender_id)
        if not events or not self.domain:
            return None
        tracker = DialogueStateTracker.from_events(sender_id, events, self.domain.slots)
        if not fetch_events_from_all_sessions:
            setattr(tracker, ON_DISK, len(events))
        return tracker

    def _additional_events(self, session: Any, tracker: DialogueStateTracker) -> Iterator[Event]:
        """Return what is new in `tracker`, as it is kept; the tracker itself stays as it is.

        Of a tracker that this store gave, that is what came since, even if its conversation was erased meanwhile.
        """
        stored = getattr(tracker, ON_DISK, None)
        if stored is None:
            stored = session.execute(
                STORED, {"sender": tracker.sender_id, "start": SessionStarted.type_name}
            ).scalar_one()
        asked = _answers(tracker)
        return (
            kept(event, words=id(event) not in asked or _urgent(event))
            for event in itertools.islice(tracker.events, stored, None)
        )

    @staticmethod
    def _row(sender: str, event: Event) -> dict[str, Any]:
        """Return the columns of an event, as Rasa's own store fills them."""
        data = event.as_dict()
        return {
            "sender_id": sender,
            "type_name": event.type_name,
            "timestamp": data.get("timestamp"),
            "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
            "action_name": data.get("name"),
            "data": json.dumps(data),
        }


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
