"""A message that came twice is answered once, whichever process it came to: looked up in the locked conversation."""

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from bot.channels.web.history import recorded, store_of


class Answered(Exception):
    """The message is on record already."""


async def handle_once(agent: Agent, message: UserMessage) -> None:
    """Let Rasa answer `message`; raises Answered where it did so before."""
    assert message.message_id
    async with agent.lock_store.lock(message.sender_id):
        if recorded(store_of(agent), message.sender_id, message.message_id):
            raise Answered
        await agent.processor.handle_message(message)
