"""How far a text went: in how many conversations patients received it."""

import time

import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import BotUttered

DAYS = 30


def reach(agent: Agent, name: str) -> int | None:
    """Return in how many conversations `name` was said in the last DAYS, None where the store cannot tell."""
    store = agent.tracker_store
    while hasattr(store, "_tracker_store"):  # Rasa wraps the store it was given
        store = store._tracker_store
    if not isinstance(store, SQLTrackerStore):
        return None
    event, since = store.SQLEvent, time.time() - DAYS * 24 * 3600
    block = f'{{"id": "{name}", "variety": '  # as Rasa's store writes what a reply is made of
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
