"""The test console's routes: one message with its record, or a list of messages in the background."""

import asyncio
import logging
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.answers.texts import LANGUAGES
from bot.dialogue.config import load_dialogue
from bot.errors import StaffError, told
from bot.message import Sentence
from bot.staff import render
from bot.staff.access.audit import note
from bot.staff.access.guard import Door
from bot.staff.access.sessions import Person
from bot.staff.forms import sent
from bot.staff.i18n.translate import say
from bot.staff.testing import batch
from bot.staff.testing.labels import choices
from bot.staff.testing.trace import CHANNELS
from bot.staff.testing.trial import Trial
from bot.staff.threads import in_thread
from bot.storage.database import Database

logger = logging.getLogger(__name__)
TOO_LARGE = Sentence("The list is too large; 2 MB at most")
CONVERSATION = re.compile(r"[0-9a-f]{8,32}")
MOST_RUNS = (
    20  # lists kept in memory with their words; the oldest goes first, all go with the process
)


@dataclass
class Run:
    """One list on its way through the bot."""

    account: str
    total: int
    rows: list[batch.Row] = field(default_factory=list)
    problem: str = Sentence("")
    done: bool = False
    task: asyncio.Task[None] | None = None


class Bench:
    """Serves the test console."""

    def __init__(self, database: Database, data: Path) -> None:
        self._database, self._data = database, data
        self._trial: Trial | None = None
        self._runs: OrderedDict[str, Run] = OrderedDict()

    def routes(self, door: Door) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route(path, door.opens(page, "viewer"), methods=[method])
            for page, path, method in (
                (self.test, "/test", "GET"),
                (self.say, "/test/say", "POST"),
                (self.start, "/test/list", "POST"),
                (self.progress, "/test/list/{run:str}", "GET"),
                (self.download, "/test/csv/{run:str}", "GET"),
            )
        ]

    async def test(self, request: Request, person: Person) -> Response:
        """Show the console."""
        return render.render(
            "test",
            person,
            most=batch.MOST_MESSAGES,
            characters=batch.MOST_CHARACTERS,
            choices=choices(load_dialogue()),
        )

    async def say(self, request: Request, person: Person) -> Response:
        """Answer one message, with its record."""
        body = await sent(request)
        text, button, conversation = (
            str(body.get(key) or "") for key in ("text", "button", "conversation")
        )
        channel, variety = str(body.get("channel")), str(body.get("variety"))
        known = (
            CONVERSATION.fullmatch(conversation) and channel in CHANNELS and variety in LANGUAGES
        )
        if (
            not known
            or len(text) > batch.MOST_CHARACTERS
            or len(button) > 64
            or not (text or button)
        ):
            raise StaffError(
                "Write a message of at most {most} characters", most=batch.MOST_CHARACTERS
            )
        record = await self.trial(request).say(
            text,
            sender=f"staff-{person.name}-{conversation}",
            button=button or None,
            variety=variety,
            channel=channel,
        )
        return _json(record)

    async def start(self, request: Request, person: Person) -> Response:
        """Start a list; the answer is the id to ask for its progress with."""
        body = await sent(request, most=batch.MOST_BYTES, too_long=TOO_LARGE)
        texts = await in_thread(batch.messages_in, str(body.get("content") or ""))
        if any(run.account == person.name and not run.done for run in self._runs.values()):
            raise StaffError("Your last list is still on its way; wait for it")
        run = Run(person.name, len(texts))
        key = uuid4().hex
        self._runs[key] = run
        while len(self._runs) > MOST_RUNS:
            self._runs.popitem(last=False)
        run.task = asyncio.create_task(self._work(run, texts, self.trial(request)))
        return _json({"run": key, "total": run.total})

    async def progress(self, request: Request, person: Person, run: str) -> Response:
        """Tell how far a list is, and its rows when it is done."""
        found = self._own(run, person)
        return _json(
            {
                "done": found.done,
                "answered": len(found.rows),
                "total": found.total,
                "problem": found.problem,
                "rows": found.rows if found.done else [],
            }
        )

    async def download(self, request: Request, person: Person, run: str) -> Response:
        """Give a finished list as CSV."""
        content = await in_thread(batch.to_csv, self._own(run, person).rows)
        return render.attachment("jawab-list.csv", content, "text/csv")

    def _own(self, key: str, person: Person) -> Run:
        run = self._runs.get(key)
        if run is None or run.account != person.name:
            raise StaffError("This list is not there any more; send it again")
        return run

    async def _work(self, run: Run, texts: list[str], trial: Trial) -> None:
        try:
            async for row in batch.answered(trial, texts):  # patients' messages come in between
                run.rows.append(row)
            await in_thread(self._keep, run)
        except Exception as error:  # whatever it was, whoever waits is told
            logger.error("list failed: %s", told(error))
            run.problem = Sentence(
                "The list could not be finished. Send it again; if it fails again, ask the administrator."
            )
        run.done = True

    def _keep(self, run: Run) -> None:
        batch.compare(self._database, run.rows)
        with self._database.begin() as connection:
            note(connection, run.account, "list tested", f"{run.total} messages")

    def trial(self, request: Request) -> Trial:
        """Return the bot of this server to try things out on, made at first use."""
        if self._trial is None:
            self._trial = Trial(request.app.state.agent, self._data)
        return self._trial


def _json(body: Any) -> Response:
    return JSONResponse(say(body))
