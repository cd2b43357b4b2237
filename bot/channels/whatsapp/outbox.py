"""The durable outbox: a reply is stored in the transaction that closes its message, then sent, then marked as sent.

Between a request and its answer nobody can know whether Meta took the message. Such a reply is left alone for a while:
its receipt comes back with the statuses, and only where none comes is it sent again.
"""

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.answers.gate import Passed
from bot.channels.whatsapp.button_tokens import offer
from bot.channels.whatsapp.statuses import URGENT, fail
from bot.channels.whatsapp.tables import Store, add, one, outbox

QUEUED, SENDING, SENT = "queued", "sending", "sent"
GRACE = (
    45.0  # seconds a status may take to tell that a message left, after its request went unanswered
)
MOST_TRIES = 7  # with waits of 4^0 to 4^5 seconds: some twenty minutes
STEP = 4  # Meta's own advice: wait 4^X seconds


@dataclass(frozen=True)
class Reply:
    """What is to be said: it passes the gate again when it leaves. `quote` is the message it is shown under."""

    text: str
    variety: str
    action: str
    buttons: tuple[dict[str, str], ...] = field(default=())
    quote: str | None = None


def plan(connection: Connection, reply: Reply, *, key: str, chat: str, now: int) -> None:
    """Store a reply to be sent, once for each `key`."""
    if not add(
        connection,
        outbox,
        key=key,
        receipt=secrets.token_urlsafe(9),
        chat=chat,
        action=reply.action,
        state=QUEUED,
        due=float(now),
        made=now,
        quote=reply.quote,
    ):
        return
    body = {
        "text": reply.text,
        "variety": reply.variety,
        "buttons": offer(connection, chat, reply.buttons, now=now),
    }
    connection.execute(outbox.update().where(outbox.c.key == key).values(body=body))


def said_since(connection: Connection, chat: str, action: str, since: int) -> bool:
    """Whether a chat was told something of this action since then."""
    return (
        one(
            connection,
            outbox.select().where(
                outbox.c.chat == chat, outbox.c.action == action, outbox.c.made > since
            ),
        )
        is not None
    )


def receipt(token: str, passed: Passed) -> str:
    """Return what travels with the message and back: its own token, and which texts of the ledger it is made of."""
    texts = [f"{block.id}.{block.variety}.{block.sha256[:12]}" for block in passed.blocks]
    return f"{token}:{','.join(texts) or 'service_trouble.' + passed.variety}"


class Outbox:
    """Replies on their way out."""

    def __init__(self, store: Store, *, grace: float = GRACE) -> None:
        """`grace` must be longer than a request may take.

        What the last process was sending waits for it from now on: no status could arrive while nobody listened.
        """
        self._store, self._grace = store, grace
        with store.begin() as connection:
            connection.execute(
                outbox.update().where(outbox.c.state == SENDING).values(due=time.time() + grace)
            )

    def claim(self, *, now: float) -> Row | None:
        """Take the next reply that is due, urgent ones first, one at a time for each chat; or None.

        What is taken comes back by itself after the grace time, unless it is settled first.
        """
        busy = sa.select(outbox.c.chat).where(outbox.c.state == SENDING, outbox.c.due > now)
        with self._store.begin() as connection:
            urgent = sa.case((outbox.c.action.in_(URGENT), 0), else_=1)
            row = one(
                connection,
                outbox.select()
                .where(
                    outbox.c.state.in_((QUEUED, SENDING)),
                    outbox.c.due <= now,
                    outbox.c.chat.notin_(busy),
                )
                .order_by(urgent, outbox.c.number)
                .limit(1),
            )
            if row is not None:
                self._set(
                    connection, row, state=SENDING, due=now + self._grace, attempts=row.attempts + 1
                )
            return row

    def sent(self, row: Row, name: str) -> None:
        """Note that Meta took a reply; `name` is what the message is called here."""
        with self._store.begin() as connection:
            self._set(connection, row, state=SENT, sent_as=name, quote=None)

    def again(self, row: Row, *, now: float, code: int, known: bool) -> None:
        """Let a reply be tried later, or give it up after the last try.

        Where it is not `known` that Meta did not take it, it waits for the grace time in place of the back-off.
        """
        if row.attempts + 1 >= MOST_TRIES:
            self.give_up(row, code=code)
        elif known:
            with self._store.begin() as connection:
                self._set(connection, row, state=QUEUED, due=now + STEP**row.attempts)

    def give_up(self, row: Row, *, code: int) -> None:
        """Mark a reply as failed."""
        with self._store.begin() as connection:
            fail(connection, row.number, code=code)

    @staticmethod
    def _set(connection: Connection, row: Row, **values: Any) -> None:
        """Change a reply, unless a status has settled it meanwhile."""
        connection.execute(
            outbox.update()
            .where(outbox.c.number == row.number, outbox.c.state.in_((QUEUED, SENDING)))
            .values(**values)
        )
