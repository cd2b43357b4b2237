"""What the widget posts, checked field by field before anything else looks at it."""

import json
import re
from typing import Any

from starlette.requests import Request

from bot.answers.texts import LANGUAGES
from bot.channels.http_body import TooLong, raw
from bot.channels.incoming import Incoming, clean, tapped

FIELDS = {"session", "id", "text", "button", "variety", "message", "vote"}
MOST_BYTES = 64 * 1024
ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
VOTES = ("up", "down")


class BadRequest(ValueError):
    """What came is not a message; the text says why, for a developer."""


async def read(request: Request) -> dict[str, Any]:
    """Return the JSON object in `request`, an empty one for no body; raises BadRequest for anything else."""
    content = await raw(request, most=MOST_BYTES)
    try:
        body = json.loads(content.decode("utf-8") or "{}")
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise BadRequest("body: must be JSON in UTF-8") from error
    if not isinstance(body, dict):
        raise BadRequest("body: must be a JSON object")
    unknown = sorted(set(body) - FIELDS)
    if unknown:
        raise BadRequest(f"unknown fields: {ascii(', '.join(unknown[:5]))[1:100]}")
    return body


def incoming(body: dict[str, Any], *, cap: int) -> Incoming:
    """Return the message in `body`: words, `cap` characters of them at most, or the id of a tapped button."""
    text, button = body.get("text"), body.get("button")
    if isinstance(button, str) and text is None and len(button) <= 64:
        return tapped(button)
    if not isinstance(text, str) or button is not None:
        raise BadRequest("send either text (a string) or button (the id of one that was offered)")
    if len(text) > cap:
        raise TooLong(f"text: {len(text)} characters, {cap} at most")
    return Incoming(clean(text))


def message_id(body: dict[str, Any], field: str = "id") -> str | None:
    """Return the id that the visitor's page gave a message, or None for a page that gives none."""
    found = body.get(field)
    if found is None:
        return None
    if not isinstance(found, str) or not ID.fullmatch(found):
        raise BadRequest(f"{field}: 8 to 64 letters, digits, - and _")
    return found


def variety(body: dict[str, Any]) -> str:
    """Return the language the page is shown in."""
    return body["variety"] if body.get("variety") in LANGUAGES else "en"


def vote(body: dict[str, Any]) -> str:
    """Return up or down."""
    if body.get("vote") not in VOTES:
        raise BadRequest("vote: up or down")
    return str(body["vote"])


def length(body: dict[str, Any]) -> int:
    """Return how many characters of text are in `body`, whether they are a message or not."""
    text = body.get("text")
    return len(text) if isinstance(text, str) else 0
