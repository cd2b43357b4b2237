"""Questions grouped by likeness of their words, in whatever script they are spelt: what to write a text about next."""

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.text.normalise import normalise
from bot.text.skeleton import load_skeletons

ALIKE = (
    0.35  # cosine; lower joins what only shares "how much", higher parts spellings of one question
)
LETTERS = (3, 4)


def groups(texts: Sequence[str]) -> list[list[int]]:
    """Return the places of `texts` in groups of like ones: the largest first, in each the most typical first."""
    places: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        places.setdefault(load_skeletons().text(normalise(text)) or "?", []).append(place)
    if not places:
        return []
    kinds = list(places.values())
    joined = _joined(_likeness(list(places)), np.array([len(kind) for kind in kinds], np.float32))
    return sorted(
        ([place for kind in group for place in kinds[kind]] for group in joined),
        key=len,
        reverse=True,
    )


def _joined(alike: np.ndarray, weights: np.ndarray) -> list[list[int]]:
    """Return groups: whatever has most like it takes those, then again among the rest."""
    near, left, found = alike >= ALIKE, np.ones(len(weights), bool), []
    reach = near @ weights
    while left.any():
        leader = int(np.argmax(np.where(left, reach, -1)))
        members = np.flatnonzero(near[leader] & left)
        found.append(members[np.argsort(-alike[leader][members], kind="stable")].tolist())
        left[members] = False
        reach -= near[:, members] @ weights[members]
    return found


def _likeness(spelt: Sequence[str]) -> np.ndarray:
    """Return how alike each two are, from 0 to 1; words that many of them have count for little."""
    matrix = TfidfVectorizer(
        analyzer="char_wb", ngram_range=LETTERS, sublinear_tf=True
    ).fit_transform(spelt)
    return np.maximum((matrix @ matrix.T).toarray(), np.eye(len(spelt)))
