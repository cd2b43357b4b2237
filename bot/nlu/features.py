"""Sparse features of a message: character n-grams of its words, and of their consonant skeletons, which the varieties
share."""

import itertools
import json
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.text.skeleton import load_skeletons
from bot.text.words import load_lexicon

# name, analyzer, n-gram lengths; the first view reads the canonical words, the others their skeletons
VIEWS: tuple[tuple[str, str, tuple[int, int]], ...] = (
    ("letters", "char_wb", (1, 5)),
    ("skeletons", "char_wb", (2, 5)),
    ("skeleton_words", "word", (1, 2)),
)


def readings(text: str) -> tuple[str, str, str]:
    """Return what each view reads of a normalised text."""
    words = " ".join(load_lexicon().words(text))
    skeletons = load_skeletons().text(words)
    return words, skeletons, skeletons


class Features:
    """Turns texts into one sparse matrix, the views side by side, each row of each view of unit length."""

    def __init__(self, views: Sequence["_View"]) -> None:
        self._views = list(views)
        self._starts = np.cumsum([0, *(view.width for view in self._views)])

    @classmethod
    def fit(cls, texts: Sequence[str]) -> "Features":
        """Return features with the vocabulary of `texts`; what occurs in one text only is left out."""
        read = list(zip(*map(readings, texts), strict=True))
        fitted = [_vectorizer(place, min_df=2).fit(read[place]) for place in range(len(VIEWS))]
        return cls([_View(place, one.vocabulary_, one.idf_) for place, one in enumerate(fitted)])

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Return a float32 matrix of shape (texts, features)."""
        columns, values, ends = [], [], [0]
        for text in texts:
            for view, start, read in zip(
                self._views, self._starts[:-1], readings(text), strict=True
            ):
                found, weights = view.row(read)
                columns.append(found + start)
                values.append(weights)
            ends.append(sum(map(len, columns[-len(VIEWS) :])) + ends[-1])
        return csr_matrix(
            (np.concatenate(values), np.concatenate(columns), ends),
            shape=(len(texts), self._starts[-1]),
        )

    def save(self, folder: Path) -> None:
        """Write the vocabulary and weights under `folder`."""
        for (name, *_), view in zip(VIEWS, self._views, strict=True):
            (folder / f"{name}.json").write_text(
                json.dumps(view.words(), ensure_ascii=False), encoding="utf-8"
            )
            np.save(folder / f"{name}.npy", view.rarity)

    @classmethod
    def load(cls, folder: Path) -> "Features":
        """Return the features that `save` wrote under `folder`."""
        views = []
        for place, (name, *_) in enumerate(VIEWS):
            words = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
            views.append(
                _View(
                    place,
                    {word: column for column, word in enumerate(words)},
                    np.load(folder / f"{name}.npy"),
                )
            )
        return cls(views)


class _View:
    """One view's n-grams, weighted as TfidfVectorizer does (1 + log of the count, times rarity, unit length), without
    its checks of every call: those cost more than the work on one message."""

    def __init__(self, place: int, columns: dict[str, int], rarity: np.ndarray) -> None:
        self._columns, self.rarity = columns, rarity.astype(np.float32)
        self._split: Callable[[str], list[str]] = _vectorizer(place).build_analyzer()
        self._in_words = VIEWS[place][1] == "char_wb"
        self._word = lru_cache(maxsize=20_000)(self._known)

    @property
    def width(self) -> int:
        return len(self._columns)

    def words(self) -> list[str]:
        return sorted(self._columns, key=self._columns.__getitem__)

    def row(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the columns a text has something in, and their values."""
        # n-grams of letters never cross from one word to the next, so a word's are looked up once
        found = (
            itertools.chain(*map(self._word, text.split())) if self._in_words else self._known(text)
        )
        counts = Counter(found)
        columns = np.fromiter(counts, np.int64, len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * self.rarity[
            columns
        ]
        return columns, values / max(float(np.linalg.norm(values)), 1e-9)

    def _known(self, text: str) -> tuple[int, ...]:
        return tuple(self._columns[gram] for gram in self._split(text) if gram in self._columns)


def _vectorizer(place: int, **settings: object) -> TfidfVectorizer:
    _, analyzer, lengths = VIEWS[place]
    pattern = r"\S+" if analyzer == "word" else None
    return TfidfVectorizer(
        analyzer=analyzer,
        ngram_range=lengths,
        token_pattern=pattern,
        sublinear_tf=True,
        lowercase=False,
        dtype=np.float32,
        **settings,
    )
