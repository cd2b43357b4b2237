"""Small cues read by rule: the language asked for, "for men?" or "both" or "the second one" with nothing else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.project import lexicon
from bot.storage.yaml_file import read_yaml
from bot.text.normalise import normalise
from bot.text.words import TOKEN

FOLLOW_UP = "follow_up"  # the intent of "and for men?": it has no examples, the cues tell it
LOOK_AHEAD = 3  # words after a language's name in which a "not that one" counts
NEAR = 2  # words before or after "mardon" in which a "nahi" rejects it


@dataclass(frozen=True)
class Cues:
    """`data/lexicon/cues.yml`, every word in normal form."""

    languages: tuple[
        tuple[str, tuple[str, ...]], ...
    ]  # (label, the words of one of its names), longest name first
    not_that: frozenset[str]
    groups: dict[str, frozenset[str]]
    fillers: frozenset[str]
    both: frozenset[str] = frozenset()
    choices: tuple[frozenset[str], ...] = ()  # the words for the first, the second, the third
    rejected_after: frozenset[str] = frozenset()  # "mardon ka nahi"
    rejected_before: frozenset[str] = frozenset()  # "not for men"
    asides: re.Pattern[str] = re.compile(r"(?!)")  # "mera matlab": left out

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
                after = words[place + len(name) : place + len(name) + LOOK_AHEAD]
                if tuple(words[place : place + len(name)]) == name and not taken & set(span):
                    taken |= set(span)
                    if not self.not_that & set(after):
                        named.append((place, label))
        return min(named)[1] if named else None

    def group(self, text: str) -> str | None:
        """Return women, men or both where a message says that and nothing else, so that the last topic fills the rest.

        A group that is named to be rejected does not count: "aurton ka nahi, mardon ka" is men.
        """
        words = self._plain(text)
        known = {
            word: name
            for name, names in (*self.groups.items(), ("both", self.both))
            for word in names
        }
        if not words or not set(words) <= self.fillers | set(known):
            return None
        places = [place for place, word in enumerate(words) if word in known]
        named = {
            known[words[place]]
            for place, before, after in zip(
                places, [-1, *places], [*places[1:], len(words)], strict=False
            )
            if not self._rejected(words[before + 1 : place], words[place + 1 : after])
        }
        return "both" if len(named) > 1 else next(iter(named), None)

    def pick(self, text: str) -> int | None:
        """Return 2 where a message says "the second one" and nothing else."""
        words = set(self._plain(text)) - self.fillers
        return next(
            (place for place, known in enumerate(self.choices, 1) if words and words <= known), None
        )

    def _plain(self, text: str) -> list[str]:
        return [
            word
            for word in TOKEN.findall(self.asides.sub(" ", normalise(text)))
            if word[0].isalpha()
        ]

    def _rejected(self, before: Sequence[str], after: Sequence[str]) -> bool:
        """Return whether the words around a group, up to the groups next to it, say that it is not meant."""
        return bool(
            self.rejected_before & set(before[-NEAR:]) or self.rejected_after & set(after[:NEAR])
        )


@lru_cache(maxsize=4)
def load_cues(folder: Path | None = None) -> Cues:
    """Return the cues kept in `cues.yml` of `folder`."""
    folder = folder or lexicon()
    cues = read_yaml(folder / "cues.yml")["cues"]
    names = [
        (label, tuple(normalise(name).split()))
        for label, names in cues["languages"].items()
        for name in names
    ]
    asides = "|".join(re.escape(normalise(aside)) for aside in cues["asides"])
    return Cues(
        languages=tuple(sorted(names, key=lambda pair: -len(pair[1]))),
        not_that=_words(cues["not_that"]),
        groups={name: _words(cues[name]) for name in ("women", "men")},
        fillers=_words(cues["fillers"]),
        both=_words(cues["both"]),
        choices=tuple(map(_words, cues["choices"])),
        rejected_after=_words(cues["rejected_after"]),
        rejected_before=_words(cues["rejected_before"]),
        asides=re.compile(rf"\b(?:{asides})\b"),
    )


def _words(words: Sequence[str]) -> frozenset[str]:
    return frozenset(normalise(str(word)) for word in words)
