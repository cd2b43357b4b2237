"""Linear models over n-grams: which text is read, which n-grams, which loss."""

import pickle
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.nlu.spelling import SEED, Head
from bot.text.skeleton import load_skeletons
from bot.text.transliterate import load_transliterator
from bot.text.variety import load_detector
from bot.text.words import load_lexicon

View = tuple[Callable[[str], str], str, tuple[int, int]]  # what is read, analyzer, n-gram lengths
LOGISTIC = 10.0  # inverse regularisation; better than 3 on a sample


def plain(text: str) -> str:
    """Return the normalised text as it is."""
    return text


def canonical(text: str) -> str:
    """Return the text in the spellings of the Roman lexicon."""
    return " ".join(load_lexicon().words(text))


def in_urdu(text: str) -> str:
    """Return the text with its Roman Urdu words in Urdu script."""
    return load_transliterator().to_urdu(text)


def skeletons(text: str) -> str:
    """Return the consonant skeletons of the words as typed, without the lexicon."""
    return load_skeletons().text(text)


WORDS: tuple[View, ...] = ((plain, "word", (1, 2)),)
LETTERS: tuple[View, ...] = ((plain, "char_wb", (1, 5)),)
CANONICAL: tuple[View, ...] = ((canonical, "char_wb", (1, 5)),)
URDU: tuple[View, ...] = ((in_urdu, "char_wb", (1, 5)),)
# those of bot/nlu/features.py, but for the lexicon
SHARED: tuple[View, ...] = (
    (plain, "char_wb", (1, 5)),
    (skeletons, "char_wb", (2, 5)),
    (skeletons, "word", (1, 2)),
)


class Logistic:
    """Logistic regression with the interface of the bot's own `Head`."""

    def __init__(self, model: LogisticRegression) -> None:
        self._model = model

    @classmethod
    def train(
        cls, matrix: csr_matrix | np.ndarray, intents: np.ndarray, strength: float = LOGISTIC
    ) -> "Logistic":
        """Return it fitted."""
        return cls(
            LogisticRegression(C=strength, max_iter=60, tol=1e-3, random_state=SEED).fit(
                matrix, intents
            )
        )

    def probabilities(self, matrix: csr_matrix | np.ndarray) -> np.ndarray:
        """Return its own probabilities."""
        return self._model.predict_proba(matrix)


Vector = Head  # LinearSVC as the bot uses it, its sharpness fitted on a held-out fold
Loss = type[Logistic] | type[Head]


class Linear:
    """N-grams of one or more views, then one linear model for all varieties."""

    def __init__(self, views: Sequence[View], loss: Loss) -> None:
        self._views, self._loss = views, loss

    def fit(self, texts: Sequence[str], intents: Sequence[str], varieties: Sequence[str]) -> None:
        """Learn vocabulary and weights; what occurs in one text only is left out, as in the bot."""
        self._vectorizers = [
            TfidfVectorizer(
                analyzer=analyzer,
                ngram_range=lengths,
                min_df=2,
                sublinear_tf=True,
                lowercase=False,
                token_pattern=r"\S+" if analyzer == "word" else None,
                dtype=np.float32,
            ).fit([read(text) for text in texts])
            for read, analyzer, lengths in self._views
        ]
        self._model = self._loss.train(self._matrix(texts), np.array(intents))

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return the model's probabilities."""
        return self._model.probabilities(self._matrix(texts))

    def save(self, folder: Path) -> None:
        """Write vocabulary and weights."""
        kept = [(vectorizer.vocabulary_, vectorizer.idf_) for vectorizer in self._vectorizers]
        (folder / "linear.pickle").write_bytes(pickle.dumps((kept, self._model), protocol=5))

    def _matrix(self, texts: Sequence[str]) -> csr_matrix:
        parts = [
            vectorizer.transform([view[0](text) for text in texts])
            for view, vectorizer in zip(self._views, self._vectorizers, strict=True)
        ]
        return hstack(parts, format="csr", dtype=np.float32)


class PerVariety:
    """A model for each variety, trained on its folder; live text goes to the one the bot's detector names."""

    def __init__(self, make: Callable[[], Linear]) -> None:
        self._make = make

    def fit(self, texts: Sequence[str], intents: Sequence[str], varieties: Sequence[str]) -> None:
        """Fit one model for each variety."""
        self._intents = sorted(set(intents))
        self._models: dict[str, tuple[Linear, list[int]]] = {}
        for variety in sorted(set(varieties)):
            own = [place for place, name in enumerate(varieties) if name == variety]
            known = [intents[place] for place in own]
            model = self._make()
            model.fit([texts[place] for place in own], known, [variety] * len(own))
            self._models[variety] = (
                model,
                [self._intents.index(name) for name in sorted(set(known))],
            )

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return the probabilities of the model of each text's variety."""
        found = np.zeros((len(texts), len(self._intents)))
        labels = np.array([load_detector().detect(text).label for text in texts])
        for variety in set(labels):
            places = np.flatnonzero(labels == variety)
            model, columns = self._models[variety]
            found[np.ix_(places, columns)] = model.probabilities([texts[place] for place in places])
        return found

    def save(self, folder: Path) -> None:
        """Write every model."""
        for variety, (model, _) in self._models.items():
            (folder / variety).mkdir()
            model.save(folder / variety)
