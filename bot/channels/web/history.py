"""A visitor's conversation as the tracker holds it: shown again after a reload, looked up for a retry, erased."""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.events import BotUttered, UserUttered

from bot.answers.compose import JOINT
from bot.answers.gate import Passed
from bot.container import gate, library
from bot.errors import BotError
from bot.rasa_adapter.tracker import BUTTON, SHOWN

logger = logging.getLogger(__name__)
MOST_TURNS = 200
# plain SQL: building the same query costs two milliseconds, and every message asks it; an id has no % in it (web_body)
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
class Turn:
    """One message of the visitor and what was said to it."""

    id: str
    text: str
    button: str | None
    variety: str
    time: float
    uttered: list[BotUttered] = field(default_factory=list)

    @property
    def said(self) -> list[Passed]:
        """What may be shown of the bot's messages today: they pass the gate again, texts may be recalled since."""
        return [self._passed(event) for event in self.uttered] or [
            gate().check(None, variety=self.variety)
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the turn as the widget shows it; a tapped button by its approved label."""
        name, _, language = (self.button or "").partition(":")
        text = (library().title(name, language or self.variety) or "") if self.button else self.text
        time = datetime.fromtimestamp(self.time, UTC).isoformat(timespec="seconds")
        return {"id": self.id, "text": text, "time": time, "replies": self.replies()}

    def replies(self) -> list[dict[str, Any]]:
        """Return what was said; where nothing is on record, the approved trouble text."""
        return [shown(passed) for passed in self.said]

    def _passed(self, event: BotUttered) -> Passed:
        variety = (event.metadata or {}).get("variety") or self.variety
        return gate().check(
            event.text, event.data.get("buttons") or (), variety=variety, place="history"
        )


def shown(passed: Passed) -> dict[str, Any]:
    """Return what the gate let through as the widget gets it; each block with how many lines of the text are its."""
    blocks = [
        {
            "id": block.id,
            "variety": block.variety,
            "sha256": block.sha256,
            "kind": block.kind,
            "lines": block.text.count(JOINT) + 1,
        }
        for block in passed.blocks
    ]
    return {
        "text": passed.text,
        "buttons": list(passed.buttons),
        "blocks": blocks,
        "variety": passed.variety,
        "dir": "rtl" if passed.variety == "ur" else "ltr",
    }


async def turns(agent: Agent, sender: str) -> list[Turn]:
    """Return the last turns of a conversation, oldest first."""
    tracker = await agent.tracker_store.retrieve_full_tracker(sender)
    return _turns(tracker.events if tracker else ())[-MOST_TURNS:]


async def turn_of(agent: Agent, sender: str, message_id: str | None) -> Turn | None:
    """Return the turn of one message in a visitor's own conversation, or None."""
    if message_id is None or not recorded(store_of(agent), sender, message_id):
        return None
    return next(
        (turn for turn in reversed(await turns(agent, sender)) if turn.id == message_id), None
    )


def _turns(events: Iterable[Any]) -> list[Turn]:
    found: list[Turn] = []
    for event in events:
        if isinstance(event, UserUttered):
            metadata = event.metadata or {}
            found.append(
                Turn(
                    str(event.message_id),
                    event.text or "",
                    metadata.get(BUTTON),
                    metadata.get(SHOWN) or "en",
                    event.timestamp,
                )
            )
        elif isinstance(event, BotUttered) and found:
            found[-1].uttered.append(event)
    return found


async def erase(agent: Agent, sender: str) -> None:
    """Delete everything on record of a conversation, after the message being answered, if there is one."""
    async with agent.lock_store.lock(sender):
        store = store_of(agent)
        if isinstance(store, InMemoryTrackerStore):
            store.store.pop(sender, None)
        elif isinstance(store, SQLTrackerStore):
            delete_events(store, store.SQLEvent.sender_id == sender)
        else:
            raise BotError(
                f"{type(store).__name__}: cannot erase a conversation; use the SQL tracker store"
            )


def store_of(agent: Agent) -> TrackerStore:
    """Return the store that holds the conversations, out of what Rasa wraps it in."""
    return inner(agent.tracker_store)


def inner(store: TrackerStore) -> TrackerStore:
    """Return the store inside what Rasa wraps it in."""
    while hasattr(store, "_tracker_store"):  # Rasa wraps the store it was given
        store = store._tracker_store
    return store


def recorded(store: TrackerStore, sender: str, message_id: str) -> bool:
    """Whether a message of that id may be in a conversation: a cheap look before it is read whole."""
    if not isinstance(store, SQLTrackerStore):
        tracker = store.store.get(sender) if isinstance(store, InMemoryTrackerStore) else None
        return tracker is not None and json.dumps(message_id) in str(tracker)
    query, asked = RECORDED, {"sender": sender, "part": json.dumps(message_id).replace("_", r"\_")}
    if store.engine.dialect.name == "sqlite":
        query, asked = INDEXED, {"sender": sender, "id": message_id}
    with store.engine.connect() as connection:
        return connection.execute(query, asked).first() is not None


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
