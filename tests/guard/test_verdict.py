"""The more cautious one wins, whatever fails is handed over, and words that follow never make a message safer."""

import itertools
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.config import load_dialogue
from bot.guard.check import Guard
from bot.guard.matcher import MOST_WORDS, GuardMatcher
from bot.guard.verdict import LEVELS, RANK, Finding, Reason, Verdict, more_cautious
from tests.support import HARD_TEXTS, guard_matcher, training_examples

VOTE = Reason("classifier", "pain", 0.9)


def finding(level, intent="rule-intent"):
    return Finding("a-rule", "test", level, intent, "words", 0, 1)


def test_the_order_of_levels_is_the_one_agreed():
    assert LEVELS[:8] == (
        "crisis",
        "emergency",
        "check_in",
        "steer",
        "handoff",
        "support",
        "answer",
        "decline",
    )


@pytest.mark.parametrize(("one", "other"), list(itertools.product(LEVELS, LEVELS)))
def test_the_more_cautious_of_rule_and_classifier_wins(one, other):
    verdict = Verdict.of([finding(one)], level=other, intent="vote-intent", reason=VOTE)
    assert verdict.level == more_cautious(one, other)
    assert verdict.intent == ("rule-intent" if RANK[one] > RANK[other] else "vote-intent")


@pytest.mark.parametrize("level", LEVELS)
def test_no_finding_leaves_the_vote_as_it_is(level):
    assert Verdict.of([], level=level, intent="vote-intent", reason=VOTE).level == level


def test_the_most_cautious_of_several_rules_wins():
    verdict = Verdict.of(
        [finding("steer"), finding("crisis", "violence"), finding("handoff")],
        level="answer",
        intent="pain",
        reason=VOTE,
    )
    assert (verdict.level, verdict.intent) == ("crisis", "violence")


class Broken(GuardMatcher):
    def __init__(self):
        """Nothing loaded: whatever is asked of it fails."""

    def find(self, text):
        raise ValueError(text)


@pytest.mark.parametrize(
    "vote",
    [
        pytest.param({"intent": "pain", "confidence": 0.99}, id="a sure vote for an answer"),
        pytest.param(None, id="no vote"),
    ],
)
def test_a_broken_matcher_hands_over_and_its_log_keeps_no_words(vote, caplog):
    verdict = Guard(Broken(), load_dialogue().level).check("meri AMH secretword", vote)
    assert (verdict.level, verdict.intent) == ("steer", "case")
    assert caplog.records and "secretword" not in caplog.text


@pytest.mark.parametrize(
    "vote",
    [
        pytest.param(None, id="no vote at all"),
        pytest.param({}, id="a vote without an intent"),
        pytest.param({"intent": "pain"}, id="a vote without a confidence"),
        pytest.param(
            {"intent": "no_such_intent", "confidence": 1.0}, id="a vote for an intent nobody knows"
        ),
        pytest.param({"intent": None, "confidence": 1.0}, id="a vote for nothing"),
        pytest.param({"intent": "pain", "confidence": "high"}, id="a confidence that is no number"),
        pytest.param("pain", id="a vote of the wrong shape"),
    ],
)
def test_a_vote_that_cannot_be_used_is_steered(vote):
    assert Guard(guard_matcher(), load_dialogue().level).check("hello", vote).level == "steer"


def test_a_rule_still_outranks_a_missing_vote():
    class Crisis(Broken):
        def find(self, text):
            return [finding("crisis", "self_harm")]

    assert Guard(Crisis(), load_dialogue().level).check("x", None).intent == "self_harm"


@pytest.mark.parametrize("text", HARD_TEXTS.values(), ids=HARD_TEXTS.keys())
def test_hard_text_is_checked_without_failing(text, caplog):
    with caplog.at_level(logging.ERROR):
        verdict = Guard(guard_matcher(), load_dialogue().level).check(
            text, {"intent": "pain", "confidence": 1.0}
        )
    assert verdict.level in LEVELS
    assert not caplog.records


MESSAGES = st.sampled_from(
    [text for rule in guard_matcher().rules.values() for text in rule.must_match]
)
CORPUS = st.sampled_from([text for _, _, text in training_examples()])
MORE = st.one_of(
    CORPUS,
    st.text(max_size=30),
    st.sampled_from(
        [
            "women",
            "agar kisi ko",
            "in general",
            "?",
            ".",
            "۔",
            "nahi hai",
            "no",
            "not",
            "just asking",
            "x" * 300,
        ]
    ),
)


def level_of(text):
    return Verdict.of(
        guard_matcher().find(text), level="smalltalk", intent="greet", reason=VOTE
    ).level


@given(
    first=st.one_of(MESSAGES, CORPUS),
    more=st.lists(MORE, min_size=1, max_size=3),
    joint=st.sampled_from([" ", ". ", "\n", " ، "]),
)
def test_words_that_follow_never_lower_the_level(first, more, joint):
    level = level_of(first)
    for words in more:
        first = first + joint + words
        assert RANK[level_of(first)] >= RANK[level]
        level = level_of(first)


@pytest.mark.parametrize("level", ["crisis", "emergency", "steer"])
def test_thousands_of_words_that_follow_never_lower_the_level(level):
    rules = [rule for rule in guard_matcher().rules.values() if rule.level == level]
    text = next((text for rule in rules for text in rule.must_match), None)
    assert text is not None, f"no rule of data/guard has the level {level}"
    assert RANK[level_of(text + " word" * (MOST_WORDS + 10))] >= RANK[level]


def test_what_is_too_long_to_be_read_is_steered():
    assert level_of("hello " * (MOST_WORDS + 1)) == "steer"
    assert level_of("hello " * MOST_WORDS) == "smalltalk"


@pytest.mark.parametrize(
    ("glued", "level"),
    [
        pytest.param("husbandمجھے مارتاہےروز", "crisis", id="violence, two scripts and no spaces"),
        pytest.param("جینانہیں چاہتی", "crisis", id="self-harm in urdu"),
        pytest.param("khudkushikarna chahti hun", "crisis", id="self-harm in roman urdu"),
        pytest.param("meriamh 0.3 hai", "steer", id="a case in roman urdu"),
        pytest.param("my doctortold me azoospermia", "steer", id="a case in english"),
    ],
)
def test_a_missing_space_hides_nothing(glued, level):
    assert level in {finding.level for finding in guard_matcher().find(glued)}


def test_no_word_of_a_patient_stays_in_the_matcher():
    matcher = guard_matcher()
    matcher.find("mera naam Aaaabbbb hai aur meri amh kam hai, Ccccdddd se")
    before = len(matcher._vocab.strings)
    matcher.find("mera naam Qandeelzadi hai aur meri amh kam hai, Xylophonabad se")
    assert len(matcher._vocab.strings) == before
