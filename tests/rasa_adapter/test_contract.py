"""What every component promises, on hard text; the guard is last; and whatever fails is steered."""

import inspect

import pytest
import yaml
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.container import library
from bot.dialogue.config import load_dialogue
from bot.guard.check import Guard
from bot.guard.verdict import LEVELS
from bot.rasa_adapter.components import READING, TYPED, VARIETY, VOTE
from bot.rasa_adapter.components.guard import GuardComponent
from bot.rasa_adapter.components.intents import Intents
from bot.rasa_adapter.components.normaliser import Normaliser
from tests.conftest import ROOT
from tests.support import HARD_TEXTS, LANGUAGES, guard_matcher

CONFIG = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))


def normaliser():
    return Normaliser()


def untrained():
    config = next(part for part in CONFIG["pipeline"] if part["name"].endswith("Intents"))
    return Intents(Intents.get_default_config() | config, None, None)


def guard():
    return GuardComponent(Guard(guard_matcher(), load_dialogue().level))


def run(component, text):
    [message] = component.process([Message({TEXT: text})])
    return message


@pytest.mark.parametrize(
    "make", [normaliser, untrained, guard], ids=["normaliser", "intents", "guard"]
)
@pytest.mark.parametrize("text", HARD_TEXTS.values(), ids=HARD_TEXTS.keys())
def test_hard_text_goes_through_every_component(make, text):
    component = make()
    once = run(component, text)
    assert run(component, once.get(TEXT)).get(TEXT) == once.get(TEXT)


@pytest.mark.parametrize(
    "make", [normaliser, untrained, guard], ids=["normaliser", "intents", "guard"]
)
def test_every_message_comes_out_in_its_order(make):
    messages = [Message({TEXT: f"sawal {number}"}) for number in range(5)]
    assert [message.get(TEXT) for message in make().process(messages)] == [
        f"sawal {number}" for number in range(5)
    ]


def test_the_normaliser_keeps_what_was_typed():
    message = run(normaliser(), "KYA  يه halaaaal hai")
    assert (message.get(TYPED), message.get(TEXT)) == ("KYA  يه halaaaal hai", "kya یہ halal hai")
    assert message.get(VARIETY)["reply"] == "roman"


def test_training_text_goes_through_the_same_normaliser():
    kinds = DefaultV1Recipe._from_registry(
        "bot.rasa_adapter.components.normaliser.Normaliser"
    ).types
    assert DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER in kinds


@pytest.mark.parametrize(
    "name", [part["name"] for part in [*CONFIG["pipeline"], *CONFIG["policies"]]]
)
def test_every_component_of_the_configuration_is_annotated_for_rasa(name):
    component = DefaultV1Recipe._from_registry(name).clazz
    hints = inspect.signature(component.create).parameters
    assert all(hint.annotation is not inspect.Parameter.empty for hint in hints.values())


def test_the_guard_is_last():
    assert CONFIG["pipeline"][-1]["name"] == "bot.rasa_adapter.components.guard.GuardComponent"
    assert CONFIG["pipeline"][0]["name"] == "bot.rasa_adapter.components.normaliser.Normaliser"


@pytest.mark.parametrize("text", HARD_TEXTS.values(), ids=HARD_TEXTS.keys())
def test_a_message_without_a_vote_is_at_least_steered(text):
    message = run(guard(), run(untrained(), text).get(TEXT))
    assert message.get(VOTE) is None
    level = message.get(READING)["verdict"]["level"]
    assert LEVELS.index(level) <= LEVELS.index("steer")
    assert load_dialogue().level(message.get(INTENT)["name"]) == level


def test_a_failing_classifier_says_nothing_of_the_message_in_its_log(caplog):
    run(untrained(), "meri AMH secretword hai")
    assert caplog.records and "secretword" not in caplog.text


@pytest.mark.parametrize(
    "text", [text for text in HARD_TEXTS.values() if "/" in text or "／" in text], ids=repr
)
def test_no_slash_whatever_stands_before_it_replaces_the_guards_reading(terminal, text):
    """Rasa puts a component of its own behind the guard, which takes "/intent" for a finished parse."""
    assert terminal.parse(text)[READING]["verdict"]["level"] in LEVELS


def break_classifier(monkeypatch):
    monkeypatch.setattr(
        "bot.rasa_adapter.components.intents.Intents._vote", lambda self, text: 1 / 0
    )


def break_guard(monkeypatch):
    monkeypatch.setattr("bot.guard.matcher.GuardMatcher.find", lambda self, text: 1 / 0)


def break_both(monkeypatch):
    break_classifier(monkeypatch)
    break_guard(monkeypatch)


def break_decision(monkeypatch):
    monkeypatch.setattr("bot.rasa_adapter.tracker._reading", lambda *args: 1 / 0)


@pytest.mark.parametrize(
    "breaks",
    [
        pytest.param(break_classifier, id="the classifier"),
        pytest.param(break_guard, id="the guard"),
        pytest.param(break_both, id="both"),
        pytest.param(break_decision, id="the decision"),
    ],
)
@pytest.mark.parametrize(
    ("text", "variety"),
    [("is it painful?", "en"), ("کیا درد ہوتا ہے؟", "ur"), ("kya dard hota hai?", "roman")],
)
def test_when_a_part_fails_the_reply_is_the_steer_text(
    terminal, monkeypatch, breaks, text, variety
):
    breaks(monkeypatch)
    said = terminal.say(text)
    assert (said["action"], said["topics"]) == ("steer", [])
    [reply] = said["replies"]
    assert {"steer", "disclaimer"} <= {block["id"] for block in reply["blocks"]}
    if breaks is not break_decision:
        assert said["variety"] == variety


def break_variety(monkeypatch):
    monkeypatch.setattr("bot.rasa_adapter.components.normaliser.load_detector", lambda: 1 / 0)


def break_composer(monkeypatch):
    monkeypatch.setattr("bot.answers.compose.Composer.compose", lambda self, **options: 1 / 0)


def break_policy(monkeypatch):
    monkeypatch.setattr("bot.rasa_adapter.components.policy.decision_of", lambda *args: 1 / 0)


def break_gate(monkeypatch):
    monkeypatch.setattr("bot.answers.gate.Gate.take_apart", lambda self, text: 1 / 0)


@pytest.mark.parametrize(
    "breaks",
    [
        pytest.param(break_variety, id="the normaliser"),
        pytest.param(break_composer, id="the composer"),
        pytest.param(break_policy, id="the policy"),
        pytest.param(break_gate, id="the gate"),
    ],
)
def test_when_a_message_cannot_be_answered_at_all_the_trouble_text_leaves(
    terminal, monkeypatch, breaks, caplog
):
    breaks(monkeypatch)
    said = terminal.say("kya secretword dard hota hai?")
    [reply] = said["replies"]
    assert reply["text"] in troubles()
    assert said["topics"] == [] and reply["buttons"] == []
    assert caplog.records and "secretword" not in caplog.text


def troubles():
    """The service-trouble text in each language."""
    return {library().trouble(variety) for variety in LANGUAGES}


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param({"text": "You will have a child."}, id="free text"),
        pytest.param({"custom": {"a": 1}}, id="a payload"),
        pytest.param({"image": "https://example.org/x.png"}, id="a picture"),
        pytest.param({}, id="nothing"),
    ],
)
def test_what_a_broken_reply_generator_makes_up_never_leaves(terminal, monkeypatch, extra):
    async def made_up(self, *args, **kwargs):
        return dict(extra)

    monkeypatch.setattr("bot.rasa_adapter.nlg.ApprovedReplies.generate", made_up)
    [reply] = terminal.say("kya dard hota hai?")["replies"]
    assert reply["text"] in troubles()
