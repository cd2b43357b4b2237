"""One turn, the same for every channel: a cleaned message in, gated replies out, trouble met with the approved text."""

import logging
import time
from typing import Any

from structlog.contextvars import bound_contextvars

from bot.answers.compose import URGENT
from bot.channels.channel import Channel
from bot.channels.deduplicate import Answered
from bot.channels.gated_output import Collected
from bot.channels.incoming import Incoming
from bot.container import asked, notes
from bot.errors import told
from bot.guard.verdict import FAILURE, FORM, Reason
from bot.rasa_adapter.messages import Handler, user_message
from bot.telemetry import metrics

logger = logging.getLogger(__name__)
WAITS = {"crisis", "emergency", "handoff"}


async def turn(
    handle: Handler,
    incoming: Incoming,
    *,
    sender: str,
    channel: Channel,
    message_id: str | None = None,
    variety: str = "en",
    source: str = "",
) -> Collected:
    """Return what the bot says to `incoming`: always one message at least.

    `variety` is the language of the page or chat, for messages with no words to tell by; `source` stands for the
    address it came from (bot/handover/entries.py). Raises Answered where `handle` does: the message came before.
    Nothing that is noted of a turn waits for a store.
    """
    output = Collected()
    message = user_message(
        incoming.text,
        output,
        sender=sender,
        channel=channel.name,
        message_id=message_id,
        shown=variety,
        button=incoming.button,
    )
    started = time.perf_counter()
    with (
        bound_contextvars(channel=channel.name, message=message.message_id),
        metrics.IN_WORK.track_inprogress(),
    ):
        try:
            await handle(message)
        except Answered:
            raise
        except Exception as error:  # the patient hears the approved text, the log keeps the id only
            _failed(output, error, channel=channel.name, message=str(message.message_id))
        if not output.passed:
            logger.error(
                "turn without a reply: channel=%s message=%s", channel.name, message.message_id
            )
            output.take({"variety": variety})
        if channel.reaches_staff:
            _noted(sender, channel.name, output.metadata, source)
            _counted(incoming, output, sender=sender, channel=channel.name)
        _measure(output, channel.name, time.perf_counter() - started)
    return output


def _failed(output: Collected, error: Exception, *, channel: str, message: str) -> None:
    """An answer that is not on record is none; what helps in danger is said all the same."""
    logger.error("turn failed: channel=%s message=%s: %s", channel, message, told(error))
    if output.metadata.get("action") not in URGENT:
        output.drop()


def _measure(output: Collected, channel: str, seconds: float) -> None:
    action, said = output.metadata.get("action"), output.metadata.get("variety")
    metrics.turn(channel, action=action, variety=said, seconds=seconds)
    logger.info("turn: action=%s variety=%s ms=%d", action, said, round(seconds * 1000))


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


def _noted(sender: str, channel: str, said: dict[str, Any], source: str) -> None:
    """Note whoever is in danger or asks for a person, for the waiting room; the reply goes out even if that fails."""
    if said.get("action") not in WAITS:
        return
    reason = Reason.from_dict((said.get("reasons") or [{"source": FAILURE}])[0])
    try:
        # a call-back request notes itself when it is whole
        if (kept := notes()) and reason.source != FORM:
            kept.put(
                sender=sender,
                channel=channel,
                reason=str(said["action"]),
                cause=str(reason),
                variety=str(said.get("variety") or "en"),
                source=source,
            )
    except Exception as error:
        logger.error("waiting room failed: sender=%s: %s", sender, told(error))
