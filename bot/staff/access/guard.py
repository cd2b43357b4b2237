"""The way into every page: who is signed in, may they, and did their own page send this."""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sanic import Request, response
from sanic.response import HTTPResponse

from bot.errors import BotError, told
from bot.message import Sentence
from bot.staff.access.audit import note
from bot.staff.access.sessions import Person, Sessions
from bot.staff.i18n.translate import say
from bot.staff.render import render
from bot.storage.database import Database

logger = logging.getLogger(__name__)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer browsers would send forms with the origin "null"
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
COOKIE = "jawab_staff"
SIGN_IN = "/staff/sign-in"
FIELD, HEADER = "csrf", "x-csrf-token"
Page = Callable[
    ..., Awaitable[HTTPResponse]
]  # of the request, the person and the parts of the path
Handler = Callable[..., Coroutine[Any, Any, HTTPResponse]]


def own_page(request: Request) -> bool:
    """Whether `request` comes from a page of this server or from no page; patients' origins are strangers here."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if origin is not None and urlsplit(origin).netloc != request.host:
        return False
    return request.method == "GET" or site in (None, "same-origin", "none")


class Door:
    """Wraps a page so that only those who may reach it."""

    def __init__(self, database: Database, sessions: Sessions) -> None:
        self._database, self._sessions = database, sessions

    def opens(self, page: Page, role: str) -> Handler:
        """Return `page` as a Sanic handler for people with `role` or above."""

        async def answer(request: Request, **parts: str) -> HTTPResponse:
            return await guarded(self._enter(request, page, role, parts), request)

        return answer

    async def _enter(
        self, request: Request, page: Page, role: str, parts: dict[str, str]
    ) -> HTTPResponse:
        person = await asyncio.to_thread(self._sessions.person, request.cookies.get(COOKIE))
        if person is None:
            return _signed_out(request)
        if request.method != "GET" and not (own_page(request) and same(request, person)):
            return refusal(
                request,
                person,
                403,
                Sentence("This page is too old or is not ours. Reload it and try again."),
            )
        if not person.may(role):
            await asyncio.to_thread(self._refused, person, request.path)
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
        return await page(request, person, **parts)

    def _refused(self, person: Person, path: str) -> None:
        with self._database.begin() as connection:
            note(connection, person.name, "refused", path)


async def guarded(step: Awaitable[HTTPResponse], request: Request) -> HTTPResponse:
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


def refusal(request: Request, person: Person | None, status: int, words: Sentence) -> HTTPResponse:
    """Return why not: as JSON to our scripts, as a page to people."""
    if "application/json" in request.headers.get("accept", ""):
        return response.json({"error": say(words)}, status=status)
    return render("refused", person, status=status, words=words)


def _signed_out(request: Request) -> HTTPResponse:
    if request.method == "GET" and "application/json" not in request.headers.get("accept", ""):
        return response.redirect(SIGN_IN)
    return refusal(
        request, None, 401, Sentence("You are signed out. Sign in again; nothing was changed.")
    )


def same(request: Request, person: Person) -> bool:
    """Whether `request` carries the token of `person`'s forms."""
    given = request.headers.get(HEADER) or request.form.get(FIELD) or ""
    return hmac.compare_digest(given.encode(), person.csrf.encode())
