"""The sign-off desk's pages: how every text stands, one text with all that speaks for and against it, and signing."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.answers.clinic import load_clinic
from bot.answers.consistency import NAMES, doubts
from bot.answers.ledger import Ledger, digests, sha256
from bot.answers.library import as_signed
from bot.answers.texts import LANGUAGES, Answer, load_answers
from bot.errors import BotError, StaffError
from bot.message import Sentence, sentences
from bot.rasa_adapter.event_store import REACH_DAYS, reach, store_of
from bot.staff import render
from bot.staff.access.guard import Door
from bot.staff.access.sessions import Person
from bot.staff.approval.diff import changes
from bot.staff.approval.edit_pages import Editing
from bot.staff.approval.signing import Signature, Signing, seen
from bot.staff.forms import fields
from bot.staff.i18n.translate import say, unsaid
from bot.staff.threads import in_thread
from bot.storage.database import Database

SOON = timedelta(days=30)
MONTHS_SIGNED = timedelta(days=180)
ROLES = sentences("clinician", "lawyer", "scholar", "nurse coordinator", "translator")


class Desk:
    """Serves the sign-off desk."""

    def __init__(self, database: Database, data: Path) -> None:
        self._data, self._signing, self._editing = (
            data,
            Signing(database, data),
            Editing(database, data),
        )

    def routes(self, door: Door) -> list[BaseRoute]:
        """Return the routes."""
        return [
            *self._editing.routes(door),
            Route("/desk", door.opens(self.all, "viewer")),
            Route("/desk/{name:str}", door.opens(self.one, "viewer")),
            Route("/desk/{name:str}/reach", door.opens(self.count, "signer")),
            Route("/desk/{name:str}", door.opens(self.act, "signer"), methods=["POST"]),
        ]

    async def all(self, request: Request, person: Person) -> Response:
        """Show how every text stands, first those that need somebody."""
        rows = await in_thread(self._rows)
        return render.render("desk", person, rows=rows, soon=SOON.days)

    async def one(self, request: Request, person: Person, name: str) -> Response:
        """Show one text."""
        return await self._page(request, person, name)

    async def act(self, request: Request, person: Person, name: str) -> Response:
        """Sign or recall one text."""
        try:
            told = await in_thread(self._act, await fields(request), person, name)
        except BotError as error:
            return await self._page(request, person, name, problem=error.sentence)
        return await self._page(request, person, name, told=told)

    async def count(self, request: Request, person: Person, name: str) -> Response:
        """Tell how far one text went."""
        found = await in_thread(reach, store_of(request.app.state.agent.agent), name)
        words = (
            Sentence("How many conversations received it cannot be told here.")
            if found is None
            else Sentence(
                "{count} conversations received it in the last {days} days.",
                count=found,
                days=REACH_DAYS,
            )
        )
        return JSONResponse({"words": say(words)})

    def _act(self, form: Mapping[str, str], person: Person, name: str) -> str:
        role, today = unsaid(form.get("role", ""), ROLES), date.today()
        if form.get("act") == "recall":
            self._signing.recall(
                name, account=person.name, role=role, reason=form.get("reason", ""), today=today
            )
            return Sentence("recalled; patients stop receiving it within about a second")
        if form.get("act") != "sign":
            raise StaffError("Nothing was asked for")
        return self._signing.sign(
            name,
            Signature(
                person.name,
                role,
                form.get("seen", ""),
                form.get("standing", ""),
                _day(form.get("expires", "")),
                form.get("evidence") == "read",
            ),
            today=today,
        )

    async def _page(
        self, request: Request, person: Person, name: str, *, problem: str = "", told: str = ""
    ) -> Response:
        found = await in_thread(self._whole, name)
        return render.render(
            "text",
            person,
            status=400 if problem else 200,
            problem=problem,
            told=told,
            roles=ROLES,
            until=date.today() + MONTHS_SIGNED,
            **found,
        )

    def _read(self) -> tuple[dict[str, Answer], Ledger]:
        return (
            load_answers(self._data / "answers", load_clinic(self._data / "clinic.yml")),
            Ledger.load(self._data / "ledger.jsonl"),
        )

    def _rows(self) -> list[dict[str, Any]]:
        (answers, ledger), today = self._read(), date.today()
        clinic, rows = load_clinic(self._data / "clinic.yml"), []
        for name, answer in sorted(answers.items()):
            said = as_signed(answer, ledger, clinic)
            standing = ledger.standing(said, today=today)
            entry = standing.entry or {}
            expires = date.fromisoformat(entry["expires"]) if entry.get("expires") else None
            rows.append(
                {
                    "name": name,
                    "kind": answer.kind,
                    "status": standing.status,
                    "contested": answer.contested,
                    "draft": said != answer,
                    "signed": entry.get("date", "-"),
                    "expires": expires or "-",
                    "usable": standing.usable,
                    "soon": bool(standing.usable and expires and expires - today <= SOON),
                    "signers": [signer["role"] for signer in entry.get("signers", [])],
                }
            )
        return sorted(rows, key=lambda row: (row["usable"], not row["soon"], not row["draft"]))

    def _whole(self, name: str) -> dict[str, Any]:
        answers, ledger = self._read()
        if name not in answers:
            raise StaffError("There is no text of this name")
        answer = answers[name]
        acts = [entry for entry in ledger.entries if entry["id"] == name]
        sides = _sides(answer, _last_signed(answer, acts) | (ledger.signed_words(name) or {}))
        standing = ledger.standing(answer, today=date.today())
        said = as_signed(answer, ledger, load_clinic(self._data / "clinic.yml"))
        in_force = ledger.standing(said, today=date.today())
        return {
            "answer": answer,
            "sides": sides,
            "doubts": doubts(answer),
            "standing": standing,
            "acts": acts[::-1],
            "in_force": in_force,
            **self._editing.form(answer),
            "seen": seen(answer),
            "first": self._signing.waiting(name, seen(answer)),
        }


def _sides(answer: Answer, words: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the languages of a text side by side, with what changed since `words` were signed."""
    return [
        {
            "language": language,
            "name": NAMES[language],
            "text": answer.text[language],
            "title": answer.title.get(language, ""),
            "dir": "rtl" if language == "ur" else "ltr",
            "changes": changes(words[language], answer.text[language])
            if language in words
            else None,
        }
        for language in LANGUAGES
    ]


def _last_signed(answer: Answer, acts: list[Mapping[str, Any]]) -> dict[str, str]:
    """Return the words last signed, as far as the ledger holds them: early entries have hashes only."""
    signed = next((entry for entry in reversed(acts) if entry["act"] == "sign"), None)
    if signed is None:
        return {}
    now = {
        language: text
        for language, text in answer.text.items()
        if sha256(text) == signed["texts"].get(language) and language in digests(answer)
    }
    return {**now, **signed.get("words", {})}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise StaffError("Choose until when the signature holds") from error
