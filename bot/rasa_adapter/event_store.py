"""ADAPTER: what stands in Rasa's stores of events, as plain data: read, looked up, counted and deleted.

Everything here may block on a database: never call it on the loop that serves HTTP.
"""

import json
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore, TrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.shared.core.events import BotUttered, UserUttered

from bot.errors import BotError, SettingsError, told
from bot.project import at
from bot.rasa_adapter import tracker_window
from bot.rasa_adapter.tracker import BUTTON, SHOWN

logger = logging.getLogger(__name__)
REACH_DAYS = 30
# plain SQL: building the same query costs two milliseconds, and every message asks it; an id has no % in it (web/body)
RECORDED = sa.text(
    r"SELECT 1 FROM events WHERE sender_id = :sender AND type_name = 'user' "
    r"AND data LIKE '%' || :part || '%' ESCAPE '\' LIMIT 1"
)
# the same on SQLite, which keeps an index of it (storage/migrations/conversations): a long talk is not searched
MESSAGE = "json_extract(data, '$.message_id')"
INDEXED = sa.text(
    f"SELECT 1 FROM events WHERE sender_id = :sender AND type_name = 'user' AND {MESSAGE} = :id LIMIT 1"
)


@dataclass(frozen=True)
class Uttered:
    """One message of the bot as it was stored."""

    text: str | None
    buttons: tuple[Any, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Exchange:
    """One message of a patient and what the bot said to it."""

    id: str
    text: str
    button: str | None
    variety: str
    time: float
    uttered: list[Uttered] = field(default_factory=list)


def store_of(agent: Any) -> TrackerStore:
    """Return the store that holds the conversations, out of what Rasa wraps it in."""
    return inner(agent.tracker_store)


def inner(store: TrackerStore) -> TrackerStore:
    """Return the store inside what Rasa wraps it in."""
    while hasattr(store, "_tracker_store"):  # Rasa wraps the store it was given
        store = store._tracker_store
    return store


def open_store() -> SQLTrackerStore:
    """Return the store that endpoints.yml names, for commands that run beside a server."""
    return searchable(
        inner(
            TrackerStore.create(
                AvailableEndpoints.read_endpoints(str(at("endpoints.yml"))).tracker_store
            )
        )
    )


def searchable(store: TrackerStore) -> SQLTrackerStore:
    """Return `store` where it can be searched; raises SettingsError for one that keeps nothing."""
    if not isinstance(store, SQLTrackerStore):
        raise SettingsError(
            f"endpoints.yml: tracker_store: {type(store).__name__} cannot be searched; "
            f"name bot.rasa_adapter.tracker_store.PrivateTrackerStore"
        )
    return store


def exchanges(store: TrackerStore, sender: str) -> list[Exchange]:
    """Return everything that was said in a conversation, oldest first."""
    found: list[Exchange] = []
    for event in _events(store, sender):
        if isinstance(event, UserUttered):
            metadata = event.metadata or {}
            found.append(
                Exchange(
                    id=str(event.message_id),
                    text=event.text or "",
                    button=metadata.get(BUTTON),
                    variety=metadata.get(SHOWN) or "en",
                    time=event.timestamp,
                )
            )
        elif isinstance(event, BotUttered) and found:
            buttons = tuple((event.data or {}).get("buttons") or ())
            found[-1].uttered.append(Uttered(event.text, buttons, event.metadata or {}))
    return found


def exchange(store: TrackerStore, sender: str, message_id: str) -> Exchange | None:
    """Return one message of a conversation with what was said to it, None where it is not on record."""
    if not recorded(store, sender, message_id):
        return None
    return next((one for one in reversed(exchanges(store, sender)) if one.id == message_id), None)


def _events(store: TrackerStore, sender: str) -> Iterable[Any]:
    if isinstance(store, SQLTrackerStore):
        with store.engine.connect() as connection:
            return tracker_window.read_all(connection, sender)
    kept = _memory(store).get(sender)
    tracker = store.deserialise_tracker(sender, kept) if kept else None
    return tracker.events if tracker else ()


def _memory(store: TrackerStore) -> dict[str, str]:
    if isinstance(store, InMemoryTrackerStore):
        return store.store
    raise BotError(f"{type(store).__name__}: cannot be read or erased; use the SQL tracker store")


def recorded(store: TrackerStore, sender: str, message_id: str) -> bool:
    """Whether a message of that id may be in a conversation: a cheap look before it is read whole."""
    if not isinstance(store, SQLTrackerStore):
        return json.dumps(message_id) in str(_memory(store).get(sender, ""))
    query, asked = RECORDED, {"sender": sender, "part": json.dumps(message_id).replace("_", r"\_")}
    if store.engine.dialect.name == "sqlite":
        query, asked = INDEXED, {"sender": sender, "id": message_id}
    with store.engine.connect() as connection:
        return connection.execute(query, asked).first() is not None


def export(store: SQLTrackerStore, sender: str) -> list[dict[str, Any]]:
    """Return every event of a conversation as it is stored."""
    event = store.SQLEvent
    with store.session_scope() as session:
        rows = session.query(event.data).filter(event.sender_id == sender).order_by(event.id).all()
    return [json.loads(row.data) for row in rows]


def erase(store: TrackerStore, sender: str) -> int:
    """Delete everything on record of a conversation; return how many events that were."""
    if isinstance(store, SQLTrackerStore):
        return delete_events(store, store.SQLEvent.sender_id == sender)
    return int(_memory(store).pop(sender, None) is not None)


def purge(store: SQLTrackerStore, *, before: float) -> int:
    """Delete the events of all conversations from before a time; return how many."""
    return delete_events(store, store.SQLEvent.timestamp < before)


def delete_events(store: SQLTrackerStore, condition: Any) -> int:
    """Delete the events that `condition` picks, overwriting the words and not only unlinking them; return how many."""
    with store.session_scope() as session:
        sqlite = session.get_bind().dialect.name == "sqlite"
        if sqlite:
            session.execute(
                sa.text("PRAGMA secure_delete = ON")
            )  # a store that is not ours has not set it
        deleted = session.query(store.SQLEvent).filter(condition).delete(synchronize_session=False)
        session.commit()
        if sqlite:  # the words still stand in the write-ahead log; waits for whoever reads or writes just now
            left, *_ = session.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)")).one()
            if left:
                logger.error(
                    "erased words may stand in the write-ahead log until the next purge: it is in use"
                )
    return int(deleted)


def reach(store: TrackerStore, text: str, *, clock: Callable[[], float] = time.time) -> int | None:
    """Return in how many conversations `text` was said in the last 30 days, None where the store cannot tell."""
    if not isinstance(store, SQLTrackerStore):
        return None
    event, since = store.SQLEvent, clock() - REACH_DAYS * 24 * 3600
    block = f'{{"id": "{text}", "variety": '  # as the store writes what a reply is made of
    with store.session_scope() as session:
        return (
            session.query(sa.func.count(sa.distinct(event.sender_id)))
            .filter(
                event.type_name == BotUttered.type_name,
                event.timestamp >= since,
                event.data.contains(block, autoescape=True),
            )
            .scalar()
        )


def reachable(store: TrackerStore) -> bool:
    """Whether the store answers."""
    return not isinstance(store, SQLTrackerStore) or answers(store.engine, "events")


def answers(engine: sa.engine.Engine, table: str) -> bool:
    """Whether a database can be read, and its file is still there."""
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    # an open connection goes on writing into a file that nobody finds again
    if file and not Path(file).exists():
        logger.error("a database's file is gone: %s", Path(file).name)
        return False
    try:
        with engine.connect() as connection:
            connection.execute(sa.text(f"SELECT 1 FROM {table} LIMIT 1"))
    except sa.exc.SQLAlchemyError as error:
        logger.error("a database does not answer: %s", told(error))
        return False
    return True
