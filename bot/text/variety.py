"""Which variety a message is written in: English, Urdu script, Roman Urdu, or a mixture.

The reply's language hangs on this, safety never does: the guard reads every message with every rule.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.project import lexicon
from bot.storage.yaml_file import read_yaml
from bot.text.normalise import normalise
from bot.text.words import TOKEN

URDU_FIRST, URDU_LAST = "\u0600", "\u06ff"


@dataclass(frozen=True)
class Variety:
    """What a message is written in.

    `label` is en, ur, roman or mixed; `reply` is the variety to answer in (en, ur or roman), None when the message
    has no words to tell by; `evidence` holds the share of words of each kind.
    """

    label: str
    reply: str | None
    evidence: dict[str, float]


class VarietyDetector:
    """Tells the varieties apart by script, then by word lists."""

    def __init__(self, markers: dict[str, frozenset[str]]) -> None:
        shared = (
            markers["roman"] & markers["en"]
        )  # "do", "to", "hum": words of both languages tell nothing
        self._roman, self._english = markers["roman"] - shared, markers["en"] - shared

    def detect(self, text: str) -> Variety:
        """Return the variety of `text` (typed or normalised); never raises."""
        words = [word for word in TOKEN.findall(normalise(text)) if word[0].isalpha()]
        urdu = sum(URDU_FIRST <= word[0] <= URDU_LAST for word in words)
        latin = [word for word in words if word[0] < "\u0250"]
        roman = sum(self._weight(word, self._roman) for word in latin)
        english = sum(self._weight(word, self._english) for word in latin)
        evidence = {"ur": float(urdu), "roman": float(roman), "en": float(english)}
        if not urdu and not roman and not english:  # "AMH?", a name, an emoji: nothing to tell by
            return Variety("en", None, evidence)
        return Variety(
            self._label(urdu, latin, roman, english),
            self._reply(urdu, latin, roman, english),
            evidence,
        )

    @staticmethod
    def _weight(word: str, markers: frozenset[str]) -> int:
        return int(word in markers)

    @staticmethod
    def _label(urdu: int, latin: list[str], roman: int, english: int) -> str:
        if urdu:
            return "mixed" if roman or english else "ur"
        if min(roman, english) >= 2:
            return "mixed"
        return "roman" if roman > 0 and roman >= english else "en"

    @staticmethod
    def _reply(urdu: int, latin: list[str], roman: int, english: int) -> str:
        if urdu and urdu >= roman + english:
            return "ur"
        # the nouns of Roman Urdu are often English, its small words are not
        return "roman" if roman > 0 and roman * 3 >= english else "en"


@lru_cache(maxsize=4)
def load_detector(folder: Path | None = None) -> VarietyDetector:
    """Return the detector built from `varieties.yml` in `folder`."""
    folder = folder or lexicon()
    markers = read_yaml(folder / "varieties.yml")["varieties"]
    return VarietyDetector(
        {name: frozenset(map(normalise, words.split())) for name, words in markers.items()}
    )
