"""The conversation behind an entry of the waiting room, for whoever took it: redacted, and replayed on request."""

from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.channels.web.history import Turn, turns
from bot.container import library
from bot.dialogue.config import load_dialogue
from bot.errors import StaffError
from bot.handover.queue import WaitingRoom
from bot.staff import render
from bot.staff.access.audit import note
from bot.staff.access.guard import Door
from bot.staff.access.sessions import Person
from bot.staff.forms import query
from bot.staff.testing.labels import choices
from bot.staff.testing.pages import Bench
from bot.staff.testing.trial import Trial
from bot.staff.threads import in_thread
from bot.text.redact_display import redact

MOST_SHOWN = 40


class Conversation:
    """Serves the page."""

    def __init__(self, room: WaitingRoom, bench: Bench) -> None:
        self._room, self._bench = room, bench

    def routes(self, door: Door) -> list[BaseRoute]:
        """Return the route."""
        return [Route("/waiting/{number:int}/conversation", door.opens(self.show, "editor"))]

    async def show(self, request: Request, person: Person, number: int) -> Response:
        """Show what was said, beside it what would be said today where that was asked for."""
        entry = await in_thread(self._taken, number, person)
        said = (await turns(request.app.state.agent, entry.sender))[-MOST_SHOWN:]
        again = query(request).get("again") == "1"
        today = await _replayed(self._bench.trial(request), said) if again else [None] * len(said)
        shown = [_shown(turn, now) for turn, now in zip(said, today, strict=True)]
        return render.render(
            "conversation",
            person,
            number=number,
            turns=shown,
            again=again,
            marked=query(request).get("marked") == "1",
            choices=choices(load_dialogue()),
        )

    def _taken(self, number: int, person: Person) -> Any:
        entry = next((one for one in self._room.open() if one.number == number), None)
        if entry is None or entry.claimed_by != person.name:
            raise StaffError("Take it first; a colleague may have it")
        with self._room.database.begin() as connection:
            note(connection, person.name, "conversation read", str(number))
        return entry


async def _replayed(trial: Trial, said: list[Turn]) -> list[dict[str, Any]]:
    """Return the record of every message, in one new conversation with the bot of today."""
    sender = f"replay-{uuid4().hex}"
    found = [
        await trial.say(turn.text, sender=sender, button=turn.button, variety=turn.variety)
        for turn in said
    ]
    await trial.forget(sender)
    return found


def _shown(turn: Turn, today: dict[str, Any] | None) -> dict[str, Any]:
    name, _, language = (turn.button or "").partition(":")
    typed = (
        (library().title(name, language or turn.variety) or "")
        if turn.button
        else redact(turn.text)
    )
    then = [str((event.metadata or {}).get("action") or "-") for event in turn.uttered]
    replies = [passed.text for passed in turn.said]
    last = (turn.uttered[-1].metadata or {}) if turn.uttered else {}
    mark = {
        "text": typed,
        "action": last.get("action"),
        "topics": " ".join(last.get("topics") or []),
    }
    return {
        "mark": mark if last.get("action") and not turn.button else None,
        "typed": typed,
        "time": turn.time,
        "replies": replies,
        "then": ", ".join(then) or "-",
        "today": today
        and {
            "action": today["action"],
            "replies": [one["text"] for one in today["replies"]],
            "same": [one["text"] for one in today["replies"]] == replies,
        },
    }
