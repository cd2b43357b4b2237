"""The labelled messages of data/nlu, as every candidate gets them."""

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.storage.yaml_file import read_yaml
from bot.text.normalise import normalise

VARIETIES = ("en", "ur", "roman", "mixed")
SOURCES = ("data/nlu", "data/lexicon", "bot/text", "bot/nlu")  # what a stored result depends on


@dataclass(frozen=True)
class Rows:
    """Messages in their normal form, the intent and the variety (its folder) of each."""

    texts: list[str]
    intents: np.ndarray
    varieties: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, places: np.ndarray) -> "Rows":
        """Return the rows at `places`."""
        return Rows(
            [self.texts[place] for place in places], self.intents[places], self.varieties[places]
        )

    @property
    def strata(self) -> list[tuple[str, str]]:
        """What folds and samples keep in proportion: intent and variety."""
        return list(zip(self.intents.tolist(), self.varieties.tolist(), strict=True))


def load(folder: Path) -> Rows:
    """Return the examples under `folder`, which holds one folder for each variety."""
    found = [
        (normalise(line[2:].strip()), str(block["intent"]), path.parent.name)
        for path in sorted(folder.rglob("*.yml"))
        for block in read_yaml(path).get("nlu", ())
        for line in block["examples"].splitlines()
        if line.startswith("- ")
    ]
    texts, intents, varieties = zip(*found, strict=True)
    return Rows(list(texts), np.array(intents), np.array(varieties))


def sample(strata: Sequence[Hashable], size: int, *, least: int, seed: int) -> np.ndarray:
    """Return the places of about `size` rows, in order: each stratum's share of them, and `least` where it has them."""
    members: dict[Hashable, list[int]] = defaultdict(list)
    for place, stratum in enumerate(strata):
        members[stratum].append(place)
    dice, chosen = np.random.default_rng(seed), []
    for places in members.values():
        share = max(least, round(size * len(places) / len(strata)))
        chosen.append(dice.permutation(places)[:share])
    return np.sort(np.concatenate(chosen))


def fingerprint(root: Path) -> str:
    """Return a short hash of the data and of the code that a stored result depends on."""
    digest = hashlib.sha256()
    for source in SOURCES:
        for path in sorted((root / source).rglob("*")):
            if path.suffix in {".yml", ".py"}:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
