"""The intent model: character n-grams (always there) and sentence embeddings (where they load), each with a logistic
regression, their probabilities averaged."""

from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression

BUCKETS = 2 ** 17


@dataclass
class IntentModel:
    """Probabilities over intents for texts; `intents` names the columns."""

    intents: list[str]
    weights: np.ndarray      # (buckets, intents)
    bias: np.ndarray         # (intents,)
    idf: np.ndarray          # (buckets,)

    @classmethod
    def train(cls, texts: Sequence[str], labels: Sequence[str], *, strength: float = 20.0) -> "IntentModel":
        """Return a model fitted to normalised `texts` and their intents; `strength` is the inverse regularisation."""
        counts = _vectorizer().transform(texts)
        tfidf = TfidfTransformer(sublinear_tf=True).fit(counts)
        classifier = LogisticRegression(C=strength, max_iter=400, class_weight="balanced")
        classifier.fit(tfidf.transform(counts), labels)
        return cls(list(classifier.classes_), classifier.coef_.T.astype(np.float32),
                   classifier.intercept_.astype(np.float32), tfidf.idf_.astype(np.float32))

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return an array of shape (texts, intents), each row adding up to 1."""
        counts = _vectorizer().transform(texts).astype(np.float32)
        counts.data = 1 + np.log(counts.data)
        counts.data *= self.idf[counts.indices]
        norms = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1))).clip(1e-9)
        scores = np.asarray((counts @ self.weights) / norms) + self.bias
        scores -= scores.max(axis=1, keepdims=True)
        raised = np.exp(scores)
        return raised / raised.sum(axis=1, keepdims=True)

    def save(self, folder: Path) -> None:
        """Write the model under `folder`."""
        np.savez(folder / "intents.npz", intents=np.array(self.intents), weights=self.weights.astype(np.float16),
                 bias=self.bias, idf=self.idf)

    @classmethod
    def load(cls, folder: Path) -> "IntentModel":
        """Return the model that `save` wrote under `folder`."""
        with np.load(folder / "intents.npz") as stored:
            return cls([str(name) for name in stored["intents"]], stored["weights"].astype(np.float32),
                       stored["bias"], stored["idf"])


def _vectorizer() -> HashingVectorizer:
    return HashingVectorizer(analyzer="char_wb", ngram_range=(1, 5), n_features=BUCKETS, alternate_sign=False,
                             norm=None, lowercase=False)
