"""The durable outbox: a reply is stored in the transaction that closes its message, then sent, then marked as sent.

Between a request and its answer nobody can know whether Meta took the message. Such a reply is left alone for a while:
its receipt comes back with the statuses, and only where none comes is it sent again.

An urgent reply waits for nobody: not for what else goes to its chat, seconds where others wait for minutes, and it is
never given up while the patient can be written to. In danger, twice is better than late.
"""

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.answers.gate import Passed
from bot.channels.whatsapp.alerts import BARRED, alert
from bot.channels.whatsapp.button_tokens import offer
from bot.channels.whatsapp.statuses import URGENT, fail
from bot.channels.whatsapp.tables import Store, add, one, outbox

QUEUED, SENDING, SENT = "queued", "sending", "sent"
GRACE = (
    45.0  # seconds a status may take to tell that a message left, after its request went unanswered
)
MOST_TRIES = 7  # with waits of 4^0 to 4^5 seconds: some twenty minutes
STEP = 4  # Meta's own advice: wait 4^X seconds
URGENT_GRACE = 12.0  # the same as GRACE for urgent replies, whose requests take 8 seconds at most
URGENT_WAIT = 4.0  # the longest wait of an urgent reply between two tries
# so many times without an answer: perhaps each of them arrived, and nobody is helped by hundreds
MOST_UNANSWERED, UNANSWERED_WAIT = 30, 600.0
# seconds between two looks whether Meta takes messages again, urgent and others: no connection, or our token or account
DOWN_WAITS, BARRED_WAITS = (2.0, 10.0), (15.0, 60.0)
_urgent = outbox.c.action.in_(URGENT)
_urgent_waits = sa.and_(
    _urgent, outbox.c.state.in_((QUEUED, SENDING)), outbox.c.attempts < MOST_TRIES
)
_other = outbox.alias()
_urgent_held = sa.exists().where(
    _other.c.action.in_(URGENT), _other.c.state == QUEUED, _other.c.held.isnot(None)
)


@dataclass(frozen=True)
class Reply:
    """What is to be said: it passes the gate again when it leaves. `quote` is the message it is shown under.

    `late` is said in place of `text` where the reply leaves only after the time `late_from`.
    """

    text: str
    variety: str
    action: str
    buttons: tuple[dict[str, str], ...] = field(default=())
    quote: str | None = None
    late: str = ""
    late_from: float = 0.0


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
        "late": reply.late,
        "late_from": reply.late_from,
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

        What the last process was sending waits for it from now on: no status could arrive while nobody listened. What
        was held is tried at once, perhaps with a new token.
        """
        self._store, self._grace = store, grace
        now = time.time()
        with store.begin() as connection:
            self._release(connection, now=now)
            if not store.embedded:  # others are at work, and listened
                return
            due = sa.case((_urgent, now + min(grace, URGENT_WAIT)), else_=now + grace)
            connection.execute(outbox.update().where(outbox.c.state == SENDING).values(due=due))

    def claim(self, *, now: float, urgent: bool) -> Row | None:
        """Take the next reply that is due, of the urgent ones or of the others, one at a time for each chat; or None.

        What is taken comes back by itself after the grace time, unless it is settled first.
        """
        busy = sa.and_(outbox.c.state == SENDING, outbox.c.due > now)
        # what is urgent overtakes the others in its chat, also one that is under way; and they wait for it
        ahead = sa.and_(busy, _urgent) if urgent else sa.or_(busy, _urgent_waits)
        grace = min(self._grace, URGENT_GRACE) if urgent else self._grace
        with self._store.begin() as connection:
            row = one(
                connection,
                outbox.select()
                .where(
                    _urgent if urgent else sa.not_(_urgent),
                    outbox.c.state.in_((QUEUED, SENDING)),
                    outbox.c.due <= now,
                    # of all that is held, what is urgent finds out whether Meta takes messages again
                    sa.true() if urgent else sa.or_(outbox.c.held.is_(None), ~_urgent_held),
                    outbox.c.chat.notin_(sa.select(outbox.c.chat).where(ahead)),
                )
                .order_by(outbox.c.number)
                .limit(1),
            )
            if row is not None:
                self._set(
                    connection, row, state=SENDING, due=now + grace, attempts=row.attempts + 1
                )
            return row

    def sent(self, row: Row, name: str, *, now: float) -> None:
        """Note that Meta took a reply, and let go what was held; `name` is what the message is called here."""
        with self._store.begin() as connection:
            self._set(connection, row, state=SENT, sent_as=name, quote=None)
            self._release(connection, now=now)

    def again(self, row: Row, *, now: float, code: int, known: bool) -> None:
        """Let a reply be tried later, or give it up after the last try.

        Where it is not `known` that Meta did not take it, it waits for the grace time at least.
        """
        wait = float(STEP ** min(row.attempts, MOST_TRIES))
        if row.action in URGENT:
            quick = known or row.attempts < MOST_UNANSWERED
            wait = min(wait, URGENT_WAIT, self._grace) if quick else UNANSWERED_WAIT
        elif row.attempts + 1 >= MOST_TRIES:
            self.give_up(row, code=code)
            return
        elif not known:
            wait = max(wait, self._grace)
        state = QUEUED if known else SENDING
        with self._store.begin() as connection:
            self._set(connection, row, state=state, due=now + wait, held=None)

    def hold(self, row: Row, *, now: float, code: int, barred: bool) -> None:
        """Keep a reply, and all that wait, until Meta takes messages again; it costs none of their tries.

        Staff are told where it is our access that is `barred`: waiting alone does not mend that.
        """
        urgent, others = BARRED_WAITS if barred else DOWN_WAITS
        due = sa.case((_urgent, now + urgent), else_=now + others)
        waits = sa.and_(outbox.c.state == QUEUED, outbox.c.held == code)
        with self._store.begin() as connection:
            if barred and one(connection, outbox.select().where(waits)) is None:
                alert(connection, reason=BARRED, chat=row.chat, cause=row.key)
            self._set(connection, row, state=QUEUED, attempts=row.attempts, held=code, due=due)
            connection.execute(
                outbox.update()
                .where(outbox.c.state == QUEUED, outbox.c.due < due)
                .values(held=code, due=due)
            )

    def give_up(self, row: Row, *, code: int) -> None:
        """Mark a reply as failed."""
        with self._store.begin() as connection:
            fail(connection, row.number, code=code)

    @staticmethod
    def _release(connection: Connection, *, now: float) -> None:
        """Let everything go that was held."""
        connection.execute(
            outbox.update()
            .where(outbox.c.state == QUEUED, outbox.c.held.isnot(None), outbox.c.due > now)
            .values(due=now)
        )

    @staticmethod
    def _set(connection: Connection, row: Row, **values: Any) -> None:
        """Change a reply, unless a status has settled it meanwhile."""
        connection.execute(
            outbox.update()
            .where(outbox.c.number == row.number, outbox.c.state.in_((QUEUED, SENDING)))
            .values(**values)
        )
