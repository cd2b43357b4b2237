"""The waiting room's page: who waits, and taking, noting and closing an entry. Each act is on the trail."""

import asyncio
import logging
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.errors import told
from bot.handover.queue import WaitingRoom
from bot.message import Sentence
from bot.staff import render
from bot.staff.access.guard import Door
from bot.staff.access.sessions import Person
from bot.staff.forms import fields
from bot.staff.handover.actions import look_after
from bot.staff.threads import in_thread

logger = logging.getLogger(__name__)
TIDY_SECONDS = 3600
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
        entries = await in_thread(self._entries, person)
        return render.render("waiting", person, entries=entries, now=int(time.time()))

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

    def _entries(self, person: Person) -> list[dict[str, Any]]:
        """Return the list as `person` may see it: contact and notes only of what they look after themselves."""
        found = []
        for one in self._room.open():
            mine = one.claimed_by == person.name
            found.append(
                {
                    **one._mapping,
                    "heading": HEADINGS[one.reason],
                    "mine": mine,
                    "contact": self._room.contact(one) if mine else None,
                    "asked": one.contact is not None,
                    "notes": self._room.notes(one.number) if mine else [],
                }
            )
        return found

    async def tidy(self) -> None:
        """Erase contact data whose time is up, every hour, for as long as the server runs."""
        while True:
            try:
                await in_thread(self._room.tidy)
            except Exception as error:  # a full disk now must not end the erasing for ever
                logger.error("erasing contact data failed: %s", told(error))
            await asyncio.sleep(TIDY_SECONDS)
