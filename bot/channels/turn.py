"""One turn, the same for every channel: a cleaned message in, gated replies out, trouble met with the approved text."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import UserMessage
from structlog.contextvars import bound_contextvars

from bot.answers.compose import URGENT
from bot.channels.deduplicate import Answered
from bot.channels.gated_output import Collected
from bot.channels.incoming import Incoming
from bot.container import asked, waiting_room
from bot.errors import told
from bot.guard.verdict import FAILURE, FORM, Reason
from bot.rasa_adapter.tracker import BUTTON, SHOWN
from bot.telemetry import metrics

logger = logging.getLogger(__name__)
Handler = Callable[[UserMessage], Awaitable[Any]]
PATIENTS = {"web", "whatsapp"}  # the terminal and the staff's own tests call nobody
WAITS = {"crisis", "emergency", "handoff"}


async def turn(
    handle: Handler,
    incoming: Incoming,
    *,
    sender: str,
    channel: str,
    message_id: str | None = None,
    variety: str = "en",
) -> Collected:
    """Return what the bot says to `incoming`: always one message at least.

    `variety` is the language of the page or chat, for messages with no words to tell by. Raises Answered where `handle`
    does: the message came before.
    """
    output = Collected()
    metadata: dict[str, Any] = {SHOWN: variety}
    if incoming.button:
        metadata[BUTTON] = incoming.button
    message = UserMessage(
        incoming.text,
        output,
        sender,
        input_channel=channel,
        message_id=message_id,
        metadata=metadata,
    )
    started = time.perf_counter()
    with (
        bound_contextvars(channel=channel, message=message.message_id),
        metrics.IN_WORK.track_inprogress(),
    ):
        try:
            await handle(message)
        except Answered:
            raise
        except (
            Exception
        ) as error:  # the patient hears the approved text, the log keeps the id and not the words
            logger.error(
                "turn failed: channel=%s message=%s: %s", channel, message.message_id, told(error)
            )
            if (
                output.metadata.get("action") not in URGENT
            ):  # an answer that is not on record is none
                output.drop()
        if not output.replies:
            logger.error("turn without a reply: channel=%s message=%s", channel, message.message_id)
            await output.send_response(sender, {"variety": variety})
        if channel in PATIENTS and output.metadata.get("action") in WAITS:
            await asyncio.to_thread(_noted, sender, channel, output.metadata)
        if channel in PATIENTS:
            _counted(incoming, output, sender=sender, channel=channel)
        _measure(output, channel, time.perf_counter() - started)
    return output


def _measure(output: Collected, channel: str, seconds: float) -> None:
    action, said = output.metadata.get("action"), output.metadata.get("variety")
    metrics.turn(channel, action=action, variety=said, seconds=seconds)
    logger.info("turn: action=%s variety=%s ms=%.0f", action, said, seconds * 1000)


def _counted(incoming: Incoming, output: Collected, *, sender: str, channel: str) -> None:
    """Note the turn for those who write the texts; it reaches the disk later, and failing costs the patient nothing."""
    try:
        if book := asked():
            book.note(
                output.metadata,
                None if incoming.button else incoming.text,
                sender=sender,
                channel=channel,
            )
    except Exception as error:
        logger.error("turn not counted: %s", told(error))


def _noted(sender: str, channel: str, said: dict[str, Any]) -> None:
    """Put whoever is in danger or asks for a person into the waiting room; the reply goes out even if that fails."""
    reason = Reason.from_dict((said.get("reasons") or [{"source": FAILURE}])[0])
    try:
        room = waiting_room()
        if room and reason.source != FORM:  # a call-back request notes itself when it is whole
            room.note(
                sender=sender,
                channel=channel,
                reason=str(said["action"]),
                cause=str(reason),
                variety=str(said.get("variety") or "en"),
            )
    except Exception as error:
        logger.error("waiting room failed: sender=%s: %s", sender, told(error))
