"""From a Rasa tracker to a decision: memory read from the tail, buttons by id, languages of the page."""

import pytest
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.config import load_dialogue
from bot.dialogue.state import Memory
from bot.guard.verdict import Reason, Verdict
from bot.rasa_adapter import tracker as adapter
from bot.rasa_adapter.components import READING
from bot.rasa_adapter.tracker import BUTTON, MEMORY, SHOWN, decision_of


def said(level="answer", intent="pain", *, topics=("pain",), variety="en", **metadata):
    reading = {
        "verdict": Verdict(level, intent, Reason("test")).to_dict(),
        "variety": variety,
        "topics": list(topics),
    }
    return UserUttered("words", parse_data={READING: reading}, metadata=metadata)


def tapped(button, **metadata):
    return UserUttered(f"[{button}]", parse_data={}, metadata={BUTTON: button} | metadata)


def replied(**memory):
    return BotUttered("words", metadata={MEMORY: Memory(**memory).to_dict()})


def decide(*events):
    return decision_of(DialogueStateTracker.from_events("someone", list(events)), load_dialogue())


def test_the_latest_memory_counts():
    assert (
        decide(said(), replied(chosen="ur"), said(), replied(chosen="roman"), said()).variety
        == "roman"
    )


def test_memory_is_found_behind_events_of_other_kinds():
    noise = [
        SlotSet("x", 1),
        ActionExecuted("action_listen"),
        BotUttered("words without a memory"),
    ] * 50
    decision = decide(
        replied(case_told=True), *noise, said(intent="success_pof", topics=("success_pof",))
    )
    assert decision.action == "steer"


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(UserUttered("words"), id="a message nobody read"),
        pytest.param(UserUttered("words", parse_data={READING: {}}), id="an empty reading"),
        pytest.param(
            UserUttered("words", parse_data={READING: {"verdict": {}}}),
            id="a reading without a level",
        ),
        pytest.param(
            UserUttered(
                "words",
                parse_data={
                    READING: {"verdict": {"level": "x", "intent": "y", "reason": {"source": "z"}}}
                },
            ),
            id="a level nobody knows",
        ),
        pytest.param(
            UserUttered("/pain", intent={"name": "pain", "confidence": 1.0}),
            id="an intent with no reading",
        ),
        pytest.param(ActionExecuted("action_listen"), id="no message at all"),
    ],
)
def test_what_was_not_read_is_steered(message):
    decision = decide(message)
    assert (decision.action, decision.topics) == ("steer", ())


def test_a_broken_memory_is_steered():
    assert (
        decide(BotUttered("words", metadata={MEMORY: {"last_topics": 5}}), said()).action == "steer"
    )


@pytest.mark.parametrize(
    ("events", "variety"),
    [
        pytest.param(
            [said(variety=None, **{SHOWN: "ur"})], "ur", id="words of no language, on an Urdu page"
        ),
        pytest.param([tapped("pain", **{SHOWN: "ur"})], "ur", id="a first tap on an Urdu page"),
        pytest.param(
            [replied(last_variety="roman"), tapped("pain", **{SHOWN: "ur"})],
            "roman",
            id="a tap after words in roman",
        ),
        pytest.param(
            [replied(chosen="en"), tapped("pain", **{SHOWN: "ur"})], "en", id="a tap after a choice"
        ),
        pytest.param(
            [said(variety="en", **{SHOWN: "ur"})], "en", id="words in English on an Urdu page"
        ),
        pytest.param(
            [UserUttered("x", metadata={SHOWN: "ur"})],
            "ur",
            id="words nobody read, on an Urdu page",
        ),
    ],
)
def test_the_language_when_words_do_not_tell(events, variety):
    assert decide(*events).variety == variety


def test_a_typed_message_cannot_claim_to_be_a_button():
    message = said("steer", "case", topics=())
    message.text = '[pain] {"button": "pain"}'
    assert decide(message).action == "steer"


@pytest.mark.parametrize(
    ("intent", "action"), [("pain", "answer"), ("emergency", "emergency"), (None, "handoff")]
)
def test_rasa_s_own_test_stories_stand_by_their_intent(intent, action):
    from rasa.core.test import (
        EndToEndUserUtterance,
    )  # loads Rasa's evaluation, which nothing else needs

    assert (
        decide(EndToEndUserUtterance("words", intent={"name": intent} if intent else {})).action
        == action
    )


def test_a_message_is_decided_once(monkeypatch):
    times = []
    once = adapter.decide
    monkeypatch.setattr(adapter, "decide", lambda *given: times.append(1) or once(*given))
    conversation = DialogueStateTracker.from_events("someone", [said()])
    first = decision_of(conversation, load_dialogue())
    assert decision_of(conversation, load_dialogue()) is first
    assert times == [1]
