"""From probabilities to a vote: the classifier's level, its topics, and what it is unsure between."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from bot.nlu.clauses import clauses
from bot.nlu.model import Judgement

MOST_TOPICS = 3
DANGER = ("self_harm", "violence", "emergency")


class Model(Protocol):
    """Anything that gives probabilities over intents."""

    intents: list[str]

    def judge(self, texts: Sequence[str]) -> Judgement:
        """Return probabilities and margins, of shape (texts, intents) each."""
        ...


@dataclass(frozen=True)
class Thresholds:
    """From `config.yml`, where each has its reason."""

    danger: float  # self_harm, violence and emergency together reach this: the likeliest of them is said
    case: float  # they and case together reach this: steer
    clause_danger: float  # the same two, in one clause of several: a clause alone says less
    clause_case: float
    topic: float  # a topic is answered from here up
    clause_topic: float  # a further topic of a clause is answered from here up
    second_topic: float  # a further topic of the whole message is answered from this margin up
    joined_topic: (
        float  # the same, where the message has several clauses, which may each ask something
    )
    clarify: float  # two topics together reach this: the bot asks which
    covered: float  # topics count where together they are this many times likelier than what no text covers


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
        return {
            "intent": self.intent,
            "confidence": self.confidence,
            "topics": list(self.topics),
            "unsure": list(self.unsure),
            "ranking": [list(pair) for pair in self.ranking],
        }


def vote(
    text: str, model: Model, topics: Sequence[str], uncovered: Sequence[str], thresholds: Thresholds
) -> Vote:
    """Return the vote on a normalised message; `topics` have an answer, for `uncovered` there is no approved text."""
    parts = clauses(text)
    texts = [text, *parts] if len(parts) > 1 else [text]
    judged = model.judge(texts)
    scores = judged.probabilities
    ranking = _ranking(scores[0], model.intents)
    covered = _mass(scores, model.intents, topics) >= thresholds.covered * _mass(
        scores, model.intents, uncovered
    )
    found = _topics(judged, covered, model.intents, topics, thresholds)
    caution = _caution(scores, model.intents, thresholds)
    if caution:
        return Vote(*caution, found, (), ranking)
    if found:
        return Vote(
            found[0], float(scores[:, model.intents.index(found[0])].max()), found, (), ranking
        )
    best, confidence = ranking[0]
    pair = tuple(name for name, _ in ranking[:2])
    if (
        covered[0]
        and set(pair) <= set(topics)
        and ranking[0][1] + ranking[1][1] >= thresholds.clarify
    ):
        return Vote(best, confidence, (), pair, ranking)
    other = max(
        (place for place, name in enumerate(model.intents) if name not in topics),
        key=lambda i: scores[0][i],
    )
    return Vote(model.intents[other], float(scores[0][other]), (), (), ranking)


def _ranking(row: np.ndarray, intents: Sequence[str]) -> tuple[tuple[str, float], ...]:
    order = np.argsort(row)[::-1][:6]
    return tuple((intents[place], round(float(row[place]), 4)) for place in order)


def _caution(
    scores: np.ndarray, intents: Sequence[str], thresholds: Thresholds
) -> tuple[str, float] | None:
    """Return the intent that caution asks for, and its weight: of the whole message, or of a clause that is surer."""
    danger, case = [intents.index(name) for name in DANGER], intents.index("case")
    alarm = _loudest(scores[:, danger].sum(axis=1), thresholds.danger, thresholds.clause_danger)
    if alarm is not None:
        row, mass = alarm
        return intents[max(danger, key=lambda column: scores[row][column])], mass
    doubt = _loudest(
        scores[:, [*danger, case]].sum(axis=1), thresholds.case, thresholds.clause_case
    )
    return ("case", doubt[1]) if doubt else None


def _loudest(masses: np.ndarray, whole: float, clause: float) -> tuple[int, float] | None:
    """Return the row that passes its threshold by most (row 0 is the whole message), and its mass."""
    weights = [masses[0] / whole, *(masses[1:] / clause)]
    row = int(np.argmax(weights))
    return (row, float(masses[row])) if weights[row] >= 1 else None


def _mass(scores: np.ndarray, intents: Sequence[str], names: Sequence[str]) -> np.ndarray:
    """Return, for each row, how likely it is one of `names`."""
    return scores[:, [intents.index(name) for name in names if name in intents]].sum(axis=1)


def _topics(
    judged: Judgement,
    covered: np.ndarray,
    intents: Sequence[str],
    topics: Sequence[str],
    thresholds: Thresholds,
) -> tuple[str, ...]:
    """Return the topics asked: the whole message's, those of its clauses, and further ones it says yes to."""
    scores, found = judged.probabilities, dict[str, None]()
    for place, row in enumerate(scores):
        best = int(row.argmax())
        enough = thresholds.clause_topic if place else thresholds.topic
        if covered[place] and intents[best] in topics and row[best] >= enough:
            found[intents[best]] = None
    if found:
        margins = judged.margins[0]
        least = thresholds.joined_topic if len(scores) > 1 else thresholds.second_topic
        further = [place for place in np.argsort(margins)[::-1] if margins[place] >= least]
        found |= {intents[place]: None for place in further if intents[place] in topics}
    return tuple(found)[:MOST_TOPICS]
