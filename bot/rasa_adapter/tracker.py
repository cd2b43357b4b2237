"""ADAPTER: what a Rasa tracker holds, as the dialogue core's plain data. Reads from the tail, so a long conversation
costs no more than a short one."""

import logging
from dataclasses import replace

from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.config import Dialogue
from bot.dialogue.decide import decide, pressed
from bot.dialogue.state import Decision, Memory, Reading
from bot.errors import told
from bot.guard.verdict import Verdict
from bot.rasa_adapter.components import READING

logger = logging.getLogger(__name__)
MEMORY = "memory"  # key in a bot message's metadata
BUTTON = "button"  # key in a user message's metadata, set by channels only
DECISION = "jawab_decision"  # attribute of the message in this process; nothing of it is stored
TEST_STORY = "EndToEndUserUtterance"  # rasa.core.test's own event, which no channel can bring about
SHOWN = "shown_variety"  # language of the page, for a first message with no words to tell by


def decision_of(tracker: DialogueStateTracker, dialogue: Dialogue) -> Decision:
    """Return what to do about the latest message of `tracker`; a message nobody could read is steered."""
    message = _latest(tracker)
    kept: Decision | None = getattr(message, DECISION, None)
    if kept is None:
        kept = _decided(tracker, message, dialogue)
        if message is not None:  # decided once: policy and reply generator see the same
            setattr(message, DECISION, kept)
    return kept


def _decided(
    tracker: DialogueStateTracker, message: UserUttered | None, dialogue: Dialogue
) -> Decision:
    memory = Memory()
    try:
        memory = _memory(tracker)
        return decide(_reading(message, memory, dialogue), memory, dialogue)
    except Exception as error:  # an unread message is a specialist's, not the bot's
        logger.error("decision failed: sender=%s: %s", tracker.sender_id, told(error))
        return decide(Reading(Verdict.hand_over("decision failed"), None), memory, dialogue)


def variety_before(tracker: DialogueStateTracker) -> str:
    """Return the language of the conversation so far, whatever the latest message looks like: a name, a number."""
    memory, message = _memory(tracker), _latest(tracker)
    shown = (message.metadata or {}).get(SHOWN) if message else None
    return memory.chosen or memory.last_variety or shown or "en"


def _latest(tracker: DialogueStateTracker) -> UserUttered | None:
    return next(
        (event for event in reversed(tracker.events) if isinstance(event, UserUttered)), None
    )


def _memory(tracker: DialogueStateTracker) -> Memory:
    kept = next(
        (
            event.metadata[MEMORY]
            for event in reversed(tracker.events)
            if isinstance(event, BotUttered) and MEMORY in (event.metadata or {})
        ),
        None,
    )
    return Memory.from_dict(kept)


def _reading(message: UserUttered | None, memory: Memory, dialogue: Dialogue) -> Reading:
    if message is None:
        return Reading(Verdict.hand_over("no message"), None)
    metadata = message.metadata or {}
    wordless = memory.last_variety or metadata.get(SHOWN)
    if metadata.get(BUTTON):
        return replace(pressed(metadata[BUTTON], dialogue), variety=wordless)
    if (
        type(message).__name__ == TEST_STORY
    ):  # `rasa test` keeps of a message it has parsed its intent alone
        return pressed(message.intent_name or "", dialogue)
    data = (message.parse_data or {}).get(READING)
    if not data:
        return Reading(Verdict.hand_over("the message was not checked"), wordless)
    return Reading.from_dict({**data, "variety": data.get("variety") or wordless})
