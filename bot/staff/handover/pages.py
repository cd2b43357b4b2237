"""The waiting room's page: who waits, and taking, noting and closing an entry. Each act is on the trail."""

import asyncio
import logging
import time
from typing import Any

from sanic import Blueprint, Request, Sanic, response
from sanic.response import HTTPResponse

from bot.errors import told
from bot.handover.queue import WaitingRoom
from bot.message import Sentence
from bot.staff import render
from bot.staff.access.guard import Door
from bot.staff.access.sessions import Person
from bot.staff.handover.actions import look_after

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
        self._tidying: asyncio.Task[None] | None = None

    def add_to(self, found: Blueprint, door: Door) -> None:
        """Add the routes, and the hourly erasing."""
        found.add_route(
            door.opens(self.show, "viewer"), "/waiting", methods=["GET"], name="waiting"
        )
        found.add_route(
            door.opens(self.act, "editor"),
            "/waiting/<number:int>",
            methods=["POST"],
            name="waiting_act",
        )

        @found.listener("after_server_start")
        async def start(app: Sanic, loop: Any) -> None:
            self._tidying = asyncio.create_task(self._tidy())

        @found.listener("before_server_stop")
        async def stop(app: Sanic, loop: Any) -> None:
            if self._tidying:
                self._tidying.cancel()

    async def show(self, request: Request, person: Person) -> HTTPResponse:
        """Show who waits."""
        entries = await asyncio.to_thread(self._entries, person)
        return render.render("waiting", person, entries=entries, now=int(time.time()))

    async def act(self, request: Request, person: Person, number: int) -> HTTPResponse:
        """Do what the entry's form asks for."""
        await asyncio.to_thread(
            self._act, request.form.get("act"), request.form.get("words") or "", person, number
        )
        return response.redirect("/staff/waiting")

    def _act(self, act: str | None, words: str, person: Person, number: int) -> None:
        look_after(self._room, act or "", number, account=person.name, words=words)

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

    async def _tidy(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self._room.tidy)
            except Exception as error:  # a full disk now must not end the erasing for ever
                logger.error("erasing contact data failed: %s", told(error))
            await asyncio.sleep(TIDY_SECONDS)
