"""Marking messages right or wrong, the list of marks, and the two files they become."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sanic import Blueprint, Request, response
from sanic.response import HTTPResponse

from bot.channels.incoming import clean
from bot.dialogue.decide import load_dialogue
from bot.errors import StaffError
from bot.evaluation import VARIETIES
from bot.staff import render
from bot.staff.access.guard import Door
from bot.staff.access.sessions import Person
from bot.staff.testing.batch import MOST_CHARACTERS
from bot.staff.testing.labels import Mark, Marks, evaluation_rows, training_examples, wish
from bot.staff.testing.pages import Bench
from bot.storage.database import Database
from bot.text.redact_display import redact

FILES = {
    "rows.jsonl": (evaluation_rows, "application/x-ndjson"),
    "examples.yml": (training_examples, "application/yaml"),
}


class Review:
    """Serves marks."""

    def __init__(self, database: Database, bench: Bench) -> None:
        self._marks, self._bench = Marks(database), bench

    def add_to(self, found: Blueprint, door: Door) -> None:
        """Add the routes."""
        found.add_route(door.opens(self.show, "editor"), "/review", methods=["GET"], name="review")
        found.add_route(
            door.opens(self.mark, "editor"), "/review/mark", methods=["POST"], name="review_mark"
        )
        found.add_route(
            door.opens(self.take_back, "editor"),
            "/review/<number:int>",
            methods=["POST"],
            name="review_take_back",
        )
        found.add_route(
            door.opens(self.download, "editor"),
            "/review/<name:str>",
            methods=["GET"],
            name="review_file",
        )

    async def show(self, request: Request, person: Person) -> HTTPResponse:
        """List the marks."""
        return render.render("review", person, found=await asyncio.to_thread(self._marks.all))

    async def mark(self, request: Request, person: Person) -> HTTPResponse:
        """Keep a mark, sent by a script or by a form of the conversation page."""
        scripted = "json" in (request.content_type or "")
        sent = (
            _sent(request)
            if scripted
            else {key: request.form.get(key) or "" for key in request.form}
        )
        mark = await self._read(request, sent)
        await asyncio.to_thread(self._marks.add, person.name, mark)
        if scripted:
            return response.json({"right": mark.right})
        back = sent.get("back", "")
        return response.redirect(
            f"/staff/waiting/{back}/conversation?marked=1" if back.isdigit() else "/staff/review"
        )

    async def take_back(self, request: Request, person: Person, number: int) -> HTTPResponse:
        """Delete one's own mark."""
        await asyncio.to_thread(self._marks.delete, number, person.name)
        return response.redirect("/staff/review")

    async def download(self, request: Request, person: Person, name: str) -> HTTPResponse:
        """Give one of the two files."""
        if name not in FILES:
            raise StaffError("There is no such file")
        write, kind = FILES[name]
        content = write(await asyncio.to_thread(self._marks.all))
        return response.raw(
            content.encode("utf-8"),
            content_type=f"{kind}; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="jawab-{name}"'},
        )

    async def _read(self, request: Request, sent: Mapping[str, str]) -> Mark:
        """Return the mark that was sent. The message is answered once more by itself, as it is kept."""
        dialogue, text = load_dialogue(), redact(clean(sent.get("text", "")))
        action, topics = sent.get("action", ""), sent.get("topics", "").split()
        levels = {dialogue.level(name) for name in dialogue.intents}
        known = action in levels and set(dialogue.topics) >= set(topics)
        if not known or not sent.get("text", "").strip() or len(text) > MOST_CHARACTERS:
            raise StaffError("This message cannot be marked")
        alone = await self._bench.recorder(request).say(
            text, sender=f"mark-{uuid4().hex}", keep=False
        )
        right = sent.get("judgement") == "right"
        if right:
            intent = (
                topics[0] if len(topics) == 1 else None if topics else alone["verdict"]["intent"]
            )
            wanted = action, " ".join(topics), intent
        else:
            wanted = wish(dialogue, [sent.get("wanted", ""), sent.get("also", "")])
        label = alone["told"]["label"]
        return Mark(
            text,
            label if label in VARIETIES else alone["variety"],
            action,
            " ".join(topics),
            *wanted,
            alone=(alone["action"], alone["topics"]) == (action, topics),
            right=right,
        )


def _sent(request: Request) -> dict[str, str]:
    try:
        body: Any = json.loads(request.body)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise StaffError("This is not what the console sends")
    return {str(key): str(value) for key, value in body.items()}
