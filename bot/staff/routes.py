"""The console's routes: signing in and out, the accounts, and the jobs that each have a module of their own."""

import asyncio
from typing import Any

import sqlalchemy as sa
from sanic import Blueprint, Request, Sanic, response
from sanic.response import HTTPResponse

from bot.analytics.questions import Asked
from bot.analytics.votes import Votes
from bot.channels.web.cors import Limit, address
from bot.container import asked, settings, waiting_room
from bot.errors import SettingsError, StaffError
from bot.handover.queue import WaitingRoom
from bot.message import Sentence
from bot.settings import Settings
from bot.staff import render
from bot.staff.access import audit
from bot.staff.access.accounts import LINK_GONE, ROLES, Accounts
from bot.staff.access.guard import COOKIE, HEADERS, Door, guarded, own_page, refusal
from bot.staff.access.sessions import Person, Sessions
from bot.staff.analytics_pages import Demand
from bot.staff.approval.pages import Desk
from bot.staff.handover.conversation import Conversation
from bot.staff.handover.pages import Ward
from bot.staff.i18n.language_choice import Tongue
from bot.staff.testing.label_pages import Review
from bot.staff.testing.pages import Bench
from bot.storage.database import Database

PREFIX = "/staff"
HOME = f"{PREFIX}/"
ATTEMPTS_A_MINUTE = 20  # from one address, over all accounts
WRONG = Sentence(
    "Name or password is wrong, or the account is locked for some minutes after too many attempts."
)


def register(app: Sanic) -> None:
    """Add the console to `app` where it is switched on; raises SettingsError where its store cannot be opened."""
    try:
        room, book = waiting_room(), asked()
    except sa.exc.SQLAlchemyError as error:
        raise SettingsError(
            f"JAWAB_DATABASE, or staff.db under JAWAB_VAR: cannot be opened ({type(error).__name__}); "
            f"correct it, or set JAWAB_STAFF=false to serve patients without the console"
        ) from error
    if room and book:
        app.blueprint(blueprint(settings(), room, book), url_prefix=PREFIX)


def blueprint(chosen: Settings, room: WaitingRoom, book: Asked) -> Blueprint:
    """Return the console's routes; `room` is where patients wait, `book` the console's store and what they ask."""
    assert chosen.staff
    found, database = Blueprint("jawab_staff"), book.database
    sessions = Sessions(database, hours=chosen.staff.hours)
    door = Door(database, sessions)
    entrance = Entrance(Accounts(database), sessions, secure=chosen.staff.secure)
    office = Office(database)

    @found.middleware("response")
    async def finish(request: Request, answer: HTTPResponse) -> None:
        answer.headers.update(HEADERS)
        answer.headers.setdefault("Cache-Control", "no-store")

    Tongue(chosen.data, sessions, secure=chosen.staff.secure).add_to(found)
    entrance.add_to(found, door)
    bench = Bench(database, chosen.data)
    for job in (
        bench,
        Ward(room),
        Conversation(room, bench),
        Desk(database, chosen.data),
        Review(database, bench),
        Demand(book, Votes(chosen.address("votes"))),
    ):
        job.add_to(found, door)
    found.add_route(door.opens(office.home, "viewer"), "/", methods=["GET"], name="home")
    found.add_route(
        door.opens(office.people, "admin"), "/people", methods=["GET", "POST"], name="people"
    )
    found.add_route(door.opens(office.trail, "admin"), "/trail", methods=["GET"], name="trail")
    for name, path in render.files().items():

        async def send(request: Request, path: Any = path) -> HTTPResponse:
            return render.file(path)

        found.add_route(send, f"/static/{name}", methods=["GET"], name=f"static_{name}")
    return found


class Entrance:
    """Signing in and out, and one-time links: the only pages for people who are not signed in."""

    def __init__(self, people: Accounts, sessions: Sessions, *, secure: bool) -> None:
        self._people, self._sessions, self._secure = people, sessions, secure
        self._limit = Limit(ATTEMPTS_A_MINUTE)

    def add_to(self, found: Blueprint, door: Door) -> None:
        """Add the routes."""
        for step, path in ((self.sign_in, "/sign-in"), (self.set_up, "/set-up/<token:str>")):

            async def answer(request: Request, step: Any = step, **parts: str) -> HTTPResponse:
                return await guarded(self._enter(request, step, parts), request)

            found.add_route(answer, path, methods=["GET", "POST"], name=step.__name__)
        found.add_route(
            door.opens(self.sign_out, "viewer"), "/sign-out", methods=["POST"], name="sign_out"
        )

    async def _enter(self, request: Request, step: Any, parts: dict[str, str]) -> HTTPResponse:
        if not own_page(request):
            return refusal(request, None, 403, Sentence("This page is not ours."))
        if request.method == "POST" and not self._limit.allows(address(request)):
            return refusal(request, None, 429, Sentence("Too many attempts. Wait a minute."))
        return await step(request, **parts)

    async def sign_in(self, request: Request) -> HTTPResponse:
        """Ask for name and password, and start a session with the right ones."""
        if request.method == "GET":
            return render.render("sign-in", None, problem="")
        name, password = request.form.get("name") or "", request.form.get("password") or ""
        found = await asyncio.to_thread(self._people.verify, name, password)
        if found is None:
            return render.render("sign-in", None, status=403, problem=WRONG)
        return await self._welcome(found.name)

    async def set_up(self, request: Request, token: str) -> HTTPResponse:
        """Let whoever holds a one-time link choose a password, and the first admin a name."""
        link = await asyncio.to_thread(self._people.waiting, token)
        if link is None:
            return refusal(request, None, 404, LINK_GONE)
        if request.method == "GET":
            return render.render("set-up", None, name=link.account, problem="")
        name, password = request.form.get("name") or "", request.form.get("password") or ""
        try:
            if password != request.form.get("again"):
                raise StaffError("The two passwords differ; type the same one twice")
            name = await asyncio.to_thread(self._people.redeem, token, name, password)
        except StaffError as error:
            return render.render(
                "set-up", None, status=400, name=link.account, problem=error.sentence
            )
        return await self._welcome(name)

    async def sign_out(self, request: Request, person: Person) -> HTTPResponse:
        """End the session."""
        await asyncio.to_thread(self._sessions.end, request.cookies.get(COOKIE))
        answer = response.redirect(f"{PREFIX}/sign-in")
        self._set_cookie(answer, "", age=0)
        return answer

    async def _welcome(self, name: str) -> HTTPResponse:
        answer = response.redirect(HOME)
        self._set_cookie(answer, await asyncio.to_thread(self._sessions.start, name), age=24 * 3600)
        return answer

    def _set_cookie(self, answer: HTTPResponse, token: str, *, age: int) -> None:
        answer.cookies[COOKIE] = token
        answer.cookies[COOKIE].update(
            {"path": PREFIX, "httponly": True, "samesite": "Strict", "max-age": age}
        )
        if self._secure:
            answer.cookies[COOKIE]["secure"] = True


class Office:
    """Home, accounts and the trail."""

    def __init__(self, database: Database) -> None:
        self._database, self._people = database, Accounts(database)

    async def home(self, request: Request, person: Person) -> HTTPResponse:
        """Show what this person may do."""
        return render.render("home", person)

    async def people(self, request: Request, person: Person) -> HTTPResponse:
        """Show the accounts; add one, make a new link, disable one."""
        token, problem = "", Sentence("")
        if request.method == "POST":
            try:
                token = await asyncio.to_thread(self._act, request, person)
            except StaffError as error:
                problem = error.sentence
        everybody = await asyncio.to_thread(self._people.all)
        link = f"{request.scheme}://{request.host}{PREFIX}/set-up/{token}" if token else ""
        return render.render(
            "people",
            person,
            status=400 if problem else 200,
            people=everybody,
            roles=ROLES,
            link=link,
            problem=problem,
        )

    def _act(self, request: Request, person: Person) -> str:
        name, act = (request.form.get("name") or "").strip().lower(), request.form.get("act")
        if act == "add":
            return self._people.add(name, request.form.get("role") or "", by=person.name)
        if act == "link":
            return self._people.link(name, by=person.name)
        if act != "disable":
            raise StaffError("Nothing was asked for")
        if name == person.name:
            raise StaffError("You cannot disable yourself; another admin can")
        self._people.disable(name, by=person.name)
        return ""

    async def trail(self, request: Request, person: Person) -> HTTPResponse:
        """Show the last acts."""

        def read() -> list[Any]:
            with self._database.begin() as connection:
                return audit.recent(connection)

        return render.render("trail", person, acts=await asyncio.to_thread(read))
