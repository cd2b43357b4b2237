"""CORE: what patients ask. Every turn is counted for its day; what the bot had no good answer to is kept, redacted.

Counts know no conversation. Turns are noted in memory and written by `flush`, outside the patient's wait.
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.analytics.dates import PAKISTAN
from bot.analytics.tables import asked_counts, asked_questions
from bot.answers.texts import LANGUAGES
from bot.guard.verdict import CLASSIFIER, FAILURE, LEVELS, Reason
from bot.storage.database import Database
from bot.text.redact_display import redact

UNANSWERED, CLARIFIED, UNSURE = DOUBTS = ("unanswered", "clarified", "unsure")
ACTION, TOPIC, DOUBT, CAUSE = "action", "topic", "doubt", "cause"
NO_REASON = {"source": FAILURE}
SURE = 0.6  # a classifier's vote below this is shown to whoever trains it; it decides nothing
READABLE = {
    "answer",
    "decline",
    "language",
    "smalltalk",
}  # the rest is danger, a case or a call for a person
ASKED_BACK, INSULTED = {"clarify", "clarify_rephrase"}, "decline_abuse"
MOST_WORDS = 300
MOST_PENDING = 10_000
COUNTS, QUESTIONS = asked_counts.c, asked_questions.c
KEYS = ("day", "channel", "variety", "kind", "name")
ITS, MORE = {key: sa.bindparam(f"its_{key}") for key in KEYS}, sa.bindparam("more")
# built once: building one costs three times what running it does
ADD = (
    asked_counts.update()
    .where(*(COUNTS[key] == its for key, its in ITS.items()))
    .values(count=COUNTS["count"] + MORE)
)
FIRST = asked_counts.insert().values({**ITS, "count": MORE})


@dataclass(frozen=True)
class Turn:
    """One answered message: what is counted of it, and its words where they are kept."""

    at: float
    sender: str
    channel: str
    variety: str
    action: str
    topics: tuple[str, ...] = ()
    doubt: str | None = None
    cause: str = ""
    words: str | None = None

    @classmethod
    def of(
        cls, said: Mapping[str, Any], typed: str | None, *, sender: str, channel: str, at: float
    ) -> "Turn":
        """Return the turn in which `typed` was met with `said`, a reply's metadata; a tapped button has no words."""
        action, variety = str(said.get("action") or "steer"), str(said.get("variety") or "en")
        reason = Reason.from_dict((said.get("reasons") or [NO_REASON])[0])
        voted = reason.source == CLASSIFIER
        blocks = {block["id"] for block in said.get("blocks") or ()}
        doubt = (
            _doubt(action, blocks, reason.confidence or 0.0 if voted else 1.0)
            if typed is not None
            else None
        )
        return cls(
            at,
            sender,
            channel,
            variety if variety in LANGUAGES else "en",
            action if action in LEVELS else "steer",
            tuple(said.get("topics") or ()),
            doubt,
            str(reason.intent) if voted else str(reason)[:60],
            typed if doubt else None,
        )

    @property
    def counted(self) -> list[tuple[str, str]]:
        """What this turn adds one to, as kind and name."""
        found = [(ACTION, self.action), *((TOPIC, topic) for topic in self.topics)]
        if self.doubt:
            found.append((DOUBT, self.doubt))
        if self.doubt == UNANSWERED:
            found.append((CAUSE, self.cause))
        return found


def _doubt(action: str, blocks: set[str], confidence: float) -> str | None:
    """Return why a message's words are kept, None for what stays with the patient: danger, a case, insults."""
    if action not in READABLE or INSULTED in blocks:
        return None
    if blocks & ASKED_BACK:
        return CLARIFIED
    if action == "decline":
        return UNANSWERED
    return UNSURE if confidence < SURE else None


@dataclass(frozen=True)
class Choice:
    """Which turns are looked at: from a day on, of one channel and variety or of all."""

    since: date
    channel: str | None = None
    variety: str | None = None

    def of(self, columns: Any) -> list[Any]:
        """Return the conditions on the channel and variety of `columns`."""
        return [
            columns[name] == value
            for name, value in (("channel", self.channel), ("variety", self.variety))
            if value
        ]


class Asked:
    """The counts and questions in the staff's database."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self.database, self._clock = database, clock
        self._pending: deque[Turn] = deque()
        self._turn = threading.Lock()  # what is being written cannot be erased before it is there
        self.lost = 0  # turns not counted because the store was away for too long

    def note(
        self, said: Mapping[str, Any], typed: str | None, *, sender: str, channel: str
    ) -> None:
        """Remember a turn until the next `flush`; costs no more than some microseconds, and nothing waits."""
        if len(self._pending) >= MOST_PENDING:
            self.lost += 1
            return
        self._pending.append(Turn.of(said, typed, sender=sender, channel=channel, at=self._clock()))

    def flush(self) -> int:
        """Write what was noted; return how many turns. What a store that is away did not take is tried again."""
        with self._turn:
            turns = [self._pending.popleft() for _ in range(len(self._pending))]
            if not turns:
                return 0
            try:
                with self.database.begin() as connection:
                    _count(connection, turns)
                    _keep(connection, turns)
            except sa.exc.SQLAlchemyError as error:
                if not isinstance(
                    error, sa.exc.DataError
                ):  # what the store will never take is let go
                    self._pending.extendleft(reversed(turns))
                raise
        return len(turns)

    def sums(self, choice: Choice, kind: str, *columns: sa.Column) -> list[Row]:
        """Return the counts of a kind added up for each combination of `columns`, the largest first."""
        total = sa.func.sum(COUNTS["count"]).label("total")
        query = (
            sa.select(*columns, total)
            .where(COUNTS.day >= choice.since, COUNTS.kind == kind, *choice.of(COUNTS))
            .group_by(*columns)
        )
        with self.database.begin() as connection:
            return connection.execute(query.order_by(total.desc(), *columns)).all()

    def questions(self, choice: Choice, doubts: tuple[str, ...], *, most: int) -> list[Row]:
        """Return the last questions kept because of one of `doubts`, newest first."""
        start = datetime.combine(choice.since, datetime.min.time(), PAKISTAN).timestamp()
        query = (
            asked_questions.select()
            .where(QUESTIONS.at >= int(start), QUESTIONS.doubt.in_(doubts), *choice.of(QUESTIONS))
            .order_by(QUESTIONS.number.desc())
            .limit(most)
        )
        with self.database.begin() as connection:
            return connection.execute(query).all()

    def export(self, sender: str) -> list[dict[str, Any]]:
        """Return the questions kept of a conversation, as JSON-ready data."""
        with self.database.begin() as connection:
            found = connection.execute(
                asked_questions.select().where(QUESTIONS.sender == sender)
            ).all()
        return [one._asdict() for one in found]

    def erase(self, sender: str) -> int:
        """Delete the questions of a conversation, those not written yet too; return how many."""
        self.flush()
        with self._turn, self.database.begin() as connection:
            return connection.execute(
                asked_questions.delete().where(QUESTIONS.sender == sender)
            ).rowcount

    def tidy(self, *, questions_before: float, counts_before: date) -> tuple[int, int]:
        """Delete what was kept long enough; return how many questions and how many counts."""
        with self.database.begin() as connection:
            return (
                connection.execute(
                    asked_questions.delete().where(QUESTIONS.at < int(questions_before))
                ).rowcount,
                connection.execute(
                    asked_counts.delete().where(COUNTS.day < counts_before)
                ).rowcount,
            )


def day_of(at: float) -> date:
    """Return the day in Pakistan."""
    return datetime.fromtimestamp(at, PAKISTAN).date()


def _count(connection: Connection, turns: list[Turn]) -> None:
    counted = Counter(
        (day_of(turn.at), turn.channel, turn.variety, kind, name)
        for turn in turns
        for kind, name in turn.counted
    )
    for key, count in counted.items():
        values = {f"its_{name}": value for name, value in zip(KEYS, key, strict=True)} | {
            "more": count
        }
        if not connection.execute(ADD, values).rowcount:
            connection.execute(FIRST, values)


def _keep(connection: Connection, turns: list[Turn]) -> None:
    """Keep the words that may be kept; what tells of a person goes before they are cut or stored."""
    rows = [
        {
            "at": int(turn.at),
            "sender": turn.sender,
            "channel": turn.channel,
            "variety": turn.variety,
            "doubt": turn.doubt,
            "cause": turn.cause,
            "words": redact(turn.words)[:MOST_WORDS],
        }
        for turn in turns
        if turn.words
    ]
    if rows:
        connection.execute(asked_questions.insert(), rows)
