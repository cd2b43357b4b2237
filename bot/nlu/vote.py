"""From what is known of a message to a vote: its danger, whether it is somebody's case, its topics, its other acts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.nlu.model import Judgement

MOST_TOPICS = 9  # the dialogue answers the first three and offers the rest
DANGER = ("self_harm", "violence", "emergency")
CASE = "case"
UNREAD = "off_topic"  # what a message stands for that nothing is likely enough for


@dataclass(frozen=True)
class Thresholds:
    """From `config.yml`, where each has its reason: of what is present somewhere, and of the `whole`."""

    alarm: float  # a danger is met at once
    doubt: float  # a danger is asked about
    case: float  # steer
    told: float  # the case is remembered
    topic: float  # a topic is answered
    further_topic: float  # one beside a likelier one
    beside: float  # what no text covers is asked beside the topics, and named
    act: float  # a wish for a person or comfort beside anything else
    apart_case: float  # steer, of a sentence read by itself
    whole_doubt: float  # danger, though no part of the message is sure of it
    whole_case: float
    whole_topic: float
    whole_act: float
    whole_uncovered: float  # what no text covers outweighs a topic that is less likely than it
    floor: float  # below it nothing is taken for granted
    clarify: float  # two topics together: the bot asks which


@dataclass(frozen=True)
class Vote:
    """What the models say: the intent, its probability, the topics to answer, two it hesitates between.

    `doubtful` marks a danger to ask about, `calm` is the intent should there be none; `case` says that one was surely
    told; `beside` is the question without an approved answer that stands beside the topics.
    """

    intent: str
    confidence: float
    topics: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    ranking: tuple[tuple[str, float], ...] = ()
    doubtful: bool = False
    calm: str | None = None
    case: bool = False
    beside: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the vote as JSON-ready data."""
        return {
            "intent": self.intent,
            "confidence": self.confidence,
            "topics": list(self.topics),
            "unsure": list(self.unsure),
            "ranking": [list(pair) for pair in self.ranking],
            "doubtful": self.doubtful,
            "calm": self.calm,
            "case": self.case,
            "beside": self.beside,
        }


@dataclass(frozen=True)
class Kinds:
    """Which intents are which, from `data/dialogue.yml`."""

    topics: Sequence[str]
    uncovered: Sequence[str]
    medical: Sequence[str]  # of the uncovered, those that deserve to be named beside an answer
    acts: Sequence[str]  # more cautious than an answer, the most cautious first


def vote(judged: Judgement, intents: Sequence[str], kinds: Kinds, least: Thresholds) -> Vote:
    """Return the vote on a message that was `judged` over `intents`."""
    present = dict(zip(intents, map(float, judged.present), strict=True))
    whole = dict(zip(intents, map(float, judged.whole), strict=True))
    apart = (
        present
        if judged.apart is None
        else dict(zip(intents, map(float, judged.apart), strict=True))
    )
    case = present[CASE] >= least.case or whole[CASE] >= least.whole_case
    case = case or apart[CASE] >= least.apart_case
    calm, topics, unsure = _calm(present, whole, kinds, least)
    danger = max(DANGER, key=lambda name: max(present[name], apart[name]) + whole[name])
    likely = max(max(present[name], apart[name]) for name in DANGER)
    told = max(present[CASE], apart[CASE]) >= least.told
    seen = Vote(*calm, topics, ranking=_ranking(present, whole), case=told)
    if topics:
        seen = replace(seen, beside=_beside(present, kinds, least))
    if likely >= least.alarm:
        return replace(seen, intent=danger, confidence=likely)
    if likely >= least.doubt or sum(whole[name] for name in DANGER) >= least.whole_doubt:
        meant = CASE if case else seen.intent
        return replace(seen, intent=danger, confidence=likely, doubtful=True, calm=meant)
    if case:
        return replace(seen, intent=CASE, confidence=max(present[CASE], whole[CASE], apart[CASE]))
    return replace(seen, unsure=unsure)


def _calm(
    present: dict[str, float], whole: dict[str, float], kinds: Kinds, least: Thresholds
) -> tuple[tuple[str, float], tuple[str, ...], tuple[str, ...]]:
    """Return the intent of a message without danger or case and its probability, its topics, two it may mean."""
    topics = _topics(present, whole, kinds, least)
    for act in kinds.acts:
        # a call centre's "connect me" is of the world outside where the whole is rather that
        sure = present[act] >= least.act or whole[act] >= least.whole_act
        if sure and whole[act] >= whole[UNREAD]:
            return (act, present[act]), topics, ()
    if topics:
        return (topics[0], max(present[topics[0]], whole[topics[0]])), topics, ()
    other, confidence = _other(present, whole, kinds)
    pair = tuple(sorted(kinds.topics, key=whole.__getitem__)[:-3:-1])
    if sum(whole[name] for name in pair) >= max(least.clarify, confidence):
        return (other, confidence), (), pair
    return (other if confidence >= least.floor else UNREAD, confidence), (), ()


def _topics(
    present: dict[str, float], whole: dict[str, float], kinds: Kinds, least: Thresholds
) -> tuple[str, ...]:
    """Return the topics asked, likeliest first; none where what no text covers is likelier than any of them."""
    order = sorted(kinds.topics, key=lambda name: -max(present[name], whole[name]))
    best, *rest = order
    if present[best] < least.topic and whole[best] < least.whole_topic:
        return ()
    uncovered = max(kinds.uncovered, key=whole.__getitem__)
    if whole[uncovered] >= least.whole_uncovered and whole[uncovered] > whole[best]:
        return ()
    found = [best, *(name for name in rest if present[name] >= least.further_topic)]
    return tuple(found[:MOST_TOPICS])


def _beside(present: dict[str, float], kinds: Kinds, least: Thresholds) -> str | None:
    """Return the question without an approved answer that a message asks beside its topics."""
    likeliest = max(kinds.medical, key=lambda name: present.get(name, 0.0))
    return likeliest if present.get(likeliest, 0.0) >= least.beside else None


def _other(present: dict[str, float], whole: dict[str, float], kinds: Kinds) -> tuple[str, float]:
    """Return the likeliest intent that is neither topic, danger nor case, and its probability."""
    known = {*kinds.topics, *kinds.acts, *DANGER, CASE}
    rest = [name for name in whole if name not in known]
    best = max(rest, key=lambda name: whole[name] + present[name])
    return best, whole[best]


def _ranking(present: dict[str, float], whole: dict[str, float]) -> tuple[tuple[str, float], ...]:
    order = sorted(present, key=lambda name: -(present[name] + whole[name]))[:6]
    return tuple((name, round(max(present[name], whole[name]), 4)) for name in order)
