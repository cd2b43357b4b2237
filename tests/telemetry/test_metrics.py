"""What is counted when a part of the bot breaks, and that counting never looks at words."""

import logging

import pytest
from prometheus_client import REGISTRY

from bot.container import gate
from bot.telemetry import metrics
from tests.test_privacy import BREAKS

PART_OF = {
    "the classifier": "classifier",
    "the guard": "guard",
    "the dialogue": "dialogue",
    "the composer": "reply",
    "the gate": "gate",
    "the normaliser": "turn",
}


@pytest.fixture
def counting():
    handler = metrics.CountErrors()
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)


def value(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0


@pytest.mark.parametrize("name", BREAKS)
def test_a_part_that_fails_is_counted(terminal, counting, monkeypatch, name):
    def fail(*args, **options):
        raise ValueError("broken")

    before = value("jawab_errors_total", part=PART_OF[name])
    monkeypatch.setattr(BREAKS[name], fail)
    terminal.say("kya ye halal hai?")
    assert value("jawab_errors_total", part=PART_OF[name]) > before


def test_a_message_that_the_gate_replaces_is_counted_where_it_was_about_to_leave():
    before = {place: value("jawab_gate_incidents_total", place=place) for place in metrics.PLACES}
    gate().check("Success is 100% guaranteed.", place="history")
    gate().check("Success is 100% guaranteed.")
    gate().check("Success is 100% guaranteed.", place="whatsapp")
    assert {
        place: value("jawab_gate_incidents_total", place=place) - count
        for place, count in before.items()
    } == {"reply": 1, "whatsapp": 1, "history": 1}


@pytest.mark.parametrize(
    ("action", "variety"), [("Zulekha", "en"), ("answer", "Zulekha"), (None, None)]
)
def test_a_value_of_no_closed_list_is_counted_as_other(action, variety):
    metrics.turn("terminal", action=action, variety=variety, seconds=0.1)
    labels = {
        "channel": "terminal",
        "action": action if action == "answer" else "other",
        "variety": variety if variety == "en" else "other",
    }
    assert value("jawab_turns_total", **labels) >= 1


def test_a_warning_is_no_error(counting):
    before = value("jawab_errors_total", part="web")
    logging.getLogger("bot.channels.web.routes").warning("a warning")
    assert value("jawab_errors_total", part="web") == before
    logging.getLogger("bot.channels.web.history").error("an error")
    assert value("jawab_errors_total", part="web") == before + 1


def test_the_parts_named_are_parts_there_are():
    import importlib

    for name in metrics.PARTS:
        importlib.import_module(name)
