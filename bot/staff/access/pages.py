"""Signing in and out, one-time links, the accounts and the trail."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.channels.web.cors import Limit, address
from bot.errors import StaffError
from bot.message import Sentence
from bot.staff import render
from bot.staff.access import audit
from bot.staff.access.accounts import LINK_GONE, ROLES, Accounts
from bot.staff.access.attempts import DEVICE_SECONDS, Slowed
from bot.staff.access.guard import (
    COOKIE,
    READING,
    SIGN_IN,
    Door,
    guarded,
    keep_cookie,
    own_page,
    refusal,
)
from bot.staff.access.sessions import Person, Sessions
from bot.staff.forms import fields
from bot.staff.threads import in_thread
from bot.storage.database import Database

HOME = "/staff/"
DEVICE = "jawab_staff_device"  # the cookie by which a device that signed in before is known
ATTEMPTS_A_MINUTE = 20  # from one address, over all accounts
WRONG = Sentence("Name or password is wrong.")


class Entrance:
    """Signing in and out, and one-time links: the only pages for people who are not signed in."""

    def __init__(self, people: Accounts, sessions: Sessions, *, secure: bool) -> None:
        self._people, self._sessions, self._secure = people, sessions, secure
        self._limit = Limit(ATTEMPTS_A_MINUTE)

    def routes(self, door: Door) -> list[BaseRoute]:
        """Return the routes."""
        both = ["GET", "POST"]
        return [
            Route("/sign-in", self._open(self.sign_in), methods=both),
            Route("/set-up/{token:str}", self._open(self.set_up), methods=both),
            Route(
                "/sign-out", door.opens(self.sign_out, "viewer", unconfirmed=True), methods=["POST"]
            ),
            Route("/confirm", door.opens(self.confirm, "viewer", unconfirmed=True), methods=both),
        ]

    def _open(
        self, step: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def enter(request: Request) -> Response:
            if not own_page(request):
                return refusal(request, None, 403, Sentence("This page is not ours."))
            if request.method == "POST" and not self._limit.allows(address(request)):
                return refusal(request, None, 429, Sentence("Too many attempts. Wait a minute."))
            return await step(request)

        async def answer(request: Request) -> Response:
            return await guarded(enter(request), request)

        return answer

    async def sign_in(self, request: Request) -> Response:
        """Ask for name and password, and start a session with the right ones."""
        if request.method in READING:
            return render.render("sign-in", None, problem="")
        form = await fields(request)
        try:
            found = await in_thread(
                self._people.verify,
                form.get("name", ""),
                form.get("password", ""),
                source=address(request),
                device=request.cookies.get(DEVICE),
            )
        except Slowed as error:
            answer = render.render("sign-in", None, status=429, problem=error.sentence)
            answer.headers["Retry-After"] = str(error.seconds)
            return answer
        if found is None:
            return render.render("sign-in", None, status=403, problem=WRONG)
        return await self._welcome(request, found.name)

    async def set_up(self, request: Request) -> Response:
        """Let whoever holds a one-time link choose a password, and the first admin a name."""
        token = request.path_params["token"]
        link = await in_thread(self._people.waiting, token)
        if link is None:
            return refusal(request, None, 404, LINK_GONE)
        if request.method in READING:
            return render.render("set-up", None, name=link.account, problem="")
        form = await fields(request)
        password = form.get("password", "")
        try:
            if password != form.get("again"):
                raise StaffError("The two passwords differ; type the same one twice")
            name = await in_thread(self._people.redeem, token, form.get("name", ""), password)
        except StaffError as error:
            return render.render(
                "set-up", None, status=400, name=link.account, problem=error.sentence
            )
        return await self._welcome(request, name)

    async def confirm(self, request: Request, person: Person) -> Response:
        """Ask whose password it is that a colleague's link made, and keep the answer."""
        if not person.confirm:
            return render.redirect(HOME)
        if request.method in READING:
            return render.render("confirm", person, by=person.confirm)
        act = (await fields(request)).get("act")
        if act not in ("mine", "not-mine"):
            raise StaffError("Nothing was asked for")
        await in_thread(self._people.confirm, person.name, theirs=act == "mine")
        return render.redirect(HOME if act == "mine" else SIGN_IN)

    async def sign_out(self, request: Request, person: Person) -> Response:
        """End the session."""
        await in_thread(self._sessions.end, request.cookies.get(COOKIE))
        answer = render.redirect(SIGN_IN)
        keep_cookie(answer, COOKIE, "", seconds=0, secure=self._secure)
        return answer

    async def _welcome(self, request: Request, name: str) -> Response:
        session = await in_thread(self._sessions.start, name)
        device = await in_thread(self._people.remember, name, request.cookies.get(DEVICE))
        answer = render.redirect(HOME)
        keep_cookie(answer, COOKIE, session, seconds=24 * 3600, secure=self._secure)
        keep_cookie(answer, DEVICE, device, seconds=DEVICE_SECONDS, secure=self._secure)
        return answer


class Office:
    """Home, accounts and the trail."""

    def __init__(self, database: Database, *, secure: bool) -> None:
        self._database, self._people, self._secure = database, Accounts(database), secure

    def routes(self, door: Door) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/", door.opens(self.home, "viewer")),
            Route("/people", door.opens(self.people, "admin"), methods=["GET", "POST"]),
            Route("/trail", door.opens(self.trail, "admin")),
        ]

    async def home(self, request: Request, person: Person) -> Response:
        """Show what this person may do."""
        return render.render("home", person)

    async def people(self, request: Request, person: Person) -> Response:
        """Show the accounts; add one, make a new link, disable one."""
        token, problem = "", Sentence("")
        if request.method not in READING:
            try:
                token = await in_thread(self._act, await fields(request), person)
            except StaffError as error:
                problem = error.sentence
        return render.render(
            "people",
            person,
            status=400 if problem else 200,
            people=await in_thread(self._people.all),
            roles=ROLES,
            link=self._link(request, token) if token else "",
            problem=problem,
        )

    def _link(self, request: Request, token: str) -> str:
        scheme = "https" if self._secure else request.scope["scheme"]
        return f"{scheme}://{request.headers.get('host', '')}/staff/set-up/{token}"

    def _act(self, form: dict[str, str], person: Person) -> str:
        name, act = form.get("name", "").strip().lower(), form.get("act")
        if act == "add":
            return self._people.add(name, form.get("role", ""), by=person.name)
        if act == "link":
            return self._people.link(name, by=person.name)
        if act != "disable":
            raise StaffError("Nothing was asked for")
        if name == person.name:
            raise StaffError("You cannot disable yourself; another admin can")
        self._people.disable(name, by=person.name)
        return ""

    async def trail(self, request: Request, person: Person) -> Response:
        """Show the last acts."""

        def read() -> list[Any]:
            with self._database.begin() as connection:
                return audit.recent(connection)

        return render.render("trail", person, acts=await in_thread(read))
