"""Every sentence of the console: found in its pages and in the code, and compared with the Urdu in ur.yml."""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from bot.message import sentences
from bot.staff.i18n.translate import FILE, PLACE, load_urdu

BOT = Path(__file__).parents[2]
TEMPLATES = BOT / "staff" / "templates"
CODE = (
    "staff/**/*.py",
    "handover/queue.py",
    "analytics/*.py",
    "answers/*.py",
    "storage/yaml_file.py",
    "validation.py",
    "rasa_adapter/sandbox.py",
    "channels/whatsapp/text_limits.py",
)
MAKERS = {
    "Sentence",
    "sentences",
    "StaffError",
    "LedgerError",
    "DataError",
}  # whose words reach a page
JINJA_PLACE = re.compile(r"%\((\w+)\)s")
TERMS = sentences(  # words of the data and the ledger that pages show
    "approved",
    "provisional",
    "stale",
    "expired",
    "recalled",
    "unsigned",
    "sign",
    "recall",
    "answer",
    "callback",
    "check_in",
    "clarify",
    "crisis",
    "decline",
    "emergency",
    "handoff",
    "interface",
    "language",
    "media",
    "part",
    "smalltalk",
    "steer",
    "support",
    "trouble",
    "morning",
    "afternoon",
    "evening",
    "any time",
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
    "drafting",
)
TAG = re.compile(r"</?\w[^>]*>")


def environment() -> Any:
    """Return Jinja as the console's pages are read."""
    found: Any = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    found.newstyle_gettext = True  # values are filled in by our own functions
    found.policies["ext.i18n.trimmed"] = True
    return found


def plain(message: str) -> str:
    """Return a message of a page as ur.yml writes it.

    >>> plain("%(name)s is 100%% sure")
    '{name} is 100% sure'
    """
    return JINJA_PLACE.sub(r"{\1}", message).replace("%%", "%")


@lru_cache(maxsize=1)
def in_pages() -> frozenset[str]:
    """Return the sentences that the pages mark with `_` or `trans`."""
    jinja = environment()
    found: set[str] = set()
    for path in sorted(TEMPLATES.glob("*.html")):
        for _, _, messages in jinja.extract_translations(path.read_text(encoding="utf-8")):
            parts = messages if isinstance(messages, tuple) else (messages,)
            found |= {plain(message) for message in parts if message}
    return frozenset(found)


@lru_cache(maxsize=1)
def in_code() -> frozenset[str]:
    """Return the sentences that the code makes for pages."""
    return frozenset(
        text
        for pattern in CODE
        for path in sorted(BOT.glob(pattern))
        for text in _literals(ast.parse(path.read_text(encoding="utf-8")))
    )


def _literals(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) in MAKERS:
            several = getattr(node.func, "id", None) == "sentences"
            for given in node.args if several else node.args[:1]:
                if isinstance(given, ast.Constant) and isinstance(given.value, str) and given.value:
                    yield given.value


def problems_in(folder: Path) -> Iterator[str]:
    """Yield what is wrong with the Urdu under `folder`, each as `file: key: fix`."""
    path, marked = folder / FILE, in_pages() | in_code()
    words = load_urdu(folder).words
    yield from (
        f'{path}: "{text}" is missing; write its Urdu' for text in sorted(marked - words.keys())
    )
    yield from (
        f'{path}: "{text}" is said nowhere any more; delete it'
        for text in sorted(words.keys() - marked)
    )
    for english, urdu in words.items():
        if not urdu.strip():
            yield f'{path}: "{english}" has no words; write its Urdu'
        for kind, pattern in (("placeholders", PLACE), ("tags", TAG)):
            if sorted(pattern.findall(english)) != sorted(pattern.findall(urdu)):
                told = ", ".join(pattern.findall(english)) or "none"
                yield f'{path}: "{english}": its {kind} must be in the Urdu too, unchanged ({told}); correct it'
