"""Runs a candidate over the folds and keeps what it said, so that figures can be taken from it at any time."""

import json
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from comparison.candidate import Candidate, seconds
from comparison.rows import Rows

TIMED, WARM_UP = 200, 20
Fold = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Raw:
    """What a candidate said about every row that was held out, and what it cost."""

    places: np.ndarray  # of the rows scored
    probabilities: np.ndarray  # (rows scored, all intents)
    training: list[float]  # CPU seconds, one a fold
    message: list[float]  # CPU milliseconds, one a timed message
    size: int  # bytes

    def save(self, path: Path) -> None:
        """Write it to `path`, a name without ending."""
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            path.with_suffix(".npz"),
            places=self.places,
            probabilities=self.probabilities.astype(np.float32),
        )
        path.with_suffix(".json").write_text(
            json.dumps({"training": self.training, "message": self.message, "size": self.size}),
            encoding="utf-8",
        )

    @classmethod
    def load(cls, path: Path) -> "Raw":
        """Return what `save` wrote."""
        with np.load(path.with_suffix(".npz")) as stored:
            return cls(
                stored["places"],
                stored["probabilities"],
                **json.loads(path.with_suffix(".json").read_text(encoding="utf-8")),
            )


def run(
    make: Callable[[], Candidate],
    rows: Rows,
    intents: Sequence[str],
    folds: Sequence[Fold],
    *,
    seed: int,
    tell: Callable[[str], None],
) -> Raw:
    """Fit a fresh candidate to each fold and ask it about the rows held out."""
    said, training, message, size = [], [], [], 0
    for number, (train, test) in enumerate(folds):
        tell(f"fold {number + 1} of {len(folds)}")
        candidate = make()
        getattr(candidate, "prepare", lambda texts: None)(rows.texts)
        taught, asked = rows.take(train), rows.take(test)
        started = _cpu()
        candidate.fit(taught.texts, taught.intents.tolist(), taught.varieties.tolist())
        training.append(_cpu() - started)
        said.append(
            _aligned(candidate.probabilities(asked.texts), sorted(set(taught.intents)), intents)
        )
        if number == 0:
            tell("timing")
            message, size = timed(candidate, asked.texts, seed=seed), _size(candidate)
    return Raw(
        np.concatenate([test for _, test in folds]), np.concatenate(said), training, message, size
    )


def timed(candidate: Candidate, texts: Sequence[str], *, seed: int) -> list[float]:
    """Return the CPU milliseconds of messages asked one by one, after some to warm up on."""
    chosen = [
        texts[place]
        for place in np.random.default_rng(seed).permutation(len(texts))[: TIMED + WARM_UP]
    ]
    live = getattr(candidate, "live", lambda on: None)
    live(True)
    taken = seconds(candidate, chosen)[WARM_UP:]
    live(False)
    return [round(one * 1000, 4) for one in taken]


def _aligned(found: np.ndarray, known: Sequence[str], intents: Sequence[str]) -> np.ndarray:
    """Return `found` with a column for every intent."""
    wide = np.zeros((len(found), len(intents)))
    wide[:, [intents.index(name) for name in known]] = found
    return wide


def _cpu() -> float:
    """Return the CPU seconds of this process and of those it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _size(candidate: Candidate) -> int:
    with tempfile.TemporaryDirectory() as folder:
        candidate.save(Path(folder))
        return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
