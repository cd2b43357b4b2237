"""The intent model: a linear classifier for all varieties over spellings, and one that also reads sentence vectors.

The first is always there and answers alone where it is sure. The second is asked where the first is not, and left out
where the embedding cannot be loaded or fails. Which gains what: docs/evaluation.md.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from bot.nlu.features import Features
from bot.nlu.meaning import Meaning

logger = logging.getLogger(__name__)
STRENGTH = (
    0.3  # inverse regularisation; 0.1 to 1 differ by less than half a point in cross-validation
)
MEANING_WEIGHT = 1.2  # of the sentence vector beside the three unit-length views of the spelling
FOLDS, SEED = 3, 7


@dataclass
class Judgement:
    """Of texts, two arrays of shape (texts, intents): probabilities, each row adding up to 1, and the margins behind
    them, above 0 where the intent's own yes-or-no classifier says yes."""

    probabilities: np.ndarray
    margins: np.ndarray


@dataclass
class Head:
    """One linear classifier: margins for intents, made into probabilities by a fitted sharpness."""

    weights: np.ndarray  # (features, intents)
    bias: np.ndarray  # (intents,)
    sharpness: float

    @classmethod
    def train(cls, matrix: csr_matrix, intents: np.ndarray) -> "Head":
        """Return a classifier fitted to `matrix`, calibrated on held-out folds of it."""
        names = np.unique(intents)
        margins = np.zeros((matrix.shape[0], len(names)))
        for rest, held_out in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(
            intents, intents
        ):
            margins[held_out] = _fit(matrix[rest], intents[rest]).decision_function(
                matrix[held_out]
            )
        whole = _fit(matrix, intents)
        return cls(
            whole.coef_.T.astype(np.float32),
            whole.intercept_.astype(np.float32),
            _sharpness(margins, np.searchsorted(names, intents)),
        )

    def judge(self, matrix: csr_matrix, vectors: np.ndarray | None = None) -> "Judgement":
        """Return what the classifier makes of each row, and of the sentence vector beside it where it reads those."""
        spelling = matrix.shape[1]
        margins = np.asarray(matrix @ self.weights[:spelling]) + self.bias
        if vectors is not None:
            margins = margins + (vectors * MEANING_WEIGHT) @ self.weights[spelling:]
        return Judgement(softmax(margins * self.sharpness), margins)

    def stored(self, name: str) -> dict[str, np.ndarray]:
        """Return the arrays to save, by name."""
        return {
            f"{name}_weights": self.weights.astype(np.float16),
            f"{name}_bias": self.bias,
            f"{name}_sharpness": np.array(self.sharpness, np.float32),
        }

    @classmethod
    def restored(cls, name: str, arrays: np.lib.npyio.NpzFile) -> "Head":
        """Return what `stored` gave."""
        return cls(
            arrays[f"{name}_weights"].astype(np.float32),
            arrays[f"{name}_bias"],
            float(arrays[f"{name}_sharpness"]),
        )


@dataclass
class IntentModel:
    """Probabilities over intents for texts; `intents` names the columns."""

    intents: list[str]
    features: Features
    spelling: Head
    both: Head | None = None
    meaning: Meaning | None = None
    sure: float = 0.99  # from this probability up the spelling head answers alone

    @classmethod
    def train(
        cls, texts: Sequence[str], labels: Sequence[str], *, meaning: Meaning | None = None
    ) -> "IntentModel":
        """Return a model fitted to normalised `texts` and their intents; without `meaning`, spelling only."""
        features, intents = Features.fit(texts), np.array(labels)
        matrix = features.transform(texts)
        model = cls(sorted(set(labels)), features, Head.train(matrix, intents), meaning=meaning)
        if meaning is not None:
            model.both = Head.train(_beside(matrix, meaning.vectors(texts)), intents)
        return model

    def judge(self, texts: Sequence[str]) -> Judgement:
        """Return what the model makes of normalised `texts`."""
        matrix = self.features.transform(texts)
        judged = self.spelling.judge(matrix)
        unsure = np.flatnonzero(judged.probabilities.max(axis=1) < self.sure)
        if self.meaning is None or self.both is None or not len(unsure):
            return judged
        try:
            vectors = self.meaning.vectors([texts[place] for place in unsure])
        except Exception:  # the cheap head's answer is worse, not wrong
            logger.exception("embedding failed, spelling decides alone")
            return judged
        if len(unsure) == len(texts):  # the usual case: nothing to pick out
            return self.both.judge(matrix, vectors)
        second = self.both.judge(matrix[unsure], vectors)
        judged.probabilities[unsure], judged.margins[unsure] = second.probabilities, second.margins
        return judged

    def save(self, folder: Path) -> None:
        """Write the model under `folder`."""
        self.features.save(folder)
        arrays = self.spelling.stored("spelling") | (self.both.stored("both") if self.both else {})
        np.savez(folder / "intents.npz", intents=np.array(self.intents), **arrays)
        if self.meaning is not None:
            self.meaning.save(folder)

    @classmethod
    def load(cls, folder: Path, *, sure: float = 0.99) -> "IntentModel":
        """Return the model that `save` wrote under `folder`, without embeddings where those do not load."""
        with np.load(folder / "intents.npz") as arrays:
            both = Head.restored("both", arrays) if "both_weights" in arrays else None
            return cls(
                [str(name) for name in arrays["intents"]],
                Features.load(folder),
                Head.restored("spelling", arrays),
                both,
                Meaning.load(folder) if both else None,
                sure,
            )


def softmax(margins: np.ndarray) -> np.ndarray:
    """Return the rows of `margins` as probabilities."""
    raised = np.exp(margins - margins.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def _beside(matrix: csr_matrix, vectors: np.ndarray) -> csr_matrix:
    return hstack([matrix, csr_matrix(vectors * MEANING_WEIGHT)], format="csr", dtype=np.float32)


def _fit(matrix: csr_matrix, intents: np.ndarray) -> LinearSVC:
    return LinearSVC(C=STRENGTH, random_state=SEED).fit(matrix, intents)


def _sharpness(margins: np.ndarray, places: np.ndarray) -> float:
    """Return the factor under which held-out margins predict best (least log loss)."""

    def loss(sharpness: float) -> float:
        chosen = softmax(margins * sharpness)[np.arange(len(places)), places]
        return float(-np.log(chosen.clip(1e-9)).mean())

    return float(minimize_scalar(loss, bounds=(0.5, 20), method="bounded").x)
