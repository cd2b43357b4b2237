"""The durable inbox: a message is stored under its own name before it is acknowledged, and taken out once."""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.channels.whatsapp.human_takeover import Quiet
from bot.channels.whatsapp.identities import Chats
from bot.channels.whatsapp.payloads import SILENT, Delivery, Echo, Message, Person
from bot.channels.whatsapp.statuses import record
from bot.channels.whatsapp.tables import Store, add, inbox, one, outbox
from bot.errors import BotError

logger = logging.getLogger(__name__)
NEW, WORKING, DONE = "new", "working", "done"
LEASE = (
    15  # seconds after which a message belongs to nobody, unless whoever works on it says otherwise
)


@dataclass(frozen=True)
class Work:
    """A message taken out of the inbox; `attempts` is above one after a process died over it, and tells who has it."""

    message: Message
    chat: str
    attempts: int


class LostWork(BotError):
    """Whoever works on a message was away for longer than its lease."""


class Inbox:
    """Messages on their way in."""

    def __init__(self, store: Store, chats: Chats, quiet: Quiet) -> None:
        """Start where the last process stopped: what it was working on is to be done again.

        In a cluster others are at work: what a dead process had is taken up when its lease ends.
        """
        self._store, self._chats, self._quiet = store, chats, quiet
        self._held: dict[str, int] = {}
        if store.embedded:
            with store.begin() as connection:
                connection.execute(inbox.update().where(inbox.c.state == WORKING).values(state=NEW))

    def name(self, message_id: str) -> str:
        """Return what a message is called here, by its id at WhatsApp."""
        return self._chats.message(message_id)

    def accept(self, deliveries: Sequence[Delivery]) -> int:
        """Store what is new in `deliveries`, all or nothing; return how many new messages wait for an answer."""
        with self._store.begin() as connection:
            waiting = sum(
                self._message(connection, self._named(message))
                for delivery in deliveries
                for message in delivery.messages
            )
            for delivery in deliveries:
                for status in delivery.statuses:
                    record(connection, status, name=self.name(status.id))
                for echo in delivery.echoes:
                    self._echo(connection, echo)
        return waiting

    def _named(self, message: Message) -> Message:
        """Return a message under our names; its id at WhatsApp stays with it only for a reply that quotes it."""
        return replace(
            message,
            id=self.name(message.id),
            target=self.name(message.target) if message.target else None,
            quote=message.id if message.forwarded or message.kind == "edit" else None,
        )

    def _message(self, connection: Connection, message: Message) -> bool:
        if not add(
            connection,
            inbox,
            id=message.id,
            kind=message.kind,
            at=message.at,
            arrived=int(time.time()),
            state=DONE,
        ):
            return False
        if message.kind in SILENT:
            self._note(connection, message)
            return False
        chat = self._chats.of(connection, message.person, at=message.at)
        if chat is None:
            logger.warning("whatsapp message of nobody: message=%s", message.id)
            return False
        connection.execute(
            inbox.update()
            .where(inbox.c.id == message.id)
            .values(chat=chat, state=NEW, body=_body(message))
        )
        return True

    def _note(self, connection: Connection, message: Message) -> None:
        """Do what a message asks for that is not answered: a number changed hands, a message was taken back."""
        if message.breaks_session:
            self._chats.part(connection, message.person)
        if message.target and (chat := self._chats.find(connection, message.person)):
            connection.execute(
                inbox.update()
                .where(
                    sa.and_(
                        inbox.c.id == message.target, inbox.c.chat == chat, inbox.c.state == NEW
                    )
                )
                .values(state=DONE, body=None)
            )

    def _echo(self, connection: Connection, echo: Echo) -> None:
        name = self.name(echo.id)
        ours = one(connection, outbox.select().where(outbox.c.sent_as == name))
        chat = self._chats.find(connection, echo.person)
        new = add(
            connection,
            inbox,
            id=name,
            kind="echo",
            chat=chat,
            at=echo.at,
            arrived=int(time.time()),
            state=DONE,
        )
        if new and chat and not ours:
            self._quiet.staff_wrote(connection, chat, echo)

    def claim(self) -> Work | None:
        """Take out the oldest message whose chat has none in work, so that a chat is answered in order; or None."""
        now = int(time.time())
        held = sa.and_(inbox.c.state == WORKING, inbox.c.leased_until >= now)
        left = sa.or_(
            inbox.c.state == NEW, sa.and_(inbox.c.state == WORKING, inbox.c.leased_until < now)
        )
        with self._store.begin() as connection:
            row = one(
                connection,
                inbox.select()
                .where(left, inbox.c.chat.notin_(sa.select(inbox.c.chat).where(held)))
                .order_by(inbox.c.at, inbox.c.number)
                .limit(1),
            )
            if row is None:
                return None
            connection.execute(
                inbox.update()
                .where(inbox.c.id == row.id)
                .values(state=WORKING, attempts=row.attempts + 1, leased_until=now + LEASE)
            )
        self._held[row.id] = row.attempts + 1
        message = Message(**row.body, person=Person())
        return Work(message, row.chat, row.attempts + 1)

    def renew(self) -> None:
        """Say that this process lives and still works on what it has taken out."""
        until = int(time.time()) + LEASE
        with self._store.begin() as connection:
            for message_id, attempts in list(self._held.items()):
                connection.execute(
                    inbox.update().where(_has(message_id, attempts)).values(leased_until=until)
                )

    def give_back(self, work: Work) -> None:
        """Put a message back whose answer could not be stored."""
        with self._store.begin() as connection:
            connection.execute(
                inbox.update().where(_has(work.message.id, work.attempts)).values(state=NEW)
            )

    def let_go(self, work: Work) -> None:
        """Forget a message that is answered or given back."""
        self._held.pop(work.message.id, None)


def _body(message: Message) -> dict[str, Any]:
    """Return what is kept of a message until it is answered: not who wrote it, which the chat knows."""
    return {name: value for name, value in asdict(message).items() if name != "person"}


def finish(connection: Connection, work: Work) -> None:
    """Close a message, in the transaction that stores its answer, and erase the patient's words.

    Raises LostWork where the message was given to another process meanwhile, whose answer is the one that counts.
    """
    closed = connection.execute(
        inbox.update().where(_has(work.message.id, work.attempts)).values(state=DONE, body=None)
    )
    if not closed.rowcount:
        raise LostWork(f"another process has taken over message {work.message.id}")


def _has(message_id: str, attempts: int) -> Any:
    """The message as taken out at one attempt: nobody has taken it since."""
    return sa.and_(inbox.c.id == message_id, inbox.c.state == WORKING, inbox.c.attempts == attempts)


class Intake:
    """Stores deliveries that come at the same time in one transaction: one wait for the disk instead of many."""

    def __init__(self, inbox: Inbox) -> None:
        """Nothing waits yet."""
        self._inbox = inbox
        self._waiting: list[tuple[Delivery, asyncio.Future[int]]] = []
        self._storing: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether somebody waits for an acknowledgement."""
        return self._storing is not None and not self._storing.done()

    async def accept(self, delivery: Delivery) -> int:
        """Return once `delivery` is on disk: the number of new messages that came with it, or after it."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, future))
        if not self.busy:
            self._storing = asyncio.create_task(self._store())
        return await future

    async def _store(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                found = await asyncio.to_thread(
                    self._inbox.accept, [delivery for delivery, _ in batch]
                )
            except Exception as error:  # every sender of the batch must hear that nothing is stored, and send again
                logger.exception("whatsapp inbox failed: deliveries=%s", len(batch))
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
            else:
                for _, future in batch:
                    if not future.done():
                        future.set_result(found)
