"""Reads of a conversation what a turn can depend on: the last few replies, and what still holds of all before them.

Rasa replays the whole session at every turn, several times: the hundredth message would take ten times as long as the
tenth. A turn depends on the bot's last message (the memory travels in it), on slots, and on the form that asks; those
are read however old they are.
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from rasa.shared.core.events import ActiveLoop, BotUttered, Event
from rasa.shared.utils.common import all_subclasses
from sqlalchemy.engine import Connection

from bot.rasa_adapter.tracker import MEMORY

REPLIES = 6  # as many of the bot's last messages are read, with everything after the first of them
# what an event of these types says holds until another of them; the rest (messages, actions) is over when it is over
LASTING = (
    "session_started",
    "slot",
    "reset_slots",
    "active_loop",
    "form",
    "agent",
    "pause",
    "resume",
    "restart",
)
# plain SQL: building the same queries costs three milliseconds a turn
_START = (
    "(SELECT coalesce(max(timestamp), 0) FROM events "
    "WHERE sender_id = :sender AND type_name = 'session_started')"
)
_CUT = (
    "coalesce((SELECT id FROM events WHERE sender_id = :sender AND type_name = 'bot' "
    f"ORDER BY id DESC LIMIT 1 OFFSET {REPLIES - 1}), 0)"
)
_ALL = "FROM events WHERE sender_id = :sender"
# unordered, and with `id + 0`, or SQLite walks through all that was ever said instead of to the few by their type
WINDOW = sa.text(
    f"SELECT id, 0 AS early, data {_ALL} AND timestamp >= {_START} AND id >= {_CUT} "
    f"UNION ALL SELECT id, 1, data {_ALL} AND timestamp >= {_START} AND id + 0 < {_CUT} "
    f"AND type_name IN ({', '.join(map(repr, LASTING))})"
)
SESSION = sa.text(f"SELECT data {_ALL} AND timestamp >= {_START} ORDER BY id")
EVERYTHING = sa.text(f"SELECT data {_ALL} ORDER BY id")


def read(connection: Connection, sender: str) -> list[Event]:
    """Return what a turn needs of the present session of a conversation, oldest first."""
    rows = sorted(connection.execute(WINDOW, {"sender": sender}).all(), key=lambda row: row.id)
    early = _events(row.data for row in rows if row.early)
    recent = _events(row.data for row in rows if not row.early)
    loops = [event.name for event in early if isinstance(event, ActiveLoop)]
    whole = not any(
        isinstance(event, BotUttered) and MEMORY in (event.metadata or {}) for event in recent
    )
    # a form that still asks, or a memory that is not where it should be: nothing is worth a guess here
    if whole or (loops and loops[-1]):
        return _events(row.data for row in connection.execute(SESSION, {"sender": sender}))
    return early + recent


def read_all(connection: Connection, sender: str) -> list[Event]:
    """Return every event of a conversation, those of earlier sessions too."""
    return _events(row.data for row in connection.execute(EVERYTHING, {"sender": sender}))


def _events(rows: Iterable[str]) -> list[Event]:
    return [event for event in map(_event, map(json.loads, rows)) if event]


def _event(stored: dict[str, Any]) -> Event | None:
    """Return an event as Rasa makes it, without walking through every class of events to find the one of its type."""
    kind = _kinds().get(str(stored.get("event")))
    return kind._from_parameters(stored) if kind else Event.from_parameters(stored)


@lru_cache(maxsize=1)
def _kinds() -> dict[str, type[Event]]:
    # of two classes with one type name Rasa takes the first
    return {kind.type_name: kind for kind in reversed(all_subclasses(Event))}
