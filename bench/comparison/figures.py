"""Figures from probabilities: how often right, how well calibrated, how well it knows what it cannot answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata
from sklearn.metrics import f1_score

from comparison.rows import VARIETIES, Rows

DANGER = ("self_harm", "violence", "emergency")
UNKNOWN = ("off_topic", "uncovered_risks", "uncovered_medical")
BINS, DRAWS, ANSWERED = 15, 1000, 0.95


@dataclass(frozen=True)
class Figures:
    """Of one candidate; shares are between 0 and 1."""

    accuracy: float
    interval: tuple[float, float]  # 95%
    varieties: dict[str, float]  # accuracy in each
    macro_f1: float
    case: float  # cases with `case` on top
    danger: float  # dangers with a danger on top, whichever of the three
    calibration: float  # expected calibration error
    auroc: float  # topics against what is not covered, by the best topic's probability
    false_answers: float  # of what is not covered, best topic at the working threshold or above
    answered: float  # of topics, the same: what that threshold lets through
    false_at_95: float  # false answers at the threshold that answers 95% of topics


def figures(
    rows: Rows,
    members: np.ndarray,
    probabilities: np.ndarray,
    intents: Sequence[str],
    topics: Sequence[str],
    *,
    threshold: float,
) -> Figures:
    """Return the figures of `probabilities` for `rows`, whose groups of near duplicates are `members`."""
    said = np.array(intents)[probabilities.argmax(axis=1)]
    right = said == rows.intents
    best = probabilities[:, [intents.index(topic) for topic in topics]].max(axis=1)
    covered, unknown = best[np.isin(rows.intents, topics)], best[np.isin(rows.intents, UNKNOWN)]
    danger = np.isin(rows.intents, DANGER)
    return Figures(
        accuracy=float(right.mean()),
        interval=interval(right.astype(float), members),
        varieties={name: float(right[rows.varieties == name].mean()) for name in VARIETIES},
        macro_f1=float(f1_score(rows.intents, said, average="macro")),
        case=float(right[rows.intents == "case"].mean()),
        danger=float(np.isin(said[danger], DANGER).mean()),
        calibration=calibration_error(probabilities.max(axis=1), right),
        auroc=auroc(covered, unknown),
        false_answers=float((unknown >= threshold).mean()),
        answered=float((covered >= threshold).mean()),
        false_at_95=float((unknown >= np.quantile(covered, 1 - ANSWERED, method="lower")).mean()),
    )


def calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = BINS) -> float:
    """Return the mean distance of confidence and accuracy over bins of equally many rows, weighted by their rows."""
    order = np.argsort(confidence, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return float(
        sum(abs(confidence[part].mean() - right[part].mean()) * len(part) for part in parts)
        / len(order)
    )


def auroc(positive: np.ndarray, negative: np.ndarray) -> float:
    """Return the chance that a positive scores above a negative, a tie counting half."""
    ranks = rankdata(np.concatenate([positive, negative]))[: len(positive)]
    return float(
        (ranks.sum() - len(positive) * (len(positive) + 1) / 2) / (len(positive) * len(negative))
    )


def interval(values: np.ndarray, members: np.ndarray, *, seed: int = 7) -> tuple[float, float]:
    """Return the 95% interval of the mean of `values`, from bootstrap draws of whole groups."""
    _, places = np.unique(members, return_inverse=True)
    sums, sizes = np.bincount(places, weights=values), np.bincount(places)
    dice = np.random.default_rng(seed)
    means = []
    for _ in range(DRAWS):
        drawn = dice.integers(len(sizes), size=len(sizes))
        means.append(sums[drawn].sum() / sizes[drawn].sum())
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def behind(
    right: np.ndarray, winner: np.ndarray, members: np.ndarray
) -> tuple[float, tuple[float, float]]:
    """Return how much more often the winner is right, and the 95% interval of that, on the very same rows."""
    difference = winner.astype(float) - right.astype(float)
    return float(difference.mean()), interval(difference, members)
