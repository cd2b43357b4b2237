"""The way into every page: who is signed in, may they, and did their own page send this."""

import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.errors import BotError, told
from bot.message import Sentence
from bot.staff.access.audit import note
from bot.staff.access.sessions import Person, Sessions
from bot.staff.forms import NOT_OURS, fields
from bot.staff.i18n.translate import say
from bot.staff.render import redirect, render
from bot.staff.threads import in_thread
from bot.storage.database import Database

logger = logging.getLogger(__name__)
COOKIE = "jawab_staff"
SIGN_IN, CONFIRM = "/staff/sign-in", "/staff/confirm"
FIELD, HEADER = "csrf", "x-csrf-token"
READING = ("GET", "HEAD")
MOST_NUMBER = 2**31 - 1  # of a row; a database takes no larger one
Page = Callable[..., Awaitable[Response]]  # of the request, the person and the parts of the path
Handler = Callable[[Request], Awaitable[Response]]


def own_page(request: Request) -> bool:
    """Whether `request` comes from a page of this server or from no page; patients' origins are strangers here."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if origin is not None and not _this_host(request, origin):
        return False
    return request.method in READING or site in (None, "same-origin", "none")


def _this_host(request: Request, origin: str) -> bool:
    try:
        return urlsplit(origin).netloc == request.headers.get("host")
    except ValueError:  # no address at all
        return False


class Door:
    """Wraps a page so that only those who may reach it."""

    def __init__(self, database: Database, sessions: Sessions) -> None:
        self._database, self._sessions = database, sessions

    def opens(self, page: Page, role: str, *, unconfirmed: bool = False) -> Handler:
        """Return `page` as a handler for people with `role` or above.

        Whoever has still to say that their new password is theirs passes where `unconfirmed` only.
        """

        async def answer(request: Request) -> Response:
            return await guarded(self._enter(request, page, role, unconfirmed), request)

        return answer

    async def _enter(self, request: Request, page: Page, role: str, unconfirmed: bool) -> Response:
        person = await in_thread(self._sessions.person, request.cookies.get(COOKIE))
        if person is None:
            return _signed_out(request)
        reading = request.method in READING
        if not reading and not (own_page(request) and await same(request, person)):
            return refusal(
                request,
                person,
                403,
                Sentence("This page is too old or is not ours. Reload it and try again."),
            )
        if person.confirm and not unconfirmed:
            if reading:
                return redirect(CONFIRM)
            return refusal(
                request, person, 403, Sentence("Say first whether the new password is yours.")
            )
        if not person.may(role):
            await in_thread(self._refused, person, request.scope["path"])
            return refusal(
                request,
                person,
                403,
                Sentence(
                    "This needs the role of {role}; yours is {own}.",
                    role=Sentence(role),
                    own=Sentence(person.role),
                ),
            )
        return await page(request, person, **_parts(request))

    def _refused(self, person: Person, path: str) -> None:
        with self._database.begin() as connection:
            note(connection, person.name, "refused", path)


def _parts(request: Request) -> dict[str, Any]:
    """Return the parts of the path; raises HTTPException for what names no row and no text."""
    for part in request.path_params.values():
        if "\0" in part if isinstance(part, str) else part > MOST_NUMBER:
            raise HTTPException(404)
    return request.path_params


async def guarded(step: Awaitable[Response], request: Request) -> Response:
    """Return what `step` returns; trouble of ours as a page that says so, without anybody's words in the log."""
    try:
        return await step
    except sa.exc.SQLAlchemyError as error:
        logger.error("staff store failed: %s", told(error))
        return refusal(
            request,
            None,
            503,
            Sentence(
                "The console's store cannot be read or written now. Nothing was changed. Patients are still answered."
            ),
        )
    except BotError as error:
        return refusal(request, None, 400, error.sentence)
    except HTTPException as error:
        return no_page(request, error.status_code)
    except (
        Exception
    ) as error:  # whatever it was, the page says so and the log tells what, without words
        logger.error("a staff page failed: %s", told(error))
        return refusal(
            request,
            None,
            500,
            Sentence(
                "Something went wrong here. Try again; if it fails again, ask the administrator."
            ),
        )


def no_page(request: Request, status: int) -> Response:
    """Return the answer to a request that no page of ours would send."""
    words = Sentence("There is no such page.") if status == 404 else NOT_OURS
    return refusal(request, None, status, words)


def refusal(request: Request, person: Person | None, status: int, words: Sentence) -> Response:
    """Return why not: as JSON to our scripts, as a page to people."""
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"error": say(words)}, status)
    return render("refused", person, status=status, words=words)


def _signed_out(request: Request) -> Response:
    if request.method in READING and "application/json" not in request.headers.get("accept", ""):
        return redirect(SIGN_IN)
    return refusal(
        request, None, 401, Sentence("You are signed out. Sign in again; nothing was changed.")
    )


async def same(request: Request, person: Person) -> bool:
    """Whether `request` carries the token of `person`'s forms."""
    given = request.headers.get(HEADER) or (await fields(request)).get(FIELD) or ""
    return hmac.compare_digest(given.encode(), person.csrf.encode())


def keep_cookie(answer: Response, name: str, value: str, *, seconds: int, secure: bool) -> None:
    """Let the browser keep `value` for the console's own pages, out of reach of scripts and other sites."""
    answer.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/staff",
        secure=secure,
        httponly=True,
        samesite="Strict",  # type: ignore[arg-type]  # as browsers write it
    )
