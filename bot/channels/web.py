"""The website channel: a page, a session, and messages in and out as JSON. Patients' words are never logged."""

import json
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, Optional, Text

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Request, response
from sanic.response import HTTPResponse

from bot.answers.store import LANGUAGES
from bot.channels.inbound import Incoming, clean, tapped
from bot.channels.session import Sessions
from bot.channels.turn import turn
from bot.dialogue import load_dialogue
from bot.service import library, settings

PAGES = Path(__file__).parent.parent / "web"
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
FIELDS = {"session", "text", "button", "variety"}
MOST_BYTES = 64 * 1024
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                               "img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
                               "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class BadRequest(ValueError):
    """What came is not a message; the text says why, for a developer."""


class WebInput(InputChannel):
    """Named in credentials.yml."""

    @classmethod
    def name(cls) -> Text:
        """Return the channel's name."""
        return "web"

    def url_prefix(self) -> Text:
        """Return where the channel lives on the server."""
        return "/chat"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the routes."""
        sessions = Sessions(settings().signing_key(), hours=settings().session_hours)
        routes = Blueprint("jawab_web")

        @routes.get("/")
        async def page(request: Request) -> HTTPResponse:
            return _file("chat.html")

        @routes.get("/static/<name:str>")
        async def static(request: Request, name: str) -> HTTPResponse:
            return _file(name)

        @routes.post("/sessions")
        async def start(request: Request) -> HTTPResponse:
            return _json({"session": sessions.start(), **_interface()})

        @routes.post("/messages")
        async def message(request: Request) -> HTTPResponse:
            try:
                body = _read(request)
                incoming = _incoming(body)
            except BadRequest as error:
                return _json({"error": str(error)}, status=400)
            sender = sessions.sender(body.get("session"))
            if sender is None:
                return _json({"error": "session: unknown or expired; POST /chat/sessions starts one"}, status=401)
            variety = body.get("variety") if body.get("variety") in LANGUAGES else "en"
            output = await turn(on_new_message, incoming, sender=sender, channel="web", variety=variety)
            return _json({"replies": output.replies})

        return routes


def _read(request: Request) -> Dict[str, Any]:
    if len(request.body) > MOST_BYTES:
        raise BadRequest(f"body: {len(request.body)} bytes, {MOST_BYTES} at most")
    try:
        body = json.loads(request.body.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise BadRequest("body: must be JSON in UTF-8") from error
    if not isinstance(body, dict):
        raise BadRequest("body: must be a JSON object")
    unknown = sorted(set(body) - FIELDS)
    if unknown:
        raise BadRequest(f"unknown fields: {', '.join(unknown[:5])}")
    return body


def _incoming(body: Dict[str, Any]) -> Incoming:
    text, button = body.get("text"), body.get("button")
    if isinstance(button, str) and text is None and len(button) <= 64:
        return tapped(button)
    if not isinstance(text, str) or button is not None:
        raise BadRequest("send either text (a string) or button (the id of one that was offered)")
    if len(text) > settings().message_cap:
        raise BadRequest(f"text: {len(text)} characters, {settings().message_cap} at most")
    return Incoming(clean(text))


def _interface() -> Dict[str, Any]:
    """Return every text the page shows, in three languages, from the ledger."""
    texts = library()
    strings = {variety: {block.id.removeprefix("ui_"): block.text
                         for block in texts.texts(variety).values() if block.kind == "interface"}
               for variety in LANGUAGES}
    menu = {variety: [{"id": topic, "title": texts.title(topic, variety)} for topic in load_dialogue().menu
                      if texts.title(topic, variety)] for variety in LANGUAGES}
    names = {variety: texts.title("language", variety) for variety in LANGUAGES}
    notice = {variety: block.text if (block := texts.block("notice", variety)) else "" for variety in LANGUAGES}
    return {"strings": strings, "menu": menu, "languages": names, "notice": notice, "cap": settings().message_cap}


def _file(name: str) -> HTTPResponse:
    path = PAGES / name
    if path.suffix not in TYPES or path.parent != PAGES or not path.is_file():
        return _json({"error": "no such page"}, status=404)
    return response.raw(path.read_bytes(), headers=HEADERS, content_type=TYPES[path.suffix])


def _json(body: Dict[str, Any], *, status: int = 200) -> HTTPResponse:
    return response.json(body, status=status, headers=HEADERS, dumps=_dumps)


def _dumps(body: Any, **_: Optional[Any]) -> str:
    return json.dumps(body, ensure_ascii=False)
