"""The console's pages: Jinja templates with everything escaped, and its few static files."""

import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.analytics.dates import moment
from bot.message import Sentence
from bot.staff.access.audit import understood
from bot.staff.access.sessions import Person
from bot.staff.i18n.extract import environment, in_pages, plain
from bot.staff.i18n.translate import LANGUAGES, direction, say, visit

HERE = Path(__file__).parent
FONT = HERE.parent / "web" / "fonts" / "noto-nastaliq-urdu-5.3.0.woff2"


@lru_cache(maxsize=1)
def _environment() -> Any:
    found = environment()
    found.undefined = StrictUndefined
    found.globals |= {
        "_": gettext,
        "gettext": gettext,
        "ngettext": ngettext,
        "languages": LANGUAGES,
    }
    found.filters |= {"moment": _moment, "direction": direction, "act": understood}
    return found


def _moment(seconds: float) -> str:
    """Return a time with the month in the language of the page."""
    day, month, year, clock = moment(seconds).split()
    return visit.get().speech.say(
        Sentence(
            "{day} {month} {year} {clock}", day=day, month=Sentence(month), year=year, clock=clock
        )
    )


def gettext(message: str, /, **values: Any) -> str:
    """Return `message` in the language of the page being made.

    Tags in the pages' own sentences stay tags. All values are escaped, and so is any other message.
    """
    speech = visit.get().speech
    if isinstance(message, Sentence):
        return speech.say(message)
    own = plain(message)
    if own not in in_pages():
        return speech.say(message)
    shown = {name: escape(say(value)) for name, value in values.items()}
    return Markup(speech.filled(speech.say(own), shown))


def ngettext(one: str, many: str, num: int, /, **values: Any) -> str:
    """Return `one` or `many`, as English chooses, in the language of the page being made."""
    return gettext(one if num == 1 else many, num=num, **values)


def render(template: str, person: Person | None, *, status: int = 200, **values: Any) -> Response:
    """Return the page `template` as `person` sees it."""
    page = (
        _environment()
        .get_template(f"{template}.html")
        .render(person=person, page=template, visit=visit.get(), **values)
    )
    return HTMLResponse(page, status)


def files() -> dict[str, Path]:
    """Return the static files by the name they are served under."""
    return {path.name: path for path in sorted((HERE / "static").iterdir())} | {FONT.name: FONT}


def file(path: Path) -> Response:
    """Return one static file, to be asked for again at every visit: it changes with the program."""
    kind = "font/woff2" if path.suffix == ".woff2" else mimetypes.guess_type(path.name)[0]
    return Response(
        path.read_bytes(),
        media_type=kind or "application/octet-stream",
        headers={"Cache-Control": "private, max-age=300"},
    )


def redirect(path: str) -> Response:
    """Return the way to another page of ours; a browser asks for it with GET."""
    return RedirectResponse(path, 302)


def attachment(name: str, content: str, kind: str) -> Response:
    """Return a file to be saved."""
    return Response(
        content.encode("utf-8"),
        media_type=f"{kind}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
