"""Marks: reviewers say whether a message was met rightly, and what it should have been met with.

They become two files for people to review, rows for `jawab evaluate` and training examples; nothing is trained on them
by itself. Messages are kept redacted and without the conversation they come from.
"""

import json
import re
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Row

from bot.dialogue.config import Dialogue
from bot.errors import StaffError
from bot.evaluation import ACTIONS
from bot.nlu.cues import FOLLOW_UP
from bot.staff.access.audit import note
from bot.staff.tables import marks
from bot.storage.database import Database
from bot.text.redact_display import HIDDEN

EXPORTED, CONTRADICTED, NOT_ALONE, NO_ACTION = "exported", "contradicted", "not alone", "no action"
ENTITY = re.compile(r"\][({\[]")  # Rasa reads [this](so) as an entity
HEAD = """# Examples from reviewers' marks. Read every line; what is good goes by hand into the file named above it.
version: "3.1"
nlu:
"""


@dataclass(frozen=True)
class Mark:
    """One judgement. `topics` and `wanted_topics` are names with spaces between; `intent` is what to train, if one.

    `alone` tells whether the kept text by itself is met with `action` and `topics` too: what hung on the messages
    before it, or on what was redacted, is no row of its own.
    """

    text: str
    variety: str
    action: str
    topics: str
    wanted_action: str
    wanted_topics: str
    intent: str | None
    alone: bool
    right: bool


@dataclass(frozen=True)
class Judged:
    """A mark on record, and what becomes of it: EXPORTED, CONTRADICTED, NOT_ALONE or NO_ACTION."""

    number: int
    at: int
    account: str
    mark: Mark
    state: str


class Marks:
    """The marks of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, account: str, mark: Mark) -> None:
        """Keep a mark; who marks the same message again changes their mind."""
        with self._database.begin() as connection:
            connection.execute(
                marks.delete().where(marks.c.account == account, marks.c.text == mark.text)
            )
            connection.execute(
                marks.insert().values(at=int(time.time()), account=account, **vars(mark))
            )
            note(connection, account, "message marked", "right" if mark.right else "wrong")

    def delete(self, number: int, account: str) -> None:
        """Take back one's own mark."""
        with self._database.begin() as connection:
            own = marks.delete().where(marks.c.number == number, marks.c.account == account)
            if not connection.execute(own).rowcount:
                raise StaffError("This mark is not there, or is a colleague's")
            note(connection, account, "mark taken back", str(number))

    def all(self) -> list[Judged]:
        """Return every mark, newest first."""
        with self._database.begin() as connection:
            found = connection.execute(marks.select().order_by(marks.c.number.desc())).all()
        return judged(found)


def judged(rows: Iterable[Row]) -> list[Judged]:
    """Return the marks of `rows` with what becomes of each: where two disagree on a message, neither counts."""
    fields = Mark.__dataclass_fields__
    found = [(row, Mark(**{name: row._mapping[name] for name in fields})) for row in rows]
    wanted: dict[str, set[Any]] = defaultdict(set)
    for _, mark in found:
        wanted[_key(mark.text)].add((mark.wanted_action, mark.wanted_topics, mark.intent))
    return [
        Judged(row.number, row.at, row.account, mark, _state(mark, len(wanted[_key(mark.text)])))
        for row, mark in found
    ]


def _state(mark: Mark, opinions: int) -> str:
    if opinions > 1:
        return CONTRADICTED
    if not mark.alone:
        return NOT_ALONE
    return EXPORTED if mark.wanted_action in ACTIONS else NO_ACTION


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


def wish(dialogue: Dialogue, intents: Sequence[str]) -> tuple[str, str, str | None]:
    """Return the action, the topics and the intent to train that `intents` stand for: one of any kind, or two topics.

    Raises StaffError where they are no such choice.
    """
    names = list(dict.fromkeys(name for name in intents if name))
    offered = {name for _, group in choices(dialogue) for name in group}
    if (
        not names
        or not offered >= set(names)
        or (len(names) > 1 and not set(dialogue.topics) >= set(names))
    ):
        raise StaffError("Choose what it should have been: one thing, or two topics to answer")
    level = dialogue.level(names[0])
    return (
        level,
        " ".join(names) if level == "answer" else "",
        names[0] if len(names) == 1 else None,
    )


def choices(dialogue: Dialogue) -> list[tuple[str, list[str]]]:
    """Return what a message can be met with: each action with the intents that lead to it."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in dialogue.intents:
        if name != FOLLOW_UP:
            found[dialogue.level(name)].append(name)
    return list(found.items())


def evaluation_rows(found: Iterable[Judged]) -> str:
    """Return what is exported as JSON lines that `jawab evaluate` reads, each message once, oldest first."""
    return "".join(
        json.dumps(
            {
                "id": f"mark-{one.number}",
                "text": _line(one.mark.text),
                "variety": one.mark.variety,
                "actions": [one.mark.wanted_action],
                "topics": one.mark.wanted_topics.split(),
            },
            ensure_ascii=False,
        )
        + "\n"
        for one in _once(found)
    )


def training_examples(found: Iterable[Judged]) -> str:
    """Return what is exported and has one intent as Rasa's NLU YAML, by intent and variety.

    Without messages that something was left out of: a black bar is nothing that anybody types.
    """
    grouped: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in _once(found):
        if one.mark.intent and _trainable(one.mark.text):
            grouped[one.mark.intent, one.mark.variety].append(_line(one.mark.text))
    parts = [
        f"# for data/nlu/{variety}/{intent}.yml\n- intent: {intent}\n  examples: |\n"
        + "".join(f"    - {text}\n" for text in texts)
        for (intent, variety), texts in sorted(grouped.items())
    ]
    return HEAD.rstrip() + (" []\n" if not parts else "\n" + "".join(parts))


def _line(text: str) -> str:
    """Return `text` in one line: Unicode's line separators would end a line of either file."""
    return " ".join(text.split())


def _trainable(text: str) -> bool:
    return (
        HIDDEN not in text
        and not ENTITY.search(text)
        and not any(
            unicodedata.category(letter) == "Cc" and not letter.isspace() for letter in text
        )
    )


def _once(found: Iterable[Judged]) -> list[Judged]:
    exported = sorted((one for one in found if one.state == EXPORTED), key=lambda one: one.number)
    first: Mapping[str, Judged] = {_key(one.mark.text): one for one in reversed(exported)}
    return sorted(first.values(), key=lambda one: one.number)
