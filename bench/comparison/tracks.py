"""The two tracks: all candidates on all rows, and the slow ones with the winner on one smaller fold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from prepare import ROOT

from bot.dialogue.config import load_dialogue
from bot.storage.yaml_file import read_yaml
from comparison.figures import Figures, behind, figures
from comparison.folds import folds, groups
from comparison.registry import CANDIDATES
from comparison.rows import Rows, fingerprint, sample
from comparison.scoring import Fold, Raw, run

KEPT = ROOT / ".cache" / "compare"
LEAST = 6  # rows of an intent in a variety, in a sample: calibration and folds need some
ASKED = 1000  # rows that a slow candidate is asked about


@dataclass(frozen=True)
class Setting:
    """What the command was asked for."""

    folds: int
    sample: int
    slow: int
    seed: int


@dataclass
class Track:
    """Candidates on the same rows and folds."""

    name: str
    told: str
    rows: Rows
    members: np.ndarray  # group of each row
    folds: Sequence[Fold]
    key: str  # of stored results
    seed: int
    raw: dict[str, Raw] = field(default_factory=dict)
    figures: dict[str, Figures] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def intents(self) -> list[str]:
        """The columns of every candidate."""
        return sorted(set(self.rows.intents.tolist()))

    def score(self, name: str, *, resume: bool, tell: Callable[[str], None]) -> None:
        """Score a candidate, or take what is stored of it; one that fails is kept with its reason."""
        path = KEPT / self.key / name
        try:
            if resume and path.with_suffix(".json").exists():
                raw = Raw.load(path)
            else:
                raw = run(
                    CANDIDATES[name].make,
                    self.rows,
                    self.intents,
                    self.folds,
                    seed=self.seed,
                    tell=tell,
                )
                raw.save(path)
            self.figures[name] = self._figures(raw)
            self.raw[name] = raw
        except (
            Exception
        ) as error:  # a package that is missing or breaks must not end the comparison
            self.failed[name] = f"{type(error).__name__}: {' '.join(str(error).split())}"

    def _figures(self, raw: Raw) -> Figures:
        return figures(
            self.rows.take(raw.places),
            self.members[raw.places],
            raw.probabilities,
            self.intents,
            load_dialogue().topics,
            threshold=working_threshold(),
        )

    def ranking(self) -> list[str]:
        """Return the candidates, most often right first."""
        return sorted(self.figures, key=lambda name: -self.figures[name].accuracy)

    def behind(self, name: str) -> tuple[float, tuple[float, float]]:
        """Return how far a candidate is behind the best one, with its interval."""
        return behind(
            self._right(name), self._right(self.ranking()[0]), self.members[self.raw[name].places]
        )

    def _right(self, name: str) -> np.ndarray:
        raw = self.raw[name]
        return (
            np.array(self.intents)[raw.probabilities.argmax(axis=1)]
            == self.rows.intents[raw.places]
        )


def full(rows: Rows, setting: Setting) -> Track:
    """Return the track of all candidates."""
    if setting.sample:
        rows = rows.take(sample(rows.strata, setting.sample, least=LEAST, seed=setting.seed))
    members = groups(rows.texts)
    pairs = folds(rows, members, count=setting.folds, seed=setting.seed)
    sizes = np.bincount(members)
    told = (
        f"{len(rows)} messages, {setting.folds} folds; {sizes[sizes > 1].sum()} have near duplicates and are held "
        f"out with them, in {(sizes > 1).sum()} groups"
    )
    return Track(
        "all",
        told,
        rows,
        members,
        pairs,
        _key("all", setting.folds, setting.sample, setting.seed),
        setting.seed,
    )


def small(main: Track, setting: Setting) -> Track:
    """Return the track of slow candidates: the first fold of `main`, some rows of it."""
    train, test = main.folds[0]
    taught = train[
        sample(main.rows.intents[train].tolist(), setting.slow, least=LEAST, seed=setting.seed)
    ]
    asked = test[sample(main.rows.intents[test].tolist(), ASKED, least=LEAST, seed=setting.seed)]
    told = f"slow candidates: the first fold alone, trained on {len(taught)} messages, asked about {len(asked)}"
    return Track(
        "slow",
        told,
        main.rows,
        main.members,
        [(taught, asked)],
        f"{main.key}-{setting.slow}",
        setting.seed,
    )


def working_threshold() -> float:
    """Return the probability from which the bot answers a topic."""
    parts = read_yaml(ROOT / "config.yml")["pipeline"]
    return float(next(part["thresholds"]["topic"] for part in parts if "thresholds" in part))


def _key(name: str, *setting: int) -> str:
    return "-".join([name, *map(str, setting), fingerprint(ROOT)])
