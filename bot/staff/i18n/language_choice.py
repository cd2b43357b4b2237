"""Which language a page of the console is in: chosen with two buttons, before signing in too."""

import asyncio
import re
from pathlib import Path
from urllib.parse import urlsplit

from sanic import Blueprint, Request, response
from sanic.response import HTTPResponse

from bot.message import Sentence
from bot.staff.access.guard import COOKIE as SESSION
from bot.staff.access.guard import guarded, own_page, refusal, same
from bot.staff.access.sessions import Sessions
from bot.staff.i18n.translate import ENGLISH, FILE, LANGUAGES, Visit, load_urdu, visit, wanted

COOKIE = "jawab_staff_language"
YEAR = 365 * 24 * 3600
HOME = "/staff/"
OURS = re.compile(r"/staff/(?!.*\.\.)[\w./?&=%-]*")


class Tongue:
    """Sets the language of every page, and keeps the one that somebody chose."""

    def __init__(self, data: Path, sessions: Sessions, *, secure: bool) -> None:
        """`data` holds the Urdu; raises DataError where it cannot be read."""
        # data folders older than the Urdu must still serve patients; `jawab check` says what is missing
        self._speeches = {
            "en": ENGLISH,
            "ur": load_urdu(data) if (data / FILE).exists() else ENGLISH,
        }
        self._sessions, self._secure = sessions, secure

    def add_to(self, found: Blueprint) -> None:
        """Add the route, and the step before every page."""

        @found.middleware("request")
        async def listen(request: Request) -> None:
            chosen = wanted(request.cookies.get(COOKIE), request.headers.get("accept-language"))
            visit.set(
                Visit(self._speeches[chosen], _here(request))
            )  # each request is a context of its own

        async def answer(request: Request) -> HTTPResponse:
            return await guarded(self.choose(request), request)

        found.add_route(answer, "/language", methods=["POST"], name="language")

    async def choose(self, request: Request) -> HTTPResponse:
        """Keep the language whose button was pressed, and go back to the page it was pressed on."""
        person = await asyncio.to_thread(self._sessions.person, request.cookies.get(SESSION))
        if not own_page(request) or (person and not same(request, person)):
            return refusal(request, person, 403, Sentence("This page is not ours."))
        language, back = request.form.get("language"), request.form.get("back") or HOME
        answer = response.redirect(back if OURS.fullmatch(back) else HOME)
        if language in LANGUAGES:
            answer.cookies[COOKIE] = language
            answer.cookies[COOKIE].update(
                {"path": "/staff", "httponly": True, "samesite": "Strict", "max-age": YEAR}
            )
            if self._secure:
                answer.cookies[COOKIE]["secure"] = True
        return answer


def _here(request: Request) -> str:
    """Return where to go back to: this page, or after a form the page it was on."""
    here = request.url if request.method == "GET" else request.headers.get("referer") or ""
    parts = urlsplit(here)
    found = parts.path + (f"?{parts.query}" if parts.query else "")
    return found if OURS.fullmatch(found) else HOME
