"""Small cues read by rule: which language is asked for, and "for men?" or "for women?" with nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.data import read_yaml
from bot.text.normalise import normalise
from bot.text.words import TOKEN

LOOK_AHEAD = 3     # words after a language's name in which a "not that one" counts


@dataclass(frozen=True)
class Cues:
    """`data/lexicon/cues.yml`, every word in normal form."""

    languages: tuple[tuple[str, tuple[str, ...]], ...]   # (label, the words of one of its names), longest name first
    not_that: frozenset[str]
    groups: dict[str, frozenset[str]]
    fillers: frozenset[str]

    def asks_language(self, text: str) -> str | None:
        """Return the language a message names and does not reject: en, ur, roman, other, or None."""
        words = TOKEN.findall(normalise(text))
        named: list[tuple[int, str]] = []
        taken: set[int] = set()
        places: dict[str, list[int]] = {}
        for place, word in enumerate(words):
            places.setdefault(word, []).append(place)
        for label, name in self.languages:
            for place in places.get(name[0], ()):
                span = range(place, place + len(name))
                after = words[place + len(name):place + len(name) + LOOK_AHEAD]
                if tuple(words[place:place + len(name)]) == name and not taken & set(span):
                    taken |= set(span)
                    if not self.not_that & set(after):
                        named.append((place, label))
        return min(named)[1] if named else None

    def group(self, text: str) -> str | None:
        """Return women or men where a message says that and nothing else, so that the last topic fills the rest."""
        words = {word for word in TOKEN.findall(normalise(text)) if word[0].isalpha()} - self.fillers
        return next((name for name, known in self.groups.items() if words and words <= known), None)


@lru_cache(maxsize=4)
def load_cues(folder: Path = Path("data/lexicon")) -> Cues:
    """Return the cues kept in `cues.yml` of `folder`."""
    cues = read_yaml(folder / "cues.yml")["cues"]
    names = [(label, tuple(normalise(name).split())) for label, names in cues["languages"].items() for name in names]
    return Cues(languages=tuple(sorted(names, key=lambda pair: -len(pair[1]))), not_that=_words(cues["not_that"]),
                groups={name: _words(cues[name]) for name in ("women", "men")}, fillers=_words(cues["fillers"]))


def _words(words: Sequence[str]) -> frozenset[str]:
    return frozenset(normalise(str(word)) for word in words)
