"""How broad the training messages are: openings, lengths, names of the treatment, persons, for each intent and variety.

A corpus that is narrow where patients are not scores well on itself and badly on them; this tells where it is narrow.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.storage.yaml_file import read_yaml
from bot.text.normalise import normalise
from bot.text.words import TOKEN

SHORT, LONG = 5, 12  # words: under SHORT is short, over LONG is long


@dataclass(frozen=True)
class Breadth:
    """Of the messages of one intent in one variety. Shares are of all of them."""

    variety: str
    intent: str
    count: int
    commonest_opening: tuple[str, float]  # the word most messages begin with, and how many do
    short: float
    long: float
    named: float  # the treatment is named, by any of its names
    own: float  # somebody speaks of themselves or their kin


def breadth(folder: Path) -> Iterator[Breadth]:
    """Yield the breadth of every file under `folder`/nlu, with the word lists of `folder`/lexicon/breadth.yml."""
    words = read_yaml(folder / "lexicon" / "breadth.yml")["breadth"]
    names, persons = (tuple(map(normalise, words[key])) for key in ("treatment", "persons"))
    messages: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path in sorted((folder / "nlu").glob("*/*.yml")):
        for entry in read_yaml(path).get("nlu") or ():
            lines = (line.strip().removeprefix("- ") for line in entry["examples"].splitlines())
            messages[path.parent.name, entry["intent"]] += [
                normalise(line) for line in lines if line
            ]
    for (variety, intent), texts in messages.items():
        yield _of(variety, intent, texts, names, frozenset(persons))


def _of(
    variety: str, intent: str, texts: list[str], names: tuple[str, ...], persons: frozenset[str]
) -> Breadth:
    split = [TOKEN.findall(text) for text in texts]
    opening, often = Counter(words[0] for words in split if words).most_common(1)[0]
    return Breadth(
        variety,
        intent,
        len(texts),
        (opening, often / len(texts)),
        _share(len(words) < SHORT for words in split),
        _share(len(words) > LONG for words in split),
        _share(any(name in text for name in names) for text in texts),
        _share(not persons.isdisjoint(words) for words in split),
    )


def _share(hits: Iterator[bool]) -> float:
    found = list(hits)
    return sum(found) / len(found) if found else 0.0
