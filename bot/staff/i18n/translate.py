"""What the console says, in English and Urdu. English stands in the pages and the code, Urdu in data/staff/ur.yml."""

import re
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.errors import DataError
from bot.message import Sentence
from bot.storage.yaml_file import read_yaml

LANGUAGES = {"en": "English", "ur": "اردو"}
PLACE = re.compile(r"\{(\w+)\}")
ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")
LATIN = re.compile("[A-Za-z]")
ISOLATED = re.compile("[\u2066\u2067][^\u2066-\u2069]*\u2069")
FILE = Path("staff") / "ur.yml"


@dataclass(frozen=True)
class Speech:
    """One language: `words` has its sentence for each English one, none for English itself."""

    language: str = "en"
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def dir(self) -> str:
        """Which way the language runs."""
        return "rtl" if self.language == "ur" else "ltr"

    def say(self, said: str) -> str:
        """Return a sentence of ours in this language, and any other text as it is."""
        if not isinstance(said, Sentence):
            return self.words.get(said, said)
        return self.filled(self.words.get(said.template, said.template), said.values)

    def filled(self, template: str, values: Mapping[str, Any]) -> str:
        """Return `template` with `values`, each said in this language and kept apart from its neighbours."""

        def value(place: re.Match[str]) -> str:
            if place[1] not in values:
                return place[0]  # for a script to fill
            shown = values[place[1]]
            shown = self.say(shown) if isinstance(shown, Sentence) else str(shown)
            return isolated(shown) if self.dir == "rtl" else shown

        return PLACE.sub(value, template)


def direction(text: str) -> str:
    """Return rtl for text that is mostly in Urdu script, else ltr; the names and paths in a sentence do not count."""
    outside = ISOLATED.sub("", text)
    text = outside if ARABIC.search(outside) or LATIN.search(outside) else text
    return "rtl" if len(ARABIC.findall(text)) > len(LATIN.findall(text)) else "ltr"


def isolated(value: str) -> str:
    """Return a value with marks around it: it keeps its own direction, and the words beside it keep theirs."""
    return ("\u2067" if direction(value) == "rtl" else "\u2066") + value + "\u2069"


ENGLISH = Speech()


@dataclass(frozen=True)
class Visit:
    """The page being made: in which language, and where a change of language leads back to."""

    speech: Speech = ENGLISH
    back: str = "/staff/"


NOWHERE = Visit()
visit: ContextVar[Visit] = ContextVar("visit", default=NOWHERE)


def load_urdu(data: Path) -> Speech:
    """Return the Urdu of `data`; raises DataError where the file cannot be read."""
    path = data / FILE
    words = read_yaml(path)
    if not isinstance(words, dict) or not all(
        isinstance(text, str) for pair in words.items() for text in pair
    ):
        raise DataError(
            f'{path}: must be lines of "English sentence": "Urdu sentence"; put quotes around both'
        )
    return Speech("ur", words)


def wanted(cookie: str | None, accepted: str | None) -> str:
    """Return the language somebody chose, or on a first visit the one their browser asks for first.

    >>> wanted(None, "ur-PK,ur;q=0.9,en;q=0.8"), wanted(None, "en-GB,ur;q=0.5"), wanted("en", "ur")
    ('ur', 'en', 'en')
    """
    if cookie in LANGUAGES:
        return cookie
    first = re.findall(r"\b(en|ur)\b", (accepted or "").lower())
    return first[0] if first else "en"


def say(said: Any) -> Any:
    """Return a sentence, or every sentence inside lists and mappings, in the language of the page being made."""
    if isinstance(said, Sentence):
        return visit.get().speech.say(said)
    if isinstance(said, Mapping):
        return {key: say(value) for key, value in said.items()}
    return [say(value) for value in said] if isinstance(said, list | tuple) else said


def unsaid(typed: str, of: Iterable[str]) -> str:
    """Return the one of the English words `of` that was `typed` in the language of the page, else what was typed.

    What is kept is kept in one language: two people signing as the same in two languages are not two roles.
    """
    speech = visit.get().speech
    return next((str(word) for word in of if speech.say(word) == typed.strip()), typed)
