"""Draws, for each variety, what messages should have been met with against what they were met with."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np

from bot.evaluation import ACTIONS, VARIETIES, Scored
from bot.text.languages import TABLE

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  the backend without a window has to be chosen first

NAMES = {one.code: one.name for one in TABLE} | {"mixed": "mixed"}


def draw(scored: Sequence[Scored], topics: Sequence[str], folder: Path) -> list[Path]:
    """Write `confusion-<variety>.png` under `folder` for each variety that was scored, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    labels = [*topics, *(action for action in ACTIONS if action != "answer")]
    drawn = []
    for variety in VARIETIES:
        counts = _counts([one for one in scored if one.row.variety == variety], labels)
        if counts.any():
            drawn.append(folder / f"confusion-{variety}.png")
            _picture(counts, labels, f"{NAMES[variety]}: {int(counts.sum())} messages", drawn[-1])
    return drawn


def _counts(scored: Sequence[Scored], labels: Sequence[str]) -> np.ndarray:
    """Return how often each label (row) was met with each other (column); one topic stands for several."""
    found = Counter((_wanted(one), _done(one)) for one in scored)
    return np.array([[found[want, done] for done in labels] for want in labels], float)


def _wanted(one: Scored) -> str:
    if one.right:  # whatever was accepted counts as what was wanted
        return _done(one)
    missing = [topic for topic in one.row.topics if topic not in one.topics]
    return (missing or [*one.row.topics, one.row.actions[0]])[0]


def _done(one: Scored) -> str:
    if one.action != "answer":
        return one.action
    extra = [topic for topic in one.topics if topic not in one.row.topics]
    return (
        (extra or list(one.topics))[0]
        if not one.right
        else next((topic for topic in one.topics if topic in one.row.topics), one.topics[0])
    )


def _picture(counts: np.ndarray, labels: Sequence[str], title: str, path: Path) -> None:
    figure, axes = plt.subplots(figsize=(9, 8))
    shares = counts / counts.sum(axis=1, keepdims=True).clip(1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in zip(*counts.nonzero(), strict=True):
        colour = "white" if shares[row, column] > 0.6 else "black" if row == column else "crimson"
        axes.text(
            column,
            row,
            f"{counts[row, column]:.0f}",
            ha="center",
            va="center",
            fontsize=7,
            color=colour,
        )
    axes.set_xticks(range(len(labels)), labels, rotation=90, fontsize=8)
    axes.set_yticks(range(len(labels)), labels, fontsize=8)
    axes.set(xlabel="was met with", ylabel="should have been met with", title=title)
    figure.tight_layout()
    figure.savefig(path, dpi=100, metadata={"Software": None})
    plt.close(figure)
