"""Small words read by rule: which language is asked for, and follow-ups for men or for women."""

import time

import pytest

from bot.understanding.cues import load_cues
from tests.support import HARD_TEXTS

CUES = load_cues()


@pytest.mark.parametrize(("text", "language"), [
    pytest.param("urdu mein batao", "ur", id="urdu"),
    pytest.param("roman urdu mein likhein", "roman", id="roman urdu is not urdu"),
    pytest.param("English please", "en", id="english"),
    pytest.param("انگریزی میں بتائیں", "en", id="english, asked in urdu"),
    pytest.param("اُردو میں", "ur", id="urdu with a vowel sign"),
    pytest.param("urdu nahi, english", "en", id="not that one, but this one"),
    pytest.param("english nahi aati urdu mein likho", "ur", id="one that is not known and one that is"),
    pytest.param("punjabi mein", "other", id="one we lack"),
    pytest.param("kya ye halal hai", None, id="none"),
])
def test_the_language_asked_for(text, language):
    assert CUES.asks_language(text) == language


@pytest.mark.parametrize(("text", "group"), [
    pytest.param("aur mardon ke liye?", "men", id="and for men"),
    pytest.param("and for women?", "women", id="and for women"),
    pytest.param("اور عورتوں کے لیے؟", "women", id="and for women, in urdu"),
    pytest.param("MEN?", "men", id="one word"),
    pytest.param("mardon mein dard hota hai", None, id="something of its own"),
    pytest.param("men and women", None, id="both are neither"),
    pytest.param("aur?", None, id="fillers alone"),
    pytest.param("", None, id="nothing"),
])
def test_a_group_and_nothing_else(text, group):
    assert CUES.group(text) == group


@pytest.mark.parametrize("text", HARD_TEXTS.values(), ids=HARD_TEXTS.keys())
def test_hard_text_asks_for_nothing(text):
    assert (CUES.asks_language(text), CUES.group(text)) == (None, None)


def test_an_endless_message_is_read_in_no_time():
    """Twenty thousand marks once took seconds, while every other patient waited."""
    started = time.perf_counter()
    assert CUES.asks_language("? " * 10_000 + "urdu") == "ur"
    assert time.perf_counter() - started < 2
