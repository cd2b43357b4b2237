"""Editing a text on its page of the sign-off desk: checking, saving, and putting two people's words side by side."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.answers.consistency import NAMES, doubts
from bot.answers.texts import Answer
from bot.errors import BotError, StaffError
from bot.staff import render
from bot.staff.access.guard import Door
from bot.staff.access.sessions import Person
from bot.staff.approval.drafts import Drafts, Edit, Overtaken
from bot.staff.approval.signing import seen
from bot.staff.forms import fields
from bot.staff.threads import in_thread
from bot.storage.database import Database


class Editing:
    """Serves what happens to the form on a text's page."""

    def __init__(self, database: Database, data: Path) -> None:
        self._drafts = Drafts(database, data)

    def routes(self, door: Door) -> list[BaseRoute]:
        """Return the route."""
        return [Route("/desk/{name:str}/edit", door.opens(self.edit, "editor"), methods=["POST"])]

    def form(self, answer: Answer) -> dict[str, Any]:
        """Return what the form on the page of `answer` needs."""
        return {
            "fields": _fields(self._drafts.words(answer.id)),
            "edited": self._drafts.saved_by(answer),
            "writable": self._drafts.writable,
        }

    async def edit(self, request: Request, person: Person, name: str) -> Response:
        """Look at the words that were sent, or save them. Whatever stands in the way, they stay in their boxes."""
        form = await fields(request)
        return await in_thread(self._edit, form, person, name)

    def _edit(self, form: Mapping[str, str], person: Person, name: str) -> Response:
        saved = self._drafts.words(name)
        edit = Edit(
            person.name, form.get("seen", ""), {key: _typed(form.get(key, "")) for key in saved}
        )
        shown: dict[str, Any] = {
            "name": name,
            "seen": edit.seen,
            "problems": (),
            "overtaken": False,
            "by": None,
            "doubts": None,
            "fields": _fields(edit.words),
        }
        try:
            if form.get("act") == "save":
                self._drafts.save(name, edit, today=date.today())
                return render.redirect(f"/staff/desk/{name}")
            if form.get("act") != "look":
                raise StaffError("Nothing was asked for")
            shown["doubts"] = doubts(self._drafts.look(name, edit))
        except Overtaken as overtaken:
            # from now on the words saved meanwhile are what is changed, knowingly: they stand beside one's own
            shown |= {
                "overtaken": True,
                "by": overtaken.by,
                "seen": seen(overtaken.now),
                "fields": _fields(edit.words, beside=self._drafts.words(name)),
            }
        except BotError as error:
            shown["problems"] = error.problems
        status = 409 if shown["overtaken"] else 400 if shown["problems"] else 200
        return render.render("draft", person, status=status, **shown)


def _typed(words: str) -> str:
    """Return what was typed into a box: browsers send its line ends as two characters."""
    return words.replace("\r\n", "\n").strip()


def _fields(
    words: Mapping[str, str], *, beside: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Return the boxes of the form; `beside` are words saved meanwhile, shown where they are others."""
    found = []
    for key, text in words.items():
        part, language = key.split(".")
        other = (beside or {}).get(key, text)
        found.append(
            {
                "key": key,
                "part": part,
                "name": NAMES[language],
                "language": language,
                "words": text,
                "dir": "rtl" if language == "ur" else "ltr",
                "saved": other if other != text else None,
            }
        )
    return found
