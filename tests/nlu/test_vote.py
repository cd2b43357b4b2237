"""From probabilities to a vote, with a model that says what the test tells it to."""

import json

import numpy as np
import pytest

from bot.nlu.model import Judgement
from bot.nlu.vote import Thresholds, vote

TOPICS = ("pain", "halal", "cost", "legality", "success_pof", "success_ptf")
UNCOVERED = ("off_topic", "uncovered_medical")
INTENTS = sorted(
    [
        *TOPICS,
        "case",
        "emergency",
        "self_harm",
        "violence",
        "greet",
        "off_topic",
        "uncovered_medical",
    ]
)
THRESHOLDS = Thresholds(
    danger=0.3,
    case=0.1,
    clause_danger=0.9,
    clause_case=0.8,
    topic=0.4,
    clause_topic=0.5,
    second_topic=-0.3,
    joined_topic=-0.3,
    clarify=0.5,
    covered=2.0,
)


class Fake:
    """Gives every text the probabilities it was told, the rest spread thinly; margins say yes from one half up."""

    intents = INTENTS

    def __init__(self, told):
        self._told = told

    def judge(self, texts):
        rows = []
        for text in texts:
            told = self._told.get(text, {"off_topic": 0.9})
            rows.append([told.get(name, 1e-4) for name in INTENTS])
        probabilities = np.array(rows, dtype=np.float32)
        return Judgement(probabilities, np.log(probabilities / (1 - probabilities)))


def voted(text, **told):
    return vote(text, Fake({text: told}), TOPICS, UNCOVERED, THRESHOLDS)


@pytest.mark.parametrize(
    ("told", "intent", "topics"),
    [
        pytest.param({"pain": 0.9}, "pain", ("pain",), id="a sure topic is answered"),
        pytest.param(
            {"pain": 0.41}, "pain", ("pain",), id="a topic just past its threshold is answered"
        ),
        pytest.param(
            {"pain": 0.39, "off_topic": 0.2}, "off_topic", (), id="a topic just below it is not"
        ),
        pytest.param(
            {"pain": 0.48, "cost": 0.46},
            "pain",
            ("pain", "cost"),
            id="a second topic close by is answered too",
        ),
        pytest.param({"greet": 0.9}, "greet", (), id="small talk"),
        pytest.param({"off_topic": 0.6, "pain": 0.3}, "off_topic", (), id="off topic"),
        pytest.param(
            {"pain": 0.6, "self_harm": 0.31},
            "self_harm",
            ("pain",),
            id="a third of self-harm outranks a topic",
        ),
        pytest.param(
            {"pain": 0.6, "violence": 0.17, "emergency": 0.15},
            "violence",
            ("pain",),
            id="two dangers add up",
        ),
        pytest.param(
            {"pain": 0.8, "case": 0.11}, "case", ("pain",), id="a tenth of a case outranks a topic"
        ),
        pytest.param(
            {"pain": 0.8, "case": 0.05}, "pain", ("pain",), id="a twentieth of a case does not"
        ),
    ],
)
def test_one_clause(told, intent, topics):
    found = voted("kuch alfaz", **told)
    assert (found.intent, found.topics) == (intent, topics)


def test_two_topics_close_together_are_asked_back():
    found = voted("kamyabi?", success_pof=0.35, success_ptf=0.3)
    assert set(found.unsure) == {"success_pof", "success_ptf"} and found.topics == ()


def test_doubt_is_no_topic():
    found = voted("kuch", pain=0.3, greet=0.25)
    assert (found.intent, found.topics) == ("greet", ())


def test_doubt_among_topics_only_is_still_a_vote():
    """Six topics lead and no two of them are likely: a vote all the same, not an error."""
    found = voted(
        "kuch", pain=0.17, halal=0.16, cost=0.15, legality=0.14, success_pof=0.13, success_ptf=0.12
    )
    assert found.topics == () and found.unsure == () and found.intent not in TOPICS


TWO = "legal hai aur dard hota hai"


def two(whole, first, second):
    return vote(
        TWO,
        Fake({TWO: whole, "legal hai": first, "dard hota hai": second}),
        TOPICS,
        UNCOVERED,
        THRESHOLDS,
    )


@pytest.mark.parametrize(
    ("whole", "first", "second", "intent", "topics"),
    [
        pytest.param(
            {"legality": 0.5},
            {"legality": 0.9},
            {"pain": 0.9},
            "legality",
            {"legality", "pain"},
            id="two questions",
        ),
        pytest.param(
            {"legality": 0.5},
            {"legality": 0.9},
            {"greet": 0.9},
            "legality",
            {"legality"},
            id="one and small talk",
        ),
        pytest.param(
            {"off_topic": 0.6},
            {"legality": 0.9},
            {"case": 0.85},
            "case",
            {"legality"},
            id="a case in one clause",
        ),
        pytest.param(
            {"pain": 0.6},
            {"legality": 0.9},
            {"self_harm": 0.95},
            "self_harm",
            {"legality", "pain"},
            id="a crisis in one clause",
        ),
    ],
)
def test_two_clauses(whole, first, second, intent, topics):
    found = two(whole, first, second)
    assert (found.intent, set(found.topics)) == (intent, topics)


def test_a_vote_is_plain_data():
    found = voted("kuch", pain=0.9).to_dict()
    assert json.loads(json.dumps(found)) == found


def test_what_is_as_likely_uncovered_is_not_answered():
    unsure = voted("legal?", legality=0.45, uncovered_medical=0.30, off_topic=0.15)
    assert (unsure.topics, unsure.unsure) == ((), ())
    assert unsure.intent == "uncovered_medical"
    assert voted("legal?", legality=0.45, cost=0.30, off_topic=0.15).topics == ("legality",)
