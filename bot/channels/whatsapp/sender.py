"""Sends what is due: through the gate at the last moment, inside the 24-hour window, again where that may help."""

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy.engine import Row

from bot.answers.gate import Gate
from bot.answers.library import Library
from bot.channels.whatsapp import cloud
from bot.channels.whatsapp.identities import Chats
from bot.channels.whatsapp.message_format import CHOOSE, bubble
from bot.channels.whatsapp.outbox import Outbox, receipt
from bot.channels.whatsapp.statuses import URGENT
from bot.channels.whatsapp.tables import Store

logger = logging.getLogger(__name__)
WINDOW = 24 * 3600
AT_ONCE = 10


class Sender:
    """Takes replies from the outbox to Meta."""

    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        api: cloud.Cloud,
        gate: Gate,
        library: Library,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`clock` tells the time, for the window and the waits."""
        self._store, self._outbox, self._api, self._gate = store, outbox, api, gate
        self._library, self._clock = library, clock
        # apart, so that what is urgent never waits for an answer to something else
        self._free = {urgent: asyncio.Semaphore(AT_ONCE) for urgent in (True, False)}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start_due(self, name: Callable[[str], str], *, urgent: bool) -> bool:
        """Begin to send one reply that is due, of the urgent ones or of the others; return whether there was one.

        `name` turns Meta's id of a message into what it is called here.
        """
        free = self._free[urgent]
        await free.acquire()
        row = None
        try:
            row = await asyncio.to_thread(self._outbox.claim, now=self._clock(), urgent=urgent)
        finally:
            if row is None:
                free.release()
        if row is None:
            return False
        task = asyncio.create_task(self._send(row, name))
        self._tasks.add(task)
        task.add_done_callback(partial(self._done, free))
        return True

    async def finish(self) -> None:
        """Wait for what is being sent."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _done(self, free: asyncio.Semaphore, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        free.release()
        if (
            not task.cancelled() and task.exception()
        ):  # the reply comes back by itself after the grace time
            logger.error("whatsapp sending failed", exc_info=task.exception())

    async def _send(self, row: Row, name: Callable[[str], str]) -> None:
        chat = await asyncio.to_thread(self._chat, row)
        if self._clock() >= chat.heard_at + WINDOW:
            await asyncio.to_thread(self._outbox.give_up, row, code=cloud.WINDOW_CLOSED)
            return
        payload = {chat.address_kind: chat.address, **self._payload(row)}
        answer = await self._api.send(payload, urgent=row.action in URGENT)
        await asyncio.to_thread(self._settle, row, answer, name)

    def _settle(self, row: Row, answer: cloud.Answer, name: Callable[[str], str]) -> None:
        """Note what became of a reply."""
        now, outcome = self._clock(), answer.outcome
        if outcome == cloud.SENT:
            self._outbox.sent(row, name(answer.wamid), now=now)
        elif outcome == cloud.REFUSED:
            self._outbox.give_up(row, code=answer.code)
        elif outcome in (cloud.DOWN, cloud.BARRED):
            barred = outcome == cloud.BARRED
            self._outbox.hold(row, now=now, code=answer.code, barred=barred)
        else:
            known = outcome == cloud.AGAIN
            self._outbox.again(row, now=now, code=answer.code, known=known)

    def _chat(self, row: Row) -> Row:
        with self._store.begin() as connection:
            return Chats.row(connection, row.chat)

    def _payload(self, row: Row) -> dict[str, Any]:
        """Return the request for a reply, without whom it is for: what the gate lets through at this moment."""
        body = row.body
        buttons = [{"id": button["id"], "title": button["title"]} for button in body["buttons"]]
        late = body.get("late") and self._clock() >= body["late_from"]
        text = body["late"] if late else body["text"]
        passed = self._gate.check(text, buttons, variety=body["variety"], place="whatsapp")
        choose = self._library.block(CHOOSE, passed.variety)
        shown = bubble(
            passed.text,
            () if passed.replaced else body["buttons"],
            choose=choose.text if choose else None,
        )
        quote = {"context": {"message_id": row.quote}} if row.quote else {}
        return {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "biz_opaque_callback_data": receipt(row.receipt, passed),
            **quote,
            **shown,
        }
