"""Marking messages right or wrong, the list of marks, and the two files they become."""

from collections.abc import Mapping
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.incoming import clean
from bot.dialogue.config import load_dialogue
from bot.errors import StaffError
from bot.evaluation import VARIETIES
from bot.staff import render
from bot.staff.access.guard import Door
from bot.staff.access.sessions import Person
from bot.staff.forms import fields, sent
from bot.staff.testing.batch import MOST_CHARACTERS
from bot.staff.testing.labels import Mark, Marks, evaluation_rows, training_examples, wish
from bot.staff.testing.pages import Bench
from bot.staff.threads import in_thread
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

    def routes(self, door: Door) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/review", door.opens(self.show, "editor")),
            Route("/review/mark", door.opens(self.mark, "editor"), methods=["POST"]),
            Route("/review/{number:int}", door.opens(self.take_back, "editor"), methods=["POST"]),
            Route("/review/{name:str}", door.opens(self.download, "editor")),
        ]

    async def show(self, request: Request, person: Person) -> Response:
        """List the marks."""
        return render.render("review", person, found=await in_thread(self._marks.all))

    async def mark(self, request: Request, person: Person) -> Response:
        """Keep a mark, sent by a script or by a form of the conversation page."""
        scripted = "json" in request.headers.get("content-type", "")
        given = (
            {key: str(value) for key, value in (await sent(request)).items()}
            if scripted
            else await fields(request)
        )
        mark = await self._read(request, given)
        await in_thread(self._marks.add, person.name, mark)
        if scripted:
            return JSONResponse({"right": mark.right})
        back = given.get("back", "")
        return render.redirect(
            f"/staff/waiting/{back}/conversation?marked=1" if back.isdigit() else "/staff/review"
        )

    async def take_back(self, request: Request, person: Person, number: int) -> Response:
        """Delete one's own mark."""
        await in_thread(self._marks.delete, number, person.name)
        return render.redirect("/staff/review")

    async def download(self, request: Request, person: Person, name: str) -> Response:
        """Give one of the two files."""
        if name not in FILES:
            raise StaffError("There is no such file")
        write, kind = FILES[name]
        content = write(await in_thread(self._marks.all))
        return render.attachment(f"jawab-{name}", content, kind)

    async def _read(self, request: Request, given: Mapping[str, str]) -> Mark:
        """Return the mark that was sent. The message is answered once more by itself, as it is kept."""
        dialogue, text = load_dialogue(), redact(clean(given.get("text", "")))
        action, topics = given.get("action", ""), given.get("topics", "").split()
        levels = {dialogue.level(name) for name in dialogue.intents}
        known = action in levels and set(dialogue.topics) >= set(topics)
        if not known or not given.get("text", "").strip() or len(text) > MOST_CHARACTERS:
            raise StaffError("This message cannot be marked")
        alone = await self._bench.trial(request).say(text, sender=f"mark-{uuid4().hex}", keep=False)
        right = given.get("judgement") == "right"
        if right:
            intent = (
                topics[0] if len(topics) == 1 else None if topics else alone["verdict"]["intent"]
            )
            wanted = action, " ".join(topics), intent
        else:
            wanted = wish(dialogue, [given.get("wanted", ""), given.get("also", "")])
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
