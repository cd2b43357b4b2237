"""From probabilities to a vote: the classifier's level, its topics, and what it is unsure between."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from bot.understanding.clauses import clauses

MOST_TOPICS = 3
DANGER = ("self_harm", "violence", "emergency")


class Model(Protocol):
    """Anything that gives probabilities over intents."""

    intents: list[str]

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return an array of shape (texts, intents)."""
        ...


@dataclass(frozen=True)
class Thresholds:
    """From `config.yml`, where each has its reason."""

    danger: float          # self_harm, violence and emergency together reach this: the likeliest of them is said
    case: float            # they and case together reach this: steer
    clause: float          # the same, in one clause of several
    topic: float           # a topic is answered from here up
    clause_topic: float    # a further topic of a clause is answered from here up
    clarify: float         # two topics together reach this: the bot asks which


@dataclass(frozen=True)
class Vote:
    """What the classifier says: the intent, its probability, the topics to answer, two it hesitates between."""

    intent: str
    confidence: float
    topics: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    ranking: tuple[tuple[str, float], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the vote as JSON-ready data."""
        return {"intent": self.intent, "confidence": self.confidence, "topics": list(self.topics),
                "unsure": list(self.unsure), "ranking": [list(pair) for pair in self.ranking]}


def vote(text: str, model: Model, topics: Sequence[str], thresholds: Thresholds) -> Vote:
    """Return the vote on a normalised message."""
    parts = clauses(text)
    texts = [text, *parts] if len(parts) > 1 else [text]
    scores = model.probabilities(texts)
    ranking = _ranking(scores[0], model.intents)
    found = _topics(scores, model.intents, topics, thresholds)
    caution = _caution(scores, model.intents, thresholds)
    if caution:
        return Vote(*caution, found, (), ranking)
    if found:
        return Vote(found[0], float(scores[:, model.intents.index(found[0])].max()), found, (), ranking)
    best, confidence = ranking[0]
    pair = tuple(name for name, _ in ranking[:2])
    if set(pair) <= set(topics) and ranking[0][1] + ranking[1][1] >= thresholds.clarify:
        return Vote(best, confidence, (), pair, ranking)
    others = [(name, score) for name, score in ranking if name not in topics]
    return Vote(others[0][0], others[0][1], (), (), ranking)


def _ranking(row: np.ndarray, intents: Sequence[str]) -> tuple[tuple[str, float], ...]:
    order = np.argsort(row)[::-1][:6]
    return tuple((intents[place], round(float(row[place]), 4)) for place in order)


def _caution(scores: np.ndarray, intents: Sequence[str], thresholds: Thresholds) -> tuple[str, float] | None:
    """Return the intent that caution asks for, and its weight: of the whole message, or of a clause that is surer."""
    danger, case = [intents.index(name) for name in DANGER], intents.index("case")
    for columns, whole in ((danger, thresholds.danger), ([*danger, case], thresholds.case)):
        masses = scores[:, columns].sum(axis=1)
        weights = [masses[0] / whole, *(masses[1:] / thresholds.clause)]
        row = int(np.argmax(weights))
        if weights[row] >= 1:
            return intents[max(columns, key=lambda column: scores[row][column])], float(masses[row])
    return None


def _topics(scores: np.ndarray, intents: Sequence[str], topics: Sequence[str],
            thresholds: Thresholds) -> tuple[str, ...]:
    """Return the topics asked: of each clause where there are several, else of the whole."""
    found: dict[str, None] = {}
    several = len(scores) > 1
    for row in scores[1:] if several else scores:
        best = int(row.argmax())
        if intents[best] in topics and row[best] >= (thresholds.clause_topic if several else thresholds.topic):
            found[intents[best]] = None
    whole = int(scores[0].argmax())
    if several and intents[whole] in topics and scores[0][whole] >= thresholds.topic:
        found[intents[whole]] = None
    return tuple(found)[:MOST_TOPICS]
