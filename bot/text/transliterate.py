"""Roman Urdu words in Urdu script, so that a sentence model that never learnt Roman Urdu can read them."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.project import lexicon
from bot.storage.yaml_file import read_yaml
from bot.text.normalise import normalise
from bot.text.variety import VarietyDetector, load_detector
from bot.text.words import TOKEN


@dataclass(frozen=True)
class Transliterator:
    """A table of words; what it does not know (English, names, abbreviations) stays as it is."""

    table: dict[str, str]
    detector: VarietyDetector

    def to_urdu(self, text: str) -> str:
        """Return a normalised text with its Roman Urdu words in Urdu script; an English text as it is.

        >>> load_transliterator().to_urdu("meri umar 41 hai, treatment hoga?")
        'میری عمر 41 ہے, treatment ہوگا?'
        """
        evidence = self.detector.detect(text).evidence
        if not evidence["roman"] or evidence["roman"] * 2 < evidence["en"]:
            return text
        return TOKEN.sub(lambda found: self.table.get(found.group(), found.group()), text)


@lru_cache(maxsize=4)
def load_transliterator(folder: Path | None = None) -> Transliterator:
    """Return the transliterator kept in `roman-to-urdu.yml` of `folder`."""
    folder = folder or lexicon()
    words = read_yaml(folder / "roman-to-urdu.yml")["roman_to_urdu"]
    table = {
        roman: normalise(urdu) for urdu, forms in words.items() for roman in str(forms).split()
    }
    return Transliterator(table, load_detector(folder))
