"""Which language a page of the console is in: chosen with two buttons, before signing in too."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.message import Sentence
from bot.staff.access.guard import COOKIE as SESSION
from bot.staff.access.guard import READING, guarded, keep_cookie, own_page, refusal, same
from bot.staff.access.sessions import Sessions
from bot.staff.forms import fields
from bot.staff.i18n.translate import ENGLISH, FILE, LANGUAGES, Visit, load_urdu, wanted
from bot.staff.render import redirect
from bot.staff.threads import in_thread

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

    def routes(self) -> list[BaseRoute]:
        """Return the route of the buttons."""

        async def answer(request: Request) -> Response:
            return await guarded(self.choose(request), request)

        return [Route("/language", answer, methods=["POST"])]

    def visit(self, request: Request) -> Visit:
        """Return the language of the page being made, and where a change of it leads back to."""
        chosen = wanted(request.cookies.get(COOKIE), request.headers.get("accept-language"))
        return Visit(self._speeches[chosen], _here(request))

    async def choose(self, request: Request) -> Response:
        """Keep the language whose button was pressed, and go back to the page it was pressed on."""
        person = await in_thread(self._sessions.person, request.cookies.get(SESSION))
        if not own_page(request) or (person and not await same(request, person)):
            return refusal(request, person, 403, Sentence("This page is not ours."))
        form = await fields(request)
        language, back = form.get("language"), form.get("back") or HOME
        answer = redirect(back if OURS.fullmatch(back) else HOME)
        if language in LANGUAGES:
            keep_cookie(answer, COOKIE, language, seconds=YEAR, secure=self._secure)
        return answer


def _here(request: Request) -> str:
    """Return where to go back to: this page, or after a form the page it was on."""
    if request.method in READING:
        query = request.scope["query_string"].decode("latin-1")
        found = request.scope["path"] + (f"?{query}" if query else "")
    else:
        found = _path(request.headers.get("referer") or "")
    return found if OURS.fullmatch(found) else HOME


def _path(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:  # no address at all
        return HOME
    return parts.path + (f"?{parts.query}" if parts.query else "")
