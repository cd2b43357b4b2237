"""The intent model: one linear classifier for all varieties, its margins turned into calibrated probabilities."""

from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from bot.understanding.features import Features

STRENGTH = 0.3        # inverse regularisation; 0.1 to 1 differ by less than half a point in cross-validation
FOLDS, SEED = 3, 7


@dataclass
class IntentModel:
    """Probabilities over intents for texts; `intents` names the columns."""

    intents: list[str]
    features: Features
    weights: np.ndarray      # (features, intents)
    bias: np.ndarray         # (intents,)
    sharpness: float         # margins are multiplied by this before they become probabilities

    @classmethod
    def train(cls, texts: Sequence[str], labels: Sequence[str]) -> "IntentModel":
        """Return a model fitted to normalised `texts` and their intents, calibrated on held-out folds of them."""
        features = Features.fit(texts)
        matrix, intents = features.transform(texts), np.array(labels)
        names = sorted(set(labels))
        margins = np.zeros((len(texts), len(names)))
        for rest, held_out in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(texts, intents):
            margins[held_out] = _fit(matrix[rest], intents[rest]).decision_function(matrix[held_out])
        classifier = _fit(matrix, intents)
        return cls(names, features, classifier.coef_.T.astype(np.float32), classifier.intercept_.astype(np.float32),
                   _sharpness(margins, np.searchsorted(names, intents)))

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return an array of shape (texts, intents), each row adding up to 1."""
        margins = np.asarray(self.features.transform(texts) @ self.weights) + self.bias
        return softmax(margins * self.sharpness)

    def save(self, folder: Path) -> None:
        """Write the model under `folder`."""
        self.features.save(folder)
        np.savez(folder / "intents.npz", intents=np.array(self.intents), weights=self.weights.astype(np.float16),
                 bias=self.bias, sharpness=self.sharpness)

    @classmethod
    def load(cls, folder: Path) -> "IntentModel":
        """Return the model that `save` wrote under `folder`."""
        with np.load(folder / "intents.npz") as stored:
            return cls([str(name) for name in stored["intents"]], Features.load(folder),
                       stored["weights"].astype(np.float32), stored["bias"], float(stored["sharpness"]))


def softmax(margins: np.ndarray) -> np.ndarray:
    """Return the rows of `margins` as probabilities."""
    raised = np.exp(margins - margins.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def _fit(matrix: np.ndarray, intents: np.ndarray) -> LinearSVC:
    return LinearSVC(C=STRENGTH, random_state=SEED).fit(matrix, intents)


def _sharpness(margins: np.ndarray, places: np.ndarray) -> float:
    """Return the factor under which held-out margins predict best (least log loss)."""
    def loss(sharpness: float) -> float:
        chosen = softmax(margins * sharpness)[np.arange(len(places)), places]
        return float(-np.log(chosen.clip(1e-9)).mean())
    return float(minimize_scalar(loss, bounds=(0.5, 20), method="bounded").x)
