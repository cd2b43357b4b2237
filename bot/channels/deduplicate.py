"""A message that came twice is answered once, whichever process it came to: looked up in the locked conversation."""

from typing import Any

import sqlalchemy as sa

from bot.errors import StoreError
from bot.rasa_adapter.event_store import recorded, store_of


class Answered(Exception):
    """The message is on record already."""


async def handle_once(agent: Any, message: Any) -> None:
    """Let Rasa's `agent` answer `message`; raises Answered where it did so before."""
    assert message.message_id
    async with agent.lock_store.lock(message.sender_id):
        unsearched = None
        try:
            if recorded(store_of(agent), message.sender_id, message.message_id):
                raise Answered
        except sa.exc.SQLAlchemyError as error:
            unsearched = error
        await agent.processor.handle_message(message)
    if unsearched:  # whatever may wait is met with trouble, and only danger with what was just said
        raise StoreError("the conversation could not be searched") from unsearched
