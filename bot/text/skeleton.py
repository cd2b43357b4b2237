"""The consonant skeleton of words: one key for the spellings of a word in Urdu script, Roman Urdu and English.

Built for comparing, not for reading: it merges too much to be used alone.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.project import lexicon
from bot.storage.yaml_file import read_yaml

TOKEN = re.compile(r"[^\W\d_]+|\d+|[?؟]")
SOFT_C = re.compile(r"c(?=[eiy])")
INNER_VOWEL = re.compile(r"(?<=.)[aeiouyhwv']")
DOUBLED = re.compile(r"(.)\1+")
URDU_FIRST, URDU_LAST = "\u0600", "\u06ff"


@dataclass(frozen=True)
class Skeletons:
    """The tables of `data/lexicon/skeleton.yml`."""

    urdu: dict[str, str]
    urdu_first: dict[str, str]
    latin: tuple[tuple[str, str], ...]

    def text(self, text: str) -> str:
        """Return the skeletons of the words of a normalised text; numbers become 0, questions keep their mark.

        >>> load_skeletons().text("stem cell سٹیم سیل")
        'stm sl stm sl'
        """
        return " ".join(self.token(token) for token in TOKEN.findall(text))

    def token(self, token: str) -> str:
        """Return the skeleton of one token."""
        if token[0].isdigit():
            return "0"
        if not token[0].isalpha():
            return "?"
        return self.word(token)

    def word(self, word: str) -> str:
        """Return the skeleton of one word of letters."""
        if URDU_FIRST <= word[0] <= URDU_LAST:
            inner = "".join(self.urdu.get(letter, "") for letter in word[1:]).replace("h", "")
            first = self.urdu_first.get(word[0], self.urdu.get(word[0], ""))
            return DOUBLED.sub(r"\1", first + inner)
        for spelling, sound in self.latin:
            word = word.replace(spelling, sound)
        word = INNER_VOWEL.sub("", SOFT_C.sub("s", word).replace("c", "k"))
        first = "A" if word[0] in "aeiou" else "w" if word[0] == "v" else word[0]
        return DOUBLED.sub(r"\1", first + word[1:])


@lru_cache(maxsize=4)
def load_skeletons(folder: Path | None = None) -> Skeletons:
    """Return the tables kept in `skeleton.yml` of `folder`."""
    folder = folder or lexicon()
    tables = read_yaml(folder / "skeleton.yml")["skeleton"]
    return Skeletons(
        tables["urdu"], tables["urdu_first"], tuple((pair[0], pair[1]) for pair in tables["latin"])
    )
