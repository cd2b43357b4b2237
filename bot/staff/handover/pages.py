"""The waiting room's page: who waits, and taking, noting and closing an entry. Each act is on the trail."""

import asyncio
import logging
import math
import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import Row
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.errors import told
from bot.handover.queue import WaitingRoom
from bot.message import Sentence
from bot.staff import render
from bot.staff.access.guard import Door
from bot.staff.access.sessions import Person
from bot.staff.forms import fields, query
from bot.staff.handover.actions import look_after
from bot.staff.threads import in_thread

logger = logging.getLogger(__name__)
TIDY_SECONDS = 3600
A_PAGE = 25  # entries, or groups of them
HEADINGS = {
    "undelivered": Sentence("An urgent reply did not arrive, or a message of danger came late"),
    "unanswered": Sentence("Waited too long for staff on WhatsApp"),
    "crisis": Sentence("Crisis: harm to oneself or violence"),
    "emergency": Sentence("Medical emergency"),
    "handoff": Sentence("Asked for a person"),
    "callback": Sentence("Asked for a call"),
}


class Ward:
    """Serves the waiting room."""

    def __init__(self, room: WaitingRoom) -> None:
        self._room = room

    def routes(self, door: Door) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/waiting", door.opens(self.show, "viewer")),
            Route("/waiting/{number:int}", door.opens(self.act, "editor"), methods=["POST"]),
        ]

    async def show(self, request: Request, person: Person) -> Response:
        """Show who waits."""
        found = await in_thread(self._page, person, query(request).get("page", "1"))
        return render.render("waiting", person, now=int(time.time()), **found)

    async def act(self, request: Request, person: Person, number: int) -> Response:
        """Do what the entry's form asks for."""
        form = await fields(request)
        await in_thread(
            look_after,
            self._room,
            form.get("act", ""),
            number,
            account=person.name,
            words=form.get("words", ""),
        )
        return render.redirect("/staff/waiting")

    def _page(self, person: Person, wanted: str) -> dict[str, Any]:
        """Return one page of the list as `person` may see it, those from one source together."""
        waiting = self._room.open()
        groups = grouped(waiting)
        sheets = max(1, math.ceil(len(groups) / A_PAGE))
        sheet = min(max(int(wanted[:6]), 1), sheets) if wanted.isdecimal() else 1
        shown = groups[(sheet - 1) * A_PAGE : sheet * A_PAGE]
        return {
            "count": len(waiting) + sum(one.more for one in waiting),
            "groups": [[self._entry(one, person) for one in group] for group in shown],
            "sheet": sheet,
            "sheets": sheets,
        }

    def _entry(self, one: Row, person: Person) -> dict[str, Any]:
        """Return an entry with contact and notes only where `person` looks after it."""
        mine = one.claimed_by == person.name
        return {
            **one._mapping,
            "heading": HEADINGS[one.reason],
            "mine": mine,
            "contact": self._room.contact(one) if mine else None,
            "asked": one.contact is not None,
            "notes": self._room.notes(one.number) if mine else [],
        }

    async def tidy(self) -> None:
        """Erase contact data whose time is up, every hour, for as long as the server runs."""
        while True:
            try:
                await in_thread(self._room.tidy)
            except Exception as error:  # a full disk now must not end the erasing for ever
                logger.error("erasing contact data failed: %s", told(error))
            await asyncio.sleep(TIDY_SECONDS)


def grouped(waiting: Sequence[Row]) -> list[list[Row]]:
    """Return the entries in order; those that nobody took, of one source and one reason, stand together."""
    found: dict[Any, list[Row]] = {}
    for one in waiting:
        alone = not one.source or one.claimed_by
        found.setdefault(one.number if alone else (one.source, one.reason), []).append(one)
    return list(found.values())
