"""The labelled messages, read from `data/nlu`; which of them are near duplicates; and which are held out."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.storage.yaml_file import read_yaml
from bot.text.normalise import normalise
from bot.text.skeleton import load_skeletons
from bot.text.words import load_lexicon

ALIKE = 0.7  # cosine of skeleton n-grams, as in bench/comparison/folds.py
BLOCK = 500
DANGER_LEVELS, CASE_LEVELS = ("crisis", "emergency"), ("steer",)
TOPIC_LEVELS, TALK_LEVELS = ("answer",), ("smalltalk", "language")


@dataclass(frozen=True)
class Row:
    """One message as typed, everything it is about, and its variety (en, ur, roman, mixed)."""

    text: str
    labels: tuple[str, ...]
    variety: str


@dataclass(frozen=True)
class Kinds:
    """Which intents are dangers, cases, topics and small talk, by their level in `data/dialogue.yml`."""

    danger: frozenset[str]
    case: frozenset[str]
    topics: frozenset[str]
    talk: frozenset[str]

    @property
    def caution(self) -> frozenset[str]:
        """Return dangers and cases: what nothing beside it may hide."""
        return self.danger | self.case


def kinds(path: Path = Path("data/dialogue.yml")) -> Kinds:
    """Return the kinds of intents; one that `path` does not name is of no kind."""
    dialogue = read_yaml(path)
    levels = {name: entry["level"] for name, entry in dialogue["intents"].items()}
    passing = frozenset(
        dialogue["after_danger"]
    )  # ends nothing, so that it may be dropped beside anything

    def of(wanted: Sequence[str]) -> frozenset[str]:
        return frozenset(name for name, level in levels.items() if level in wanted)

    return Kinds(of(DANGER_LEVELS), of(CASE_LEVELS), of(TOPIC_LEVELS), of(TALK_LEVELS) & passing)


def load(folder: Path = Path("data/nlu")) -> list[Row]:
    """Return every message under `folder` once, in an order that hangs on the files alone."""
    seen: dict[tuple[str, tuple[str, ...]], Row] = {}
    for path in sorted(folder.rglob("*.yml")):
        for row in _read(path):
            seen.setdefault((normalise(row.text), row.labels), row)
    return list(seen.values())


def _read(path: Path) -> Iterator[Row]:
    content, variety = read_yaml(path), path.parent.name
    for block in content.get("nlu", ()):
        for line in block["examples"].splitlines():
            if line.startswith("- "):
                yield Row(_breaks(line[2:]), (str(block["intent"]),), variety)
    for entry in content.get("several", ()):
        yield Row(_breaks(str(entry["text"])), tuple(map(str, entry["labels"])), variety)


def _breaks(text: str) -> str:
    return text.strip().replace("\\n", "\n")


def fingerprint(rows: Sequence[Row]) -> str:
    """Return the hash of the messages and labels that a tuning has read."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(f"{row.variety}\t{'+'.join(row.labels)}\t{row.text}\x00".encode())
    return digest.hexdigest()


def groups(rows: Sequence[Row]) -> np.ndarray:
    """Return a group number for each row, shape (rows,); near duplicates in whatever script share one."""
    skeletons = [
        load_skeletons().text(" ".join(load_lexicon().words(row.text))) or row.text for row in rows
    ]
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=2)
    matrix = vectors.fit_transform(skeletons).astype(np.float32).tocsr()
    left, right = [], []
    for start in range(0, len(rows), BLOCK):
        near = (matrix[start : start + BLOCK] @ matrix.T).tocoo()
        alike = near.data >= ALIKE
        left.append(near.row[alike] + start)
        right.append(near.col[alike])
    pairs = np.concatenate(left), np.concatenate(right)
    graph = coo_matrix((np.ones(len(pairs[0])), pairs), shape=(len(rows), len(rows)))
    return connected_components(graph, directed=False)[1]


def held_out(members: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Return which rows are held out, shape (rows,): about `share` of them, in whole groups, none large."""
    sizes = np.bincount(members)
    dice = np.random.default_rng(seed).permutation(len(sizes))
    taken, out = 0, np.zeros(len(sizes), bool)
    for group in dice:
        if sizes[group] <= 30 and taken < share * len(members):
            out[group] = True
            taken += sizes[group]
    return out[members]
