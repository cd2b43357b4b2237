"""Words of a message in one spelling: the form that guard rules and the classifier match on."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from bot.errors import DataError
from bot.project import lexicon
from bot.storage.yaml_file import read_yaml
from bot.text.normalise import normalise

TOKEN = re.compile(r"\d+(?:[.,/]\d+)*%?|[^\W\d_]+(?:'[^\W\d_]+)?|[^\w\s]")
SENTENCE_END = frozenset(".?!۔؟")


@dataclass(frozen=True)
class Lexicon:
    """Spellings and what each stands for, from `data/lexicon/spellings-*.yml`."""

    canonical: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def words(self, text: str) -> list[str]:
        """Return the canonical words and punctuation of `text`, in order.

        >>> Lexicon({"hy": ("hai",)}).words("halal hy?")
        ['halal', 'hai', '?']
        """
        tokens = TOKEN.findall(normalise(text))
        return [word for token in tokens for word in self.canonical.get(token, (token,))]


@lru_cache(maxsize=4)
def load_lexicon(folder: Path | None = None) -> Lexicon:
    """Return the lexicon kept in `folder`; raises DataError naming every spelling given twice."""
    folder = folder or lexicon()
    canonical: dict[str, tuple[str, ...]] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("spellings-*.yml")):
        table = read_yaml(path)["spellings"]
        for target, variants in table.items():
            for variant in _normal(variants):
                if variant in canonical and canonical[variant] != tuple(target.split()):
                    problems.append(
                        f"{path}: '{variant}' stands under '{target}' and under "
                        f"'{' '.join(canonical[variant])}'; keep one"
                    )
                canonical[variant] = tuple(normalise(target).split())
    if problems:
        raise DataError("\n".join(problems))
    return Lexicon(canonical)


def _normal(variants: Iterable[str]) -> list[str]:
    return [normalise(str(variant)) for variant in variants]
