"""ADAPTER: what the console's pages and scripts send: forms as plain text fields, JSON as an object."""

import json
from typing import Any

from starlette.requests import Request

from bot.errors import StaffError
from bot.message import Sentence

MOST_JSON = 64 * 1024  # bytes, but for lists
MOST_FIELD, MOST_FIELDS = (
    64 * 1024,
    60,
)  # bytes of one field of a form; the longest text is 900 letters
NOT_OURS = Sentence("This is not what the console sends")


def query(request: Request) -> dict[str, str]:
    """Return what stands behind the question mark of the address; the first of each name."""
    return dict(reversed(request.query_params.multi_items()))


async def fields(request: Request) -> dict[str, str]:
    """Return the fields of the form in `request`, none where it carries another thing; the first of each name."""
    form = await request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=MOST_FIELD)
    found: dict[str, str] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            found.setdefault(name, value.replace("\0", ""))  # PostgreSQL keeps none
    return found


async def sent(
    request: Request, *, most: int = MOST_JSON, too_long: str = NOT_OURS
) -> dict[str, Any]:
    """Return the JSON object in `request`; raises StaffError for anything else, `too_long` above `most` bytes."""
    if "json" not in request.headers.get(
        "content-type", ""
    ):  # a form was read for its token already
        raise StaffError(NOT_OURS)
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > most:
        raise StaffError(too_long)
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > most:
            raise StaffError(too_long)
    try:
        body = json.loads(content)
        json.dumps(body, ensure_ascii=False).encode("utf-8")  # half a letter is no text
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise StaffError(NOT_OURS)
    return body
