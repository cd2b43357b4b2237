"""What patients write stays out of the logs, and nothing is sent anywhere."""

import logging
import os
import socket

import pytest

from bot.channels.incoming import clean
from tests.conftest import ROOT

# each message with the words of it that no log may hold
SENSITIVE = [
    ("mera naam Zulekha Bibi hai, CNIC 35202-1234567-1, AMH 0.37", ("Zulekha", "35202", "0.37")),
    ("میرا نام زلیخا ہے اور میں خودکشی کرنا چاہتی ہوں", ("زلیخا", "خودکشی")),
    (
        "My husband Khurram has azoospermia and beats me, call 0300-7654321",
        ("Khurram", "azoospermia", "7654321"),
    ),
    ("bohat zyada khoon aa raha hai Gulberg mein", ("khoon", "Gulberg")),
    ("/restart Zulekha", ("Zulekha",)),
    ('/success_pof{"name": "Zulekha"}', ("Zulekha",)),
    ("\ud83d Zulekha \x00", ("Zulekha",)),
    ("\u3164/restart Zulekha", ("Zulekha",)),
    ('\u064b/success_pof{"a": 1} Zulekha', ("Zulekha",)),
    ("Zulekha " * 3000, ("Zulekha",)),
    ("is it halal for Khurram", ("Khurram",)),
]


class Everything(logging.Handler):
    """Keeps every record of every logger, with what it would print of an exception."""

    def __init__(self):
        super().__init__(logging.NOTSET)
        self.text = ""

    def emit(self, record):
        self.text += (
            logging.Formatter("%(name)s %(message)s").format(record) + repr(record.args) + "\n"
        )


@pytest.fixture
def logged(caplog):
    """Every log record at the level that the bot runs Rasa at."""
    everything = Everything()
    logging.getLogger().addHandler(everything)
    yield everything
    logging.getLogger().removeHandler(everything)


def assert_silent_about(words, text, printed):
    for word in words:
        assert word not in text and word not in printed.out and word not in printed.err


@pytest.mark.parametrize(("message", "words"), SENSITIVE, ids=[words[0] for _, words in SENSITIVE])
def test_no_word_of_a_message_is_logged(terminal, logged, capfd, recwarn, message, words):
    terminal.say(message, "a-sender")
    terminal.say(message)
    warned = " ".join(str(one.message) for one in recwarn)
    assert_silent_about(words, logged.text + warned, capfd.readouterr())


BREAKS = {
    "the classifier": "bot.rasa_adapter.components.intents.Intents._vote",
    "the guard": "bot.guard.matcher.GuardMatcher.find",
    "the normaliser": "bot.rasa_adapter.components.normaliser.load_detector",
    "the dialogue": "bot.rasa_adapter.tracker._reading",
    "the composer": "bot.answers.compose.Composer.compose",
    "the gate": "bot.answers.gate.Gate.take_apart",
}


@pytest.mark.parametrize("broken", BREAKS.values(), ids=BREAKS.keys())
@pytest.mark.parametrize(("message", "words"), SENSITIVE[:2], ids=["roman", "urdu"])
def test_no_word_of_a_message_is_logged_when_a_part_fails(
    terminal, logged, capfd, monkeypatch, broken, message, words
):
    """An error often quotes what it could not handle."""

    def fail(*args, **options):
        raise ValueError(f"cannot handle {clean(message)}")

    monkeypatch.setattr(broken, fail)
    terminal.say(message)
    assert "failed" in logged.text or "incident" in logged.text
    assert_silent_about(words, logged.text, capfd.readouterr())


@pytest.fixture
def no_network(monkeypatch):
    """Whoever opens a connection is caught, even where the error is swallowed."""
    tried = []

    def refuse(self, address, *more):
        tried.append(address)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: refuse(None, args))
    return tried


def test_a_turn_needs_no_network_and_tries_none(terminal, no_network):
    assert terminal.say("kya ye ilaj halal hai?")["replies"]
    assert no_network == []


def test_loading_the_training_data_needs_no_network_and_tries_none(no_network):
    from rasa.shared.importers.importer import TrainingDataImporter

    config, domain, nlu, rules = (
        str(ROOT / name) for name in ("config.yml", "domain.yml", "data/nlu/en", "data/rules")
    )
    importer = TrainingDataImporter.load_from_config(config, domain, [nlu, rules])
    assert importer.get_nlu_data().intent_examples
    assert importer.get_stories().story_steps
    assert no_network == []


def test_telemetry_is_off():
    from rasa import telemetry

    assert os.environ["RASA_TELEMETRY_ENABLED"] == "false"
    assert not telemetry.is_telemetry_enabled()
