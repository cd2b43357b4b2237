"""Folds that do not leak: a message and its near duplicates, in whatever script, are held out together."""

import warnings
from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedGroupKFold

from bot.text.skeleton import load_skeletons
from bot.text.words import load_lexicon
from comparison.rows import Rows

ALIKE = 0.7  # cosine of skeleton n-grams: the same question in two scripts, or with a word more, passes it
BLOCK = 500  # rows compared at once, so that no full matrix of similarities stands in memory


def groups(texts: Sequence[str]) -> np.ndarray:
    """Return a group number for each text; texts that are alike, directly or through others, share one."""
    skeletons = [
        load_skeletons().text(" ".join(load_lexicon().words(text))) or text for text in texts
    ]
    matrix = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True
    ).fit_transform(skeletons)
    left, right = [], []
    for start in range(0, len(texts), BLOCK):
        near = (matrix[start : start + BLOCK] @ matrix.T).tocoo()
        alike = near.data >= ALIKE
        left.append(near.row[alike] + start)
        right.append(near.col[alike])
    pairs = np.concatenate(left), np.concatenate(right)
    graph = coo_matrix((np.ones(len(pairs[0])), pairs), shape=(len(texts), len(texts)))
    return connected_components(graph, directed=False)[1]


def folds(
    rows: Rows, members: np.ndarray, *, count: int, seed: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return `count` pairs of places, to train on and to test on: intents and varieties in proportion, groups whole."""
    strata = [f"{variety}/{intent}" for intent, variety in rows.strata]
    splitter = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    with warnings.catch_warnings():  # a small sample has strata with fewer rows than folds
        warnings.simplefilter("ignore", UserWarning)
        return list(splitter.split(np.zeros(len(rows)), strata, members))
