"""From what is known of a message to a vote, with judgements that say what the test tells them to."""

import json

import numpy as np
import pytest

from bot.nlu.model import Judgement
from bot.nlu.vote import DANGER, Kinds, Thresholds, vote

TOPICS = ("pain", "halal", "cost", "legality", "success_pof", "success_ptf")
UNCOVERED = ("off_topic", "uncovered_medical")
ACTS = ("handoff", "support")
INTENTS = sorted([*TOPICS, *UNCOVERED, *ACTS, *DANGER, "case", "greet", "thanks"])
LEAST = Thresholds(
    alarm=0.9,
    doubt=0.4,
    case=0.5,
    told=0.8,
    topic=0.5,
    further_topic=0.5,
    beside=0.6,
    act=0.5,
    apart_case=0.6,
    whole_doubt=0.5,
    whole_case=0.6,
    whole_topic=0.5,
    whole_act=0.6,
    whole_uncovered=0.6,
    floor=0.25,
    clarify=0.4,
)


@pytest.mark.parametrize(
    ("apart", "intent"),
    [
        pytest.param({"case": 0.7}, "case", id="a case in one sentence"),
        pytest.param({"case": 0.5}, "halal", id="hardly a case"),
        pytest.param({"emergency": 0.96}, "emergency", id="a danger in one sentence"),
    ],
)
def test_what_one_sentence_tells_is_not_hidden_by_the_others(apart, intent):
    judged = Judgement(row({"halal": 0.9}), row({"halal": 0.9}), 0.0, row(apart))
    assert (
        vote(judged, INTENTS, Kinds(TOPICS, UNCOVERED, UNCOVERED[1:], ACTS), LEAST).intent == intent
    )


def row(told):
    return np.array([told.get(name, 0.001) for name in INTENTS], np.float32)


def voted(present, whole=None):
    judged = Judgement(row(present if whole is None else whole), row(present), 0.0)
    return vote(judged, INTENTS, Kinds(TOPICS, UNCOVERED, UNCOVERED[1:], ACTS), LEAST)


@pytest.mark.parametrize(
    ("present", "intent", "topics"),
    [
        pytest.param({"pain": 0.9}, "pain", ("pain",), id="a topic is answered"),
        pytest.param({"pain": 0.5}, "pain", ("pain",), id="a topic at its threshold is answered"),
        pytest.param({"pain": 0.6, "cost": 0.8}, "cost", ("cost", "pain"), id="two, likeliest first"),
        pytest.param({"pain": 0.9, "cost": 0.4}, "pain", ("pain",), id="a faint second is left out"),
        pytest.param(
            {"pain": 0.9, "cost": 0.9, "halal": 0.9, "legality": 0.9},
            "cost",
            ("pain", "halal", "cost", "legality"),
            id="every topic there is",
        ),
        pytest.param({"greet": 0.9}, "greet", (), id="small talk"),
        pytest.param({"greet": 0.9, "pain": 0.9}, "pain", ("pain",), id="a greeting is courtesy"),
        pytest.param({"case": 0.5, "pain": 0.99}, "case", ("pain",), id="a case beside a topic"),
        pytest.param({"handoff": 0.6, "cost": 0.9}, "handoff", ("cost",), id="a person is wanted"),
        pytest.param({"support": 0.7, "pain": 0.9}, "support", ("pain",), id="distress and a question"),
        pytest.param(
            {"self_harm": 0.95, "case": 0.9, "pain": 0.9}, "self_harm", ("pain",), id="danger first"
        ),
    ],
)  # fmt: skip
def test_what_a_message_is_met_as(present, intent, topics):
    found = voted(present)
    assert found.intent == intent or {found.intent, intent} <= set(found.topics)
    assert set(found.topics) == set(topics) and not found.doubtful


@pytest.mark.parametrize("danger", DANGER)
@pytest.mark.parametrize(
    ("likelihood", "doubtful", "met"),
    [
        pytest.param(0.39, False, False, id="none"),
        pytest.param(0.41, True, True, id="faint"),
        pytest.param(0.89, True, True, id="not quite sure"),
        pytest.param(0.91, False, True, id="sure"),
    ],
)
def test_a_weak_alarm_asks_and_a_strong_one_acts(danger, likelihood, doubtful, met):
    found = voted({danger: likelihood, "halal": 0.95})
    assert (found.intent == danger) is met and found.doubtful is doubtful
    assert found.topics == ("halal",)  # taken up again when there is no danger
    assert found.calm == ("halal" if doubtful else None)


def test_a_doubted_danger_beside_a_case_comes_back_to_the_case():
    found = voted({"emergency": 0.6, "case": 0.8})
    assert (found.intent, found.doubtful, found.calm, found.case) == (
        "emergency",
        True,
        "case",
        True,
    )


@pytest.mark.parametrize(
    "beside", [{}, {"halal": 0.99}, {"greet": 0.99, "cost": 0.99, "pain": 0.99}]
)
def test_no_topic_outbids_danger_or_case(beside):
    assert voted({"violence": 0.95, **beside}).intent == "violence"
    assert voted({"case": 0.6, **beside}).intent == "case"


def test_what_no_text_covers_outweighs_a_less_likely_topic():
    found = voted({"pain": 0.6}, {"pain": 0.2, "uncovered_medical": 0.7})
    assert (found.intent, found.topics) == ("uncovered_medical", ())


def test_an_uncovered_half_is_named_beside_the_covered_one():
    found = voted({"pain": 0.9, "uncovered_medical": 0.8}, {"pain": 0.5, "uncovered_medical": 0.4})
    assert (found.topics, found.beside) == (("pain",), "uncovered_medical")
    assert voted({"uncovered_medical": 0.9}).beside is None


def test_below_the_floor_nothing_is_taken_for_small_talk():
    assert voted({"greet": 0.1, "thanks": 0.09}).intent == "off_topic"


def test_two_topics_that_share_a_message_are_asked_about():
    found = voted({"pain": 0.3, "cost": 0.3}, {"pain": 0.3, "cost": 0.25})
    assert found.topics == () and set(found.unsure) == {"pain", "cost"}


def test_a_vote_is_json():
    assert json.loads(json.dumps(voted({"pain": 0.9}).to_dict()))["topics"] == ["pain"]
