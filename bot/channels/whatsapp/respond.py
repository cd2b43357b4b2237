"""What is said to each kind of message. Words go through the bot as everywhere; the rest has its approved text."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Protocol

from sqlalchemy.engine import Row

from bot.answers.compose import JOINT, Composer
from bot.answers.gate import Gate
from bot.answers.library import Library
from bot.channels.incoming import Incoming, clean
from bot.channels.incoming import tapped as button_pressed
from bot.channels.whatsapp.button_tokens import tapped
from bot.channels.whatsapp.inbox import Work
from bot.channels.whatsapp.outbox import Reply, said_since
from bot.channels.whatsapp.payloads import Message
from bot.channels.whatsapp.statuses import URGENT
from bot.channels.whatsapp.tables import Store

MOST_ATTEMPTS = 3  # a message that brought the process down this often is met with the trouble text
ALBUM = 30  # seconds: ten pictures sent together are told once that pictures are not opened
UNSUPPORTED = 3600  # seconds between two replies to what WhatsApp itself could not pass on
LATE, MEDIA, REFUSED, EDITED, BUTTON_GONE, UNREADABLE, UNANSWERED = (
    "late",
    "media",
    "decline",
    "edited",
    "button_gone",
    "unreadable",
    "handoff_unanswered",
)
HEARD = URGENT | {"steer"}  # what an edited message is still told


class Said(Protocol):
    """What the bot said in one turn (bot/channels/gated_output.py: Collected)."""

    @property
    def replies(self) -> list[dict[str, Any]]:
        """What passed the gate."""

    @property
    def metadata(self) -> dict[str, Any]:
        """What is known about it: action, topics, variety, reasons."""


class Say(Protocol):
    """One turn of the bot (bot/channels/turn.py), with handler and channel filled in."""

    def __call__(
        self, incoming: Incoming, *, sender: str, message_id: str, variety: str
    ) -> Awaitable[Said]:
        """Return what the bot says."""


Recall = Callable[
    [str, str], Awaitable[Said | None]
]  # sender, message id: what was said, where the turn is on record


class Answers:
    """Decides on replies; stores nothing but which buttons were tapped."""

    def __init__(
        self,
        store: Store,
        library: Library,
        gate: Gate,
        say: Say,
        *,
        recall: Recall | None = None,
        language: str = "en",
        stale_minutes: int = 15,
    ) -> None:
        """`language` is for chats that have had none yet; older than `stale_minutes`, a message came late."""
        self._store, self._library, self._gate, self._say, self._recall = (
            store,
            library,
            gate,
            say,
            recall,
        )
        self._composer, self.language, self._stale = Composer(library), language, stale_minutes * 60

    async def to(self, work: Work, chat: Row) -> list[Reply]:
        """Return what is said to a message: nothing where it is a repetition of one already met."""
        message, variety = work.message, chat.variety or self.language
        if work.attempts > MOST_ATTEMPTS:
            return [self._trouble(variety)]
        if message.kind == "tap":
            return await self._tap(work, variety)
        if message.kind == "media":
            return await self._media(work, variety)
        if message.kind == "refused":
            return [self.fixed(REFUSED, variety)]
        if message.kind == "unsupported":
            told = self._told(work, message.kind, UNSUPPORTED)
            return [] if told else [self.fixed(UNREADABLE, variety, action=message.kind)]
        replies = await self._turn(work, Incoming(clean(message.text)), variety)
        if message.kind == "edit":
            kept = [reply for reply in replies if reply.action in HEARD]
            return _quoting(message.quote, kept or [self.fixed(EDITED, variety)])
        return _quoting(message.quote, replies) if message.forwarded else replies

    def is_late(self, message: Message) -> bool:
        """Whether a message is too old to be met as if it had just been written."""
        return time.time() - message.at > self._stale

    def fixed(self, name: str, variety: str, *, action: str | None = None) -> Reply:
        """Return a reply that is one text of the ledger with what belongs to it."""
        composed = self._composer.compose(
            action=action or name, says=(name,), topics=(), variety=variety
        )
        return Reply(composed.text, composed.variety, composed.action if action is None else action)

    def _trouble(self, variety: str) -> Reply:
        trouble = self._composer.trouble(variety)
        return Reply(trouble.text, variety, trouble.action)

    async def _tap(self, work: Work, variety: str) -> list[Reply]:
        with self._store.begin() as connection:
            button, again = tapped(
                connection, work.chat, work.message.button, by=work.message.id, now=int(time.time())
            )
        if again:
            return []
        if button is None:
            return [self.fixed(BUTTON_GONE, variety)]
        return await self._turn(work, button_pressed(button), variety)

    async def _media(self, work: Work, variety: str) -> list[Reply]:
        """Say that it is not opened, and answer its caption in the same message; danger comes without preface."""
        action = f"{MEDIA}.{work.message.media}"
        if not work.message.text.strip():
            told = self._told(work, action, ALBUM)
            return [] if told else [self.fixed(MEDIA, variety, action=action)]
        replies = await self._turn(work, Incoming(clean(work.message.text)), variety)
        return [reply if reply.action in URGENT else self._after(MEDIA, reply) for reply in replies]

    async def _turn(self, work: Work, incoming: Incoming, variety: str) -> list[Reply]:
        """Return what the bot says; where a process died after saying it, what it said then."""
        said = None
        if self._recall and work.attempts > 1:
            said = await self._recall(work.chat, work.message.id)
        if said is None:
            said = await self._say(
                incoming, sender=work.chat, message_id=work.message.id, variety=variety
            )
        action = said.metadata.get("action") or "steer"
        replies = [
            Reply(reply["text"], reply["variety"], action, tuple(reply["buttons"]))
            for reply in said.replies
        ]
        if action not in URGENT:
            return replies
        late = [self._after(LATE, reply) for reply in replies]
        if self.is_late(work.message):
            return late
        from_then = work.message.at + self._stale
        return [
            replace(reply, late=then.text, late_from=from_then)
            for reply, then in zip(replies, late, strict=True)
        ]

    def _after(self, name: str, reply: Reply) -> Reply:
        """Return `reply` behind another text in the same message; alone where the two together may not leave."""
        first = self._library.block(name, reply.variety)
        if first is None:
            return reply
        passed = self._gate.check(
            JOINT.join((first.text, reply.text)), reply.buttons, variety=reply.variety
        )
        return (
            reply
            if passed.replaced
            else Reply(passed.text, reply.variety, reply.action, reply.buttons)
        )

    def _told(self, work: Work, action: str, seconds: int) -> bool:
        with self._store.begin() as connection:
            return said_since(connection, work.chat, action, int(time.time()) - seconds)


def _quoting(message_id: str | None, replies: list[Reply]) -> list[Reply]:
    return [replace(reply, quote=message_id) for reply in replies]
