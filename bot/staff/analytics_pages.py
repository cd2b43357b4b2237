"""The page "What patients ask": numbers for everybody, redacted questions for editors; and writing what was noted."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from datetime import timedelta
from time import time
from urllib.parse import urlencode

from sqlalchemy.engine import Row
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.analytics.questions import CLARIFIED, UNANSWERED, UNSURE, Asked, Choice, day_of
from bot.analytics.statistics import (
    NUMBER_COLUMNS,
    QUESTION_COLUMNS,
    Group,
    alike,
    figures,
    number_rows,
    question_rows,
)
from bot.analytics.votes import Votes
from bot.answers.texts import LANGUAGES
from bot.channels.channel import every
from bot.errors import StaffError, told
from bot.staff import render
from bot.staff.access.audit import note
from bot.staff.access.guard import Door
from bot.staff.access.sessions import Person
from bot.staff.forms import query
from bot.staff.testing.batch import to_csv
from bot.staff.threads import in_thread

logger = logging.getLogger(__name__)
PERIODS, USUAL = ("7", "30", "90"), "30"
CHANNELS = tuple(sorted(one.name for one in every() if one.reaches_staff))
MOST_GROUPED, MOST_GROUPS, MOST_OTHERS = (
    300,
    24,
    20,
)  # grouping 300, all different, takes a twelfth of a second
MOST_EXPORTED = 5000
FLUSH_SECONDS, AGAIN_SECONDS = 1.0, 30.0
MOST_CACHED = 8


class Demand:
    """Serves the page, and writes what turns noted."""

    def __init__(self, book: Asked, votes: Votes) -> None:
        self._book, self._votes = book, votes
        self._grouped: OrderedDict[tuple[int, ...], list[list[int]]] = OrderedDict()

    def routes(self, door: Door) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/asked", door.opens(self.show, "viewer")),
            Route("/asked.csv", door.opens(self.numbers, "viewer")),
            Route("/asked/questions.csv", door.opens(self.questions, "editor")),
        ]

    async def show(self, request: Request, person: Person) -> Response:
        """Show the counts, and to editors the questions."""
        return await in_thread(self.page, person, _chosen(request))

    def page(self, person: Person, chosen: dict[str, str]) -> Response:
        """Return the page for what was chosen: `days`, `channel` and `variety`, the last two empty for all."""
        choice, reads = _choice(chosen), person.may("editor")
        groups = (
            self._groups(self._book.questions(choice, (UNANSWERED,), most=MOST_GROUPED))
            if reads
            else []
        )
        others = (
            self._book.questions(choice, (CLARIFIED, UNSURE), most=MOST_OTHERS) if reads else []
        )
        return render.render(
            "asked",
            person,
            figures=figures(self._book, self._votes, choice, today=day_of(time())),
            groups=groups[:MOST_GROUPS],
            more=len(groups) - MOST_GROUPS,
            others=others,
            reads=reads,
            chosen=chosen,
            query=urlencode(chosen),
            periods=PERIODS,
            channels=CHANNELS,
            varieties=LANGUAGES,
            most=MOST_GROUPED,
            day_of=day_of,
        )

    async def numbers(self, request: Request, person: Person) -> Response:
        """Give the counts as CSV."""
        rows = await in_thread(number_rows, self._book, _choice(_chosen(request)))
        return render.attachment("jawab-asked.csv", to_csv(rows, NUMBER_COLUMNS), "text/csv")

    async def questions(self, request: Request, person: Person) -> Response:
        """Give the questions as CSV; that they were taken is on the trail."""
        content = await in_thread(self._export, _choice(_chosen(request)), person)
        return render.attachment("jawab-questions.csv", content, "text/csv")

    def _export(self, choice: Choice, person: Person) -> str:
        found = self._book.questions(choice, (UNANSWERED,), most=MOST_EXPORTED)
        others = self._book.questions(choice, (CLARIFIED, UNSURE), most=MOST_EXPORTED)
        grouped = self._groups(found[:MOST_GROUPED])
        with self._book.database.begin() as connection:
            note(
                connection,
                person.name,
                "questions exported",
                f"{len(found) + len(others)} questions",
            )
        return to_csv(question_rows(grouped, [*found[MOST_GROUPED:], *others]), QUESTION_COLUMNS)

    def _groups(self, found: Sequence[Row]) -> list[Group]:
        """Return the groups; which question is in which is remembered, the words are not."""
        key, by_number = tuple(one.number for one in found), {one.number: one for one in found}
        if key not in self._grouped:
            self._grouped[key] = [[one.number for one in group.questions] for group in alike(found)]
            while len(self._grouped) > MOST_CACHED:
                self._grouped.popitem(last=False)
        return [Group([by_number[number] for number in numbers]) for numbers in self._grouped[key]]

    async def write(self) -> None:
        """Write what turns noted, every second for as long as the server runs, and once more at the end."""
        try:
            while True:
                await asyncio.sleep(FLUSH_SECONDS if await self._flush() else AGAIN_SECONDS)
        finally:
            await self._flush()

    async def _flush(self) -> bool:
        try:
            await in_thread(self._book.flush)
            return True
        except Exception as error:  # a full disk now must not end the counting for ever
            logger.error("writing what was asked failed: %s", told(error))
            return False


def _chosen(request: Request) -> dict[str, str]:
    """Return what the form chose; raises StaffError for what it does not offer."""
    given = query(request)
    found = {
        "days": given.get("days") or USUAL,
        "channel": given.get("channel", ""),
        "variety": given.get("variety", ""),
    }
    if (
        found["days"] not in PERIODS
        or found["channel"] not in ("", *CHANNELS)
        or found["variety"] not in ("", *LANGUAGES)
    ):
        raise StaffError("Choose a period, a channel and a language from the lists")
    return found


def _choice(chosen: dict[str, str]) -> Choice:
    since = day_of(time()) - timedelta(days=int(chosen["days"]) - 1)
    return Choice(since, chosen["channel"] or None, chosen["variety"] or None)
