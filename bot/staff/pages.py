"""The console's pages: Jinja templates with everything escaped, and its few static files."""

import mimetypes
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sanic import response
from sanic.response import HTTPResponse

from bot.staff.clock import moment
from bot.staff.sessions import Person

HERE = Path(__file__).parent
FONT = HERE.parent / "web" / "fonts" / "noto-nastaliq-urdu-5.3.0.woff2"
ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")
LATIN = re.compile("[A-Za-z]")


@lru_cache(maxsize=1)
def _environment() -> Any:
    found: Any = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
                             trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"])
    found.install_null_translations(newstyle=True)
    found.filters |= {"moment": moment, "direction": direction}
    return found


def direction(text: str) -> str:
    """Return rtl for text that is mostly in Urdu script, else ltr."""
    return "rtl" if len(ARABIC.findall(text)) > len(LATIN.findall(text)) else "ltr"


def render(template: str, person: Person | None, *, status: int = 200, **values: Any) -> HTTPResponse:
    """Return the page `template` as `person` sees it."""
    page = _environment().get_template(f"{template}.html").render(person=person, page=template, **values)
    return response.html(page, status=status)


def files() -> dict[str, Path]:
    """Return the static files by the name they are served under."""
    return {path.name: path for path in sorted((HERE / "static").iterdir())} | {FONT.name: FONT}


def file(path: Path) -> HTTPResponse:
    """Return one static file, to be asked for again at every visit: it changes with the program."""
    kind = "font/woff2" if path.suffix == ".woff2" else mimetypes.guess_type(path.name)[0]
    return response.raw(path.read_bytes(), content_type=kind or "application/octet-stream",
                        headers={"Cache-Control": "private, max-age=300"})
