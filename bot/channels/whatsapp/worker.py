"""Works the inbox off: decides on a reply, stores it, lets it be sent. Each step is on disk before the next begins."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from sqlalchemy.engine import Connection, Row

from bot.channels.whatsapp.alerts import ASKS, CAME_LATE, WAITED, alert
from bot.channels.whatsapp.forward_alerts import relay
from bot.channels.whatsapp.human_takeover import Quiet, hand_back, is_quiet, overdue
from bot.channels.whatsapp.identities import Chats
from bot.channels.whatsapp.inbox import LEASE, Inbox, Work, finish
from bot.channels.whatsapp.outbox import Reply, plan
from bot.channels.whatsapp.respond import UNANSWERED, Answers
from bot.channels.whatsapp.retention import tidy
from bot.channels.whatsapp.sender import Sender
from bot.channels.whatsapp.statuses import URGENT, tell_undelivered
from bot.channels.whatsapp.tables import Store, chats
from bot.handover.queue import WaitingRoom

logger = logging.getLogger(__name__)
AT_ONCE = 4  # chats answered side by side: the model is busy with one message at a time anyway
LOOK_AGAIN = 0.5  # seconds between two looks where nothing announced itself: waits that end, patients who wait
TIDY_EVERY = 3600.0
RELAY_EVERY = 2.0
TELL_EVERY = 5.0
HANDOFF = "handoff"
T = TypeVar("T")


class Worker:
    """Runs beside the server; `wake` tells it that something came in."""

    def __init__(
        self,
        store: Store,
        inbox: Inbox,
        answers: Answers,
        sender: Sender,
        quiet: Quiet,
        busy: Callable[[], bool],
        *,
        keep_days: int,
        room: WaitingRoom | None = None,
    ) -> None:
        """Nothing runs yet; `busy` tells whether webhooks wait to be acknowledged, which comes before work.

        `room` is where staff see who waits, None where there is no console.
        """
        self._store, self._inbox, self._answers, self._busy = store, inbox, answers, busy
        self._sender, self._quiet, self._keep_days, self._room = sender, quiet, keep_days, room
        self._came_in = asyncio.Event()
        self._to_send = {urgent: asyncio.Event() for urgent in (True, False)}
        self._free = asyncio.Semaphore(AT_ONCE)
        self._running: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Look at once instead of in a moment."""
        for news in (self._came_in, *self._to_send.values()):
            news.set()

    def start(self) -> None:
        """Run until `stop`."""
        sending = (self._send(urgent=True), self._send(urgent=False))
        for loop in (self._receive(), *sending, self._watch()):
            self._keep(asyncio.create_task(loop))
        if self._room:
            self._keep(asyncio.create_task(self._relay(self._room)))

    async def stop(self) -> None:
        """Stop; what was under way is taken up by the next process."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._sender.finish()

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _receive(self) -> None:
        while True:
            await self._free.acquire()
            await self._let_pass()
            self._came_in.clear()
            work = await _or_none(asyncio.to_thread(self._inbox.claim))
            if work is None:
                self._free.release()
                await _until(self._came_in)
                continue
            task = asyncio.create_task(self._answer(work))
            task.add_done_callback(lambda _: self._free.release())
            self._keep(task)

    async def _send(self, *, urgent: bool) -> None:
        news = self._to_send[urgent]
        while True:
            if not urgent:
                await self._let_pass()
            news.clear()
            if not await _or_none(self._sender.start_due(self._inbox.name, urgent=urgent)):
                await _until(news)

    async def _let_pass(self) -> None:
        """Wait while webhooks come in one after another, but never so long that answers stop."""
        until = time.monotonic() + LOOK_AGAIN
        while self._busy() and time.monotonic() < until:
            await asyncio.sleep(LOOK_AGAIN / 25)

    async def _watch(self) -> None:
        jobs: list[tuple[Callable[[], object], float]] = [
            (self._inbox.renew, LEASE / 3),
            (self._tell_overdue, 0.0),
            (self._tell_undelivered, TELL_EVERY),
            (self._tidy, TIDY_EVERY),
        ]
        done = {job: float("-inf") for job, _ in jobs}
        while True:
            for job, every in jobs:
                if time.monotonic() - done[job] >= every:
                    await _or_none(asyncio.to_thread(job))
                    done[job] = time.monotonic()
            await asyncio.sleep(LOOK_AGAIN)

    def _tidy(self) -> None:
        tidy(self._store, now=int(time.time()), keep_days=self._keep_days)

    def _tell_undelivered(self) -> None:
        with self._store.begin() as connection:
            tell_undelivered(connection, now=time.time())

    async def _relay(self, room: WaitingRoom) -> None:
        while (
            True
        ):  # apart from everything else: a waiting room that cannot be written holds no patient up
            await _or_none(
                asyncio.to_thread(relay, self._store, room, language=self._answers.language)
            )
            await asyncio.sleep(RELAY_EVERY)

    async def _answer(self, work: Work) -> None:
        try:
            chat = await asyncio.to_thread(self._chat, work.chat)
            replies = await self._answers.to(work, chat)
            await asyncio.to_thread(self._store_answer, work, replies)
        except Exception:  # the message is not lost: it is tried again, and after a few tries met with the trouble text
            logger.exception("whatsapp message failed: message=%s", work.message.id)
            await asyncio.sleep(LOOK_AGAIN)
            await _or_none(asyncio.to_thread(self._inbox.give_back, work))
        finally:
            self._inbox.let_go(work)
        self.wake()

    def _chat(self, chat: str) -> Row:
        with self._store.begin() as connection:
            return Chats.row(connection, chat)

    def _store_answer(self, work: Work, replies: list[Reply]) -> None:
        """Store the replies, and close the message, at once. While staff write themselves only danger is answered."""
        now = int(time.time())
        with self._store.begin() as connection:
            if is_quiet(Chats.row(connection, work.chat), now=now):
                replies = [reply for reply in replies if reply.action in URGENT]
                self._quiet.patient_waits(connection, work.chat, now=now)
            for number, reply in enumerate(replies):
                plan(connection, reply, key=f"{work.message.id}#{number}", chat=work.chat, now=now)
                self._note(connection, work, reply, now=now)
            finish(connection, work)

    def _note(self, connection: Connection, work: Work, reply: Reply, *, now: int) -> None:
        """Keep what a reply means for the chat and for staff."""
        connection.execute(
            chats.update().where(chats.c.id == work.chat).values(variety=reply.variety)
        )
        if reply.action == HANDOFF:
            self._quiet.patient_waits(connection, work.chat, now=now)
            alert(connection, reason=ASKS, chat=work.chat, cause=work.message.id)
        if reply.action in URGENT and self._answers.is_late(work.message):
            alert(connection, reason=CAME_LATE, chat=work.chat, cause=work.message.id)

    def _tell_overdue(self) -> None:
        """Tell patients who have waited too long for staff how to reach the clinic, and let the bot answer again."""
        now = int(time.time())
        with self._store.begin() as connection:
            for chat in overdue(connection, now=now):
                reply = self._answers.fixed(UNANSWERED, chat.variety or self._answers.language)
                cause = f"{UNANSWERED}:{chat.id}:{chat.waiting_until}"
                plan(connection, reply, key=cause, chat=chat.id, now=now)
                alert(connection, reason=WAITED, chat=chat.id, cause=cause)
                hand_back(connection, chat.id)


async def _until(news: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(
            LOOK_AGAIN
        ):  # wait_for can swallow the cancellation that stops us
            await news.wait()


async def _or_none(step: Awaitable[T]) -> T | None:
    """Return what `step` returns; None where it failed, after a moment: a loop must outlive a full disk."""
    try:
        return await step
    except Exception:
        logger.exception("whatsapp worker: a step failed")
        await asyncio.sleep(LOOK_AGAIN)
        return None
