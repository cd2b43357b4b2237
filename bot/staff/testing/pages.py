"""The test console's routes: one message with its record, or a list of messages in the background."""

import asyncio
import json
import logging
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from sanic import Blueprint, Request, response
from sanic.response import HTTPResponse

from bot.answers.texts import LANGUAGES
from bot.dialogue.decide import load_dialogue
from bot.errors import StaffError, told
from bot.message import Sentence
from bot.staff import render
from bot.staff.access.audit import note
from bot.staff.access.guard import Door
from bot.staff.access.sessions import Person
from bot.staff.i18n.translate import say
from bot.staff.testing import batch
from bot.staff.testing.labels import choices
from bot.staff.testing.trace import CHANNELS, Recorder
from bot.storage.database import Database

logger = logging.getLogger(__name__)
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
        self._recorder: Recorder | None = None
        self._runs: OrderedDict[str, Run] = OrderedDict()

    def add_to(self, found: Blueprint, door: Door) -> None:
        """Add the routes."""
        for page, path, method in (
            (self.test, "/test", "GET"),
            (self.say, "/test/say", "POST"),
            (self.start, "/test/list", "POST"),
            (self.progress, "/test/list/<run:str>", "GET"),
            (self.download, "/test/csv/<run:str>", "GET"),
        ):
            found.add_route(door.opens(page, "viewer"), path, methods=[method], name=page.__name__)

    async def test(self, request: Request, person: Person) -> HTTPResponse:
        """Show the console."""
        return render.render(
            "test",
            person,
            most=batch.MOST_MESSAGES,
            characters=batch.MOST_CHARACTERS,
            choices=choices(load_dialogue()),
        )

    async def say(self, request: Request, person: Person) -> HTTPResponse:
        """Answer one message, with its record."""
        body = _body(request)
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
        record = await self.recorder(request).say(
            text,
            sender=f"staff-{person.name}-{conversation}",
            button=button or None,
            variety=variety,
            channel=channel,
        )
        return _json(record)

    async def start(self, request: Request, person: Person) -> HTTPResponse:
        """Start a list; the answer is the id to ask for its progress with."""
        if len(request.body) > batch.MOST_BYTES:
            raise StaffError("The list is too large; 2 MB at most")
        texts = batch.messages_in(str(_body(request).get("content") or ""))
        if any(run.account == person.name and not run.done for run in self._runs.values()):
            raise StaffError("Your last list is still on its way; wait for it")
        run = Run(person.name, len(texts))
        key = uuid4().hex
        self._runs[key] = run
        while len(self._runs) > MOST_RUNS:
            self._runs.popitem(last=False)
        run.task = asyncio.create_task(self._work(run, texts, self.recorder(request)))
        return _json({"run": key, "total": run.total})

    async def progress(self, request: Request, person: Person, run: str) -> HTTPResponse:
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

    async def download(self, request: Request, person: Person, run: str) -> HTTPResponse:
        """Give a finished list as CSV."""
        return response.raw(
            batch.to_csv(self._own(run, person).rows).encode("utf-8"),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="jawab-list.csv"'},
        )

    def _own(self, key: str, person: Person) -> Run:
        run = self._runs.get(key)
        if run is None or run.account != person.name:
            raise StaffError("This list is not there any more; send it again")
        return run

    async def _work(self, run: Run, texts: list[str], recorder: Recorder) -> None:
        try:
            async for row in batch.answered(recorder, texts):
                run.rows.append(row)
                await asyncio.sleep(0)  # patients first: their messages come in between
            await asyncio.to_thread(self._keep, run)
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

    def recorder(self, request: Request) -> Recorder:
        """Return the recorder over the bot of this server, made at first use."""
        if self._recorder is None:
            self._recorder = Recorder(request.app.ctx.agent, self._data)
        return self._recorder


def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise StaffError("This is not what the console sends")
    return body


def _json(body: Any) -> HTTPResponse:
    return response.raw(
        json.dumps(say(body), ensure_ascii=False).encode("utf-8"), content_type="application/json"
    )
