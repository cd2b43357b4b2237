"""ADAPTER: Rasa's SQL store for conversations, which forgets what is typed into a call-back request.

A name and a number are kept once, encrypted, in the waiting room; here they would stand in the open.
"""

import copy
from collections.abc import Iterator
from typing import Any

from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import ActiveLoop, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.answers.compose import URGENT
from bot.components import READING, TYPED

FORGOTTEN = "…"


class Conversations(SQLTrackerStore):
    """Named in endpoints.yml under `tracker_store`."""

    def _additional_events(self, session: Any, tracker: DialogueStateTracker) -> Iterator[Event]:
        """Return the events to be stored, answers to the request without their words; danger is kept as it was said."""
        asked = _answers(tracker)
        return (_forgetting(event) if id(event) in asked and not _urgent(event) else event
                for event in super()._additional_events(session, tracker))


def _answers(tracker: DialogueStateTracker) -> set[int]:
    """Return the identities of the messages that came while a form asked."""
    found, asking = set(), False
    for event in tracker.events:
        if isinstance(event, ActiveLoop):
            asking = bool(event.name)
        elif isinstance(event, UserUttered) and asking:
            found.add(id(event))
    return found


def _urgent(event: UserUttered) -> bool:
    verdict = ((event.parse_data or {}).get(READING) or {}).get("verdict") or {}
    return verdict.get("level") in URGENT


def _forgetting(event: UserUttered) -> UserUttered:
    forgotten = copy.copy(event)
    forgotten.text = FORGOTTEN
    forgotten.entities = []
    forgotten.parse_data = {**(event.parse_data or {}), "text": FORGOTTEN, TYPED: FORGOTTEN, "entities": [],
                            "text_tokens": [], READING: {}}
    return forgotten
