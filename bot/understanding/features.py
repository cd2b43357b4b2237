"""Sparse features of a message: character n-grams of its words, and of their consonant skeletons, which the varieties
share."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.text.skeleton import load_skeletons
from bot.text.words import load_lexicon


def _canonical(text: str) -> str:
    return " ".join(load_lexicon().words(text))


def _skeletons(text: str) -> str:
    return load_skeletons().text(_canonical(text))


# name, what is read, analyzer, n-gram lengths
VIEWS: tuple[tuple[str, Callable[[str], str], str, tuple[int, int]], ...] = (
    ("letters", _canonical, "char_wb", (1, 5)),
    ("skeletons", _skeletons, "char_wb", (2, 5)),
    ("skeleton_words", _skeletons, "word", (1, 2)),
)


class Features:
    """Turns texts into one sparse matrix, the views side by side, each row of each view of unit length."""

    def __init__(self, vectorizers: Sequence[TfidfVectorizer]) -> None:
        self._vectorizers = list(vectorizers)

    @classmethod
    def fit(cls, texts: Sequence[str]) -> "Features":
        """Return features with the vocabulary of `texts`; what occurs in one text only is left out."""
        return cls([_vectorizer(place, min_df=2).fit([VIEWS[place][1](text) for text in texts])
                    for place in range(len(VIEWS))])

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Return a float32 matrix of shape (texts, features)."""
        parts = [vectorizer.transform([view[1](text) for text in texts])
                 for view, vectorizer in zip(VIEWS, self._vectorizers, strict=True)]
        return hstack(parts, format="csr", dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write the vocabulary and weights under `folder`."""
        for (name, *_), vectorizer in zip(VIEWS, self._vectorizers, strict=True):
            words = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
            (folder / f"{name}.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
            np.save(folder / f"{name}.npy", vectorizer.idf_.astype(np.float32))

    @classmethod
    def load(cls, folder: Path) -> "Features":
        """Return the features that `save` wrote under `folder`."""
        vectorizers = []
        for place, (name, *_) in enumerate(VIEWS):
            words = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
            vectorizer = _vectorizer(place, vocabulary={word: index for index, word in enumerate(words)})
            vectorizer.idf_ = np.load(folder / f"{name}.npy")
            vectorizers.append(vectorizer)
        return cls(vectorizers)


def _vectorizer(place: int, **settings: object) -> TfidfVectorizer:
    _, _, analyzer, lengths = VIEWS[place]
    return TfidfVectorizer(analyzer=analyzer, ngram_range=lengths, token_pattern=r"\S+", sublinear_tf=True,
                           lowercase=False, dtype=np.float32, **settings)
