"""What a classifier must do to be compared."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np


class Candidate(Protocol):
    """A classifier. Its columns are the intents it was fitted to, sorted by name."""

    def fit(self, texts: Sequence[str], intents: Sequence[str], varieties: Sequence[str]) -> None:
        """Learn from normalised messages, the intent and the variety of each."""
        ...

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return shape (texts, intents), each row adding up to 1."""
        ...

    def save(self, folder: Path) -> None:
        """Write everything that serving needs under `folder`."""
        ...


def seconds(candidate: Candidate, texts: Sequence[str]) -> list[float]:
    """Return the CPU seconds that each of `texts` takes by itself; a candidate in another process tells its own."""
    own = getattr(candidate, "seconds", None)
    if own is not None:
        return list(own(texts))
    taken = []
    for text in texts:
        started = time.process_time()
        candidate.probabilities([text])
        taken.append(time.process_time() - started)
    return taken
