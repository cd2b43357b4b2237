"""Sends what is due: through the gate at the last moment, inside the 24-hour window, again where that may help."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy.engine import Row

from bot.answers.gate import Gate
from bot.answers.library import Library
from bot.channels.whatsapp import cloud
from bot.channels.whatsapp.identities import Chats
from bot.channels.whatsapp.message_format import CHOOSE, bubble
from bot.channels.whatsapp.outbox import Outbox, receipt
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
        self._free = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    async def start_due(self, name: Callable[[str], str]) -> bool:
        """Begin to send one reply that is due; return whether there was one.

        `name` turns Meta's id of a message into what it is called here.
        """
        await self._free.acquire()
        row = None
        try:
            row = await asyncio.to_thread(self._outbox.claim, now=self._clock())
        finally:
            if row is None:
                self._free.release()
        if row is None:
            return False
        task = asyncio.create_task(self._send(row, name))
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return True

    async def finish(self) -> None:
        """Wait for what is being sent."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._free.release()
        if (
            not task.cancelled() and task.exception()
        ):  # the reply comes back by itself after the grace time
            logger.error("whatsapp sending failed", exc_info=task.exception())

    async def _send(self, row: Row, name: Callable[[str], str]) -> None:
        chat = await asyncio.to_thread(self._chat, row)
        if self._clock() >= chat.heard_at + WINDOW:
            await asyncio.to_thread(self._outbox.give_up, row, code=cloud.WINDOW_CLOSED)
            return
        answer = await self._api.send({chat.address_kind: chat.address, **self._payload(row)})
        if answer.outcome == cloud.SENT:
            await asyncio.to_thread(self._outbox.sent, row, name(answer.wamid))
        elif answer.outcome == cloud.REFUSED:
            await asyncio.to_thread(self._outbox.give_up, row, code=answer.code)
        else:
            await asyncio.to_thread(
                self._outbox.again,
                row,
                now=self._clock(),
                code=answer.code,
                known=answer.outcome == cloud.AGAIN,
            )

    def _chat(self, row: Row) -> Row:
        with self._store.begin() as connection:
            return Chats.row(connection, row.chat)

    def _payload(self, row: Row) -> dict[str, Any]:
        """Return the request for a reply, without whom it is for: what the gate lets through at this moment."""
        body = row.body
        buttons = [{"id": button["id"], "title": button["title"]} for button in body["buttons"]]
        passed = self._gate.check(body["text"], buttons, variety=body["variety"], place="whatsapp")
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
