"""What patients ask, added up for the page, the terminal and the CSV."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.engine import Row

from bot.analytics.clusters import groups
from bot.analytics.questions import ACTION, CAUSE, COUNTS, DOUBT, TOPIC, Asked, Choice, day_of
from bot.analytics.votes import Votes

EXAMPLES = 4
NUMBER_COLUMNS = ("day", "channel", "variety", "kind", "name", "count")
QUESTION_COLUMNS = ("group", "size", "day", "channel", "variety", "doubt", "cause", "words")
Counts = list[tuple[str, int]]


@dataclass(frozen=True)
class Day:
    """One day: all messages, and those that no approved text answers."""

    day: date
    all: int
    unanswered: int


@dataclass(frozen=True)
class Figures:
    """The counts of a period, each list with the largest first."""

    days: list[Day]
    actions: Counts
    topics: Counts
    doubts: Counts
    causes: Counts
    channels: Counts
    varieties: Counts
    votes: list[tuple[str, int, int]]  # text, thumbs up, thumbs down: the most disliked first

    @property
    def total(self) -> int:
        """How many messages there were."""
        return sum(count for _, count in self.actions)


@dataclass(frozen=True)
class Group:
    """Like questions: one text would answer them."""

    questions: list[Row]

    @property
    def chats(self) -> int:
        """In how many conversations it was asked."""
        return len({one.sender for one in self.questions})

    @property
    def varieties(self) -> list[str]:
        """The languages it was asked in, the most frequent first."""
        return [name for name, _ in Counter(one.variety for one in self.questions).most_common()]

    @property
    def examples(self) -> list[Row]:
        """Some of its questions, no wording twice."""
        return list({one.words.casefold(): one for one in self.questions}.values())[:EXAMPLES]


def figures(book: Asked, votes: Votes, choice: Choice, *, today: date) -> Figures:
    """Return the counts of what was chosen, up to `today`."""
    by_day = book.sums(choice, ACTION, COUNTS.day, COUNTS.name)
    every, unanswered, actions = Counter[date](), Counter[date](), Counter[str]()
    for row in by_day:
        every[row.day] += row.total
        actions[row.name] += row.total
        unanswered[row.day] += row.total if row.name == "decline" else 0
    days = [
        choice.since + timedelta(days=number) for number in range((today - choice.since).days + 1)
    ]
    topics, doubts, causes = (
        _pairs(book.sums(choice, kind, COUNTS.name)) for kind in (TOPIC, DOUBT, CAUSE)
    )
    channels, varieties = (
        _pairs(book.sums(choice, ACTION, column)) for column in (COUNTS.channel, COUNTS.variety)
    )
    return Figures(
        [Day(day, every[day], unanswered[day]) for day in days],
        actions.most_common(),
        topics,
        doubts,
        causes,
        channels,
        varieties,
        [] if choice.channel == "whatsapp" else _thumbs(votes, choice),
    )


def alike(questions: Sequence[Row]) -> list[Group]:
    """Return `questions` in groups of like ones, first what most conversations asked."""
    found = [
        Group([questions[place] for place in places])
        for places in groups([one.words for one in questions])
    ]
    return sorted(found, key=lambda group: (-group.chats, -len(group.questions)))


def number_rows(book: Asked, choice: Choice) -> list[dict[str, Any]]:
    """Return every count of what was chosen, a row each, as NUMBER_COLUMNS."""
    columns = [COUNTS[name] for name in NUMBER_COLUMNS[:-1] if name != "kind"]
    return [
        {**row._asdict(), "kind": kind, "count": row.total}
        for kind in (ACTION, TOPIC, DOUBT, CAUSE)
        for row in sorted(book.sums(choice, kind, *columns), key=lambda row: row.day)
    ]


def question_rows(unanswered: Iterable[Group], others: Iterable[Row]) -> list[dict[str, Any]]:
    """Return every question as QUESTION_COLUMNS: those without an answer by group, then the others."""
    rows = [
        {**_question(one), "group": number, "size": len(group.questions)}
        for number, group in enumerate(unanswered, start=1)
        for one in group.questions
    ]
    return rows + [{**_question(one), "group": "", "size": ""} for one in others]


def _question(one: Row) -> dict[str, Any]:
    """Return what leaves the console of a question: not the conversation's name, nor the hour."""
    return {
        "day": day_of(one.at),
        "channel": one.channel,
        "variety": one.variety,
        "doubt": one.doubt,
        "cause": one.cause,
        "words": one.words,
    }


def _pairs(rows: Iterable[Row]) -> Counts:
    return [(row[0], row[1]) for row in rows]


def _thumbs(votes: Votes, choice: Choice) -> list[tuple[str, int, int]]:
    up, down = Counter[str](), Counter[str]()
    for text, variety, vote, count in votes.totals(since=choice.since):
        if choice.variety in (None, variety):
            (up if vote == "up" else down)[text] += count
    return sorted(
        ((text, up[text], down[text]) for text in {*up, *down}),
        key=lambda row: (-row[2], -row[1], row[0]),
    )
