"""Small words read by rule: which language is asked for, and follow-ups for men or for women."""

import time

import pytest

from bot.nlu.cues import load_cues
from tests.support import HARD_TEXTS

CUES = load_cues()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("urdu mein batao", "ur", id="urdu"),
        pytest.param("roman urdu mein likhein", "roman", id="roman urdu is not urdu"),
        pytest.param("English please", "en", id="english"),
        pytest.param("انگریزی میں بتائیں", "en", id="english, asked in urdu"),
        pytest.param("اُردو میں", "ur", id="urdu with a vowel sign"),
        pytest.param("urdu nahi, english", "en", id="not that one, but this one"),
        pytest.param(
            "english nahi aati urdu mein likho", "ur", id="one that is not known and one that is"
        ),
        pytest.param("punjabi mein", "other", id="one we lack"),
        pytest.param("kya ye halal hai", None, id="none"),
    ],
)
def test_the_language_asked_for(text, language):
    assert CUES.asks_language(text) == language


@pytest.mark.parametrize(
    ("text", "group"),
    [
        pytest.param("aur mardon ke liye?", "men", id="and for men"),
        pytest.param("and for women?", "women", id="and for women"),
        pytest.param("اور عورتوں کے لیے؟", "women", id="and for women, in urdu"),
        pytest.param("MEN?", "men", id="one word"),
        pytest.param("mardon mein dard hota hai", None, id="something of its own"),
        pytest.param("men and women", "both", id="both by name"),
        pytest.param("dono ke liye?", "both", id="both in a word"),
        pytest.param("مرد اور عورت دونوں", "both", id="both in urdu"),
        pytest.param("nahi, main ne mardon ka pucha tha", "men", id="a correction"),
        pytest.param("mera matlab mardon ka", "men", id="an aside before it"),
        pytest.param("میرا مطلب مردوں کا", "men", id="an aside before it, in urdu"),
        pytest.param("nahi sirf khawateen ka", "women", id="only those"),
        pytest.param("jee haan dono", "both", id="yes, both"),
        pytest.param("mera mard", None, id="one's own man"),
        pytest.param("no, men", "men", id="no is not a truth value"),
        pytest.param("aurton ka nahi, mardon ka", "men", id="not those but these"),
        pytest.param("mardon ka pucha tha aurton ka nahi", "men", id="these and not those"),
        pytest.param("not women, men", "men", id="not those but these, in english"),
        pytest.param("عورتوں کا نہیں مردوں کا", "men", id="not those but these, in urdu"),
        pytest.param("mard nahi raha", None, id="a group that is rejected"),
        pytest.param("میں عورت ہوں", None, id="who one is"),
        pytest.param("mere mard ke liye", None, id="one's own husband"),
        pytest.param("sab theek hai", None, id="all is well"),
        pytest.param("aur?", None, id="fillers alone"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_group_and_nothing_else(text, group):
    assert CUES.group(text) == group


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("pehla wala", 1, id="the first"),
        pytest.param("no, the first one please", 1, id="no, the first"),
        pytest.param("the 2nd one", 2, id="the second, with a digit"),
        pytest.param("دوسرا سوال", 2, id="the second, in urdu"),
        pytest.param("teesra", 3, id="the third"),
        pytest.param("pehla aur doosra", None, id="two at once"),
        pytest.param("pehli biwi se aulad hai", None, id="something of its own"),
        pytest.param("2", None, id="a bare number may be a value"),
        pytest.param("jee doosra wala", 2, id="yes, the second"),
        pytest.param("haan", None, id="nothing of the kind"),
    ],
)
def test_a_choice_and_nothing_else(text, place):
    assert CUES.pick(text) == place


@pytest.mark.parametrize("text", HARD_TEXTS.values(), ids=HARD_TEXTS.keys())
def test_hard_text_asks_for_nothing(text):
    assert (CUES.asks_language(text), CUES.group(text), CUES.pick(text)) == (None, None, None)


def test_an_endless_message_is_read_in_no_time():
    """Twenty thousand marks once took seconds, while every other patient waited."""
    started = time.perf_counter()
    assert CUES.asks_language("? " * 10_000 + "urdu") == "ur"
    assert time.perf_counter() - started < 2
