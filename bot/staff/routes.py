"""The console: its parts put together under /staff, and the work that goes on beside them."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from bot.analytics.questions import Asked
from bot.analytics.votes import Votes
from bot.container import asked, settings, waiting_room
from bot.errors import SettingsError
from bot.handover.queue import WaitingRoom
from bot.settings import Settings
from bot.staff import render
from bot.staff.access.accounts import Accounts
from bot.staff.access.guard import Door
from bot.staff.access.pages import Entrance, Office
from bot.staff.access.sessions import Sessions
from bot.staff.analytics_pages import Demand
from bot.staff.approval.pages import Desk
from bot.staff.around import Around
from bot.staff.handover.conversation import Conversation
from bot.staff.handover.pages import Ward
from bot.staff.i18n.language_choice import Tongue
from bot.staff.testing.label_pages import Review
from bot.staff.testing.pages import Bench
from bot.staff.threads import in_thread

PREFIX = "/staff"
Work = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Console:
    """The console's routes, and what runs beside them for as long as the server does."""

    routes: list[BaseRoute]
    background: list[Work]


def routes() -> list[BaseRoute]:
    """Return the console's routes, none where it is off; raises SettingsError where its store cannot be opened."""
    return console().routes


def background() -> list[Work]:
    """Return what runs beside the console's routes for as long as the server does."""
    return console().background


@lru_cache(maxsize=1)
def console() -> Console:
    """Return the console of this process, made once; raises SettingsError where its store cannot be opened."""
    try:
        room, book = waiting_room(), asked()
    except sa.exc.SQLAlchemyError as error:
        raise SettingsError(
            f"JAWAB_DATABASE, or staff.db under JAWAB_VAR: cannot be opened ({type(error).__name__}); "
            f"correct it, or set JAWAB_STAFF=false to serve patients without the console"
        ) from error
    if room is None or book is None:
        return Console([], [])
    return build(settings(), room, book)


def build(chosen: Settings, room: WaitingRoom, book: Asked) -> Console:
    """Return the console; `room` is where patients wait, `book` the console's store and what they ask."""
    assert chosen.staff
    database, secure = book.database, chosen.staff.secure
    sessions = Sessions(database, hours=chosen.staff.hours)
    door, tongue = Door(database, sessions), Tongue(chosen.data, sessions, secure=secure)
    bench, ward = Bench(database, chosen.data), Ward(room)
    demand = Demand(book, Votes(chosen.address("votes")))
    parts = (
        Entrance(Accounts(database), sessions, secure=secure),
        bench,
        ward,
        Conversation(room, bench),
        Desk(database, chosen.data),
        Review(database, bench),
        demand,
        Office(database, secure=secure),
    )
    mounted = Mount(
        PREFIX,
        routes=[
            *tongue.routes(),
            *(route for part in parts for route in part.routes(door)),
            *(_static(name, path) for name, path in render.files().items()),
        ],
        middleware=[Middleware(Around, tongue=tongue)],
    )
    return Console([mounted], [ward.tidy, demand.write])


def _static(name: str, path: Path) -> Route:
    async def send(request: Request) -> Response:
        return await in_thread(render.file, path)

    return Route(f"/static/{name}", send)
