"""The spelling model: a linear classifier over character n-grams, for all varieties at once.

It is refitted on today's `data/nlu` by `jawab train`, within seconds and without torch, so that new lines count at
once. Beside the tuned encoder it is half of the vote on a whole message; where the encoder cannot be loaded it answers
alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from bot.nlu.features import Features

STRENGTH = (
    0.3  # inverse regularisation; 0.1 to 1 differ by less than half a point in cross-validation
)
FOLDS, SEED = 3, 7


@dataclass
class Head:
    """One linear classifier: margins for intents, made into probabilities by a fitted sharpness."""

    weights: np.ndarray  # (features, intents)
    bias: np.ndarray  # (intents,)
    sharpness: float

    @classmethod
    def train(cls, matrix: csr_matrix, intents: np.ndarray) -> "Head":
        """Return a classifier fitted to `matrix`, calibrated on one held-out fold of it."""
        names = np.unique(intents)
        rest, held_out = next(
            StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(intents, intents)
        )
        margins = _fit(matrix[rest], intents[rest]).decision_function(matrix[held_out])
        whole = _fit(matrix, intents)
        return cls(
            whole.coef_.T.astype(np.float32),
            whole.intercept_.astype(np.float32),
            _sharpness(margins, np.searchsorted(names, intents[held_out])),
        )

    def probabilities(self, matrix: csr_matrix) -> np.ndarray:
        """Return probabilities of shape (texts, intents), each row adding up to 1."""
        return softmax((np.asarray(matrix @ self.weights) + self.bias) * self.sharpness)


@dataclass
class Spelling:
    """Probabilities over `intents` for normalised texts."""

    intents: list[str]
    features: Features
    head: Head

    @classmethod
    def train(cls, texts: Sequence[str], labels: Sequence[str]) -> "Spelling":
        """Return a model fitted to normalised `texts` and their intents."""
        features = Features.fit(texts)
        return cls(
            sorted(set(labels)), features, Head.train(features.transform(texts), np.array(labels))
        )

    def judge(self, texts: Sequence[str]) -> np.ndarray:
        """Return probabilities of shape (texts, intents), each row adding up to 1."""
        return self.head.probabilities(self.features.transform(texts))

    def save(self, folder: Path) -> None:
        """Write the model under `folder`."""
        self.features.save(folder)
        np.savez(
            folder / "spelling.npz",
            intents=np.array(self.intents),
            weights=self.head.weights.astype(np.float16),
            bias=self.head.bias,
            sharpness=np.array(self.head.sharpness, np.float32),
        )

    @classmethod
    def load(cls, folder: Path) -> "Spelling":
        """Return the model that `save` wrote under `folder`."""
        with np.load(folder / "spelling.npz") as arrays:
            head = Head(
                arrays["weights"].astype(np.float32), arrays["bias"], float(arrays["sharpness"])
            )
            return cls([str(name) for name in arrays["intents"]], Features.load(folder), head)


def softmax(margins: np.ndarray) -> np.ndarray:
    """Return the rows of `margins` as probabilities."""
    raised = np.exp(margins - margins.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def _fit(matrix: csr_matrix, intents: np.ndarray) -> LinearSVC:
    return LinearSVC(C=STRENGTH, random_state=SEED).fit(matrix, intents)


def _sharpness(margins: np.ndarray, places: np.ndarray) -> float:
    """Return the factor under which held-out margins predict best (least log loss)."""

    def loss(sharpness: float) -> float:
        chosen = softmax(margins * sharpness)[np.arange(len(places)), places]
        return float(-np.log(chosen.clip(1e-9)).mean())

    return float(minimize_scalar(loss, bounds=(0.5, 20), method="bounded").x)
