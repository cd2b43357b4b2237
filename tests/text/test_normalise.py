"""One normal form: the same words are the same characters, and doing it twice changes nothing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.incoming import MOST_CHARACTERS, UNREADABLE, clean, tapped
from bot.text.normalise import CONTROL, INVISIBLE, normalise, visible
from tests.support import HARD_TEXTS

ANY_TEXT = st.text(st.characters(codec=None), max_size=60)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("كيا يہ", "کیا یہ", id="arabic kaf and yeh become urdu letters"),
        pytest.param("٥٠٠ mg", "500 mg", id="arabic digits become ascii digits"),
        pytest.param("۰٫۴", "0.4", id="urdu decimals become ascii decimals"),
        pytest.param("HALAL Hai", "halal hai", id="capitals become small"),
        pytest.param("halaaaaal", "halal", id="a drawn-out letter is written once"),
        pytest.param("halaal", "halaal", id="a double letter stays"),
        pytest.param(
            "legal hai?dard", "legal hai? dard", id="a glued question mark gets its space"
        ),
        pytest.param("amh0.4hai", "amh 0.4 hai", id="a glued number gets its spaces"),
        pytest.param("P.O.F. kya", "pof. kya", id="a dotted abbreviation loses its dots"),
        pytest.param("میں\u200cنے", "میں نے", id="a non-joiner reads as a space"),
        pytest.param("ha\u200dl\u2060al", "halal", id="joiners inside a word are dropped"),
        pytest.param("hal\u00adal", "halal", id="soft hyphens are dropped"),
        pytest.param("عِلاج", "علاج", id="vowel signs are dropped"),
        pytest.param("عـــلاج", "علاج", id="stretched letters are written plainly"),
        pytest.param("𝓱𝓪𝓵𝓪𝓵", "halal", id="mathematical letters become plain ones"),
        pytest.param("hаlаl", "halal", id="cyrillic letters that look latin are latin"),
        pytest.param("Іs іt hаrаm", "is it haram", id="capital letters too"),
        pytest.param("  a \t\u00a0 b ", "a b", id="any space is one space"),
        pytest.param("a\n\n b?\r\nc", "a. b? c", id="a line ends what its words say"),
        pytest.param("\ufefflegal", "legal", id="a byte order mark is dropped"),
        pytest.param(
            "ﷺ", normalise("صلى الله عليه وسلم"), id="a ligature becomes the words it stands for"
        ),
    ],
)
def test_normal_form(typed, expected):
    assert normalise(typed) == expected


@pytest.mark.parametrize("text", HARD_TEXTS.values(), ids=HARD_TEXTS.keys())
def test_running_twice_changes_nothing_on_hard_text(text):
    once = normalise(text)
    assert normalise(once) == once


@given(ANY_TEXT)
def test_running_twice_changes_nothing(text):
    once = normalise(text)
    assert normalise(once) == once


@given(st.text(st.sampled_from("\u3164\u064b\u0301\uffa0\u200b/\\／⁄ \u0610a"), max_size=12))
def test_no_normal_form_is_a_command(text):
    """Rasa looks for a slash once more, behind the pipeline: in the normal form."""
    assert not normalise(text).startswith(("/", " "))
    assert normalise(normalise(text)) == normalise(text)


@given(ANY_TEXT)
def test_nothing_unseen_is_left(text):
    for shown in (visible(text), normalise(text)):
        assert not INVISIBLE.search(shown)
        assert not CONTROL.search(shown)
    assert not any(unicodedata.category(letter) in {"Cs", "Cc"} for letter in normalise(text))


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("/restart", id="a plain slash"),
        pytest.param("  //  /restart", id="several slashes and spaces"),
        pytest.param("\u200b/restart", id="a zero-width space before the slash"),
        pytest.param("\u200d\ufeff\u2060/restart", id="several unseen characters before the slash"),
        pytest.param("\u200c/restart", id="a non-joiner before the slash"),
        pytest.param("\u202e/restart", id="a direction mark before the slash"),
        pytest.param("\x00/restart", id="a zero byte before the slash"),
        pytest.param("\ud800/restart", id="a lone surrogate before the slash"),
        pytest.param("／restart", id="a full-width slash"),
        pytest.param("⁄restart", id="a fraction slash"),
        pytest.param("∕restart", id="a division slash"),
        pytest.param("\\/restart", id="a backslash first"),
        pytest.param("/\u200b/restart", id="a slash, something unseen, a slash"),
        pytest.param("/ /restart", id="a slash, a space, a slash"),
    ],
)
def test_no_typed_text_is_a_command(typed):
    assert not clean(typed).strip().startswith("/")
    assert "restart" in clean(typed)


@given(ANY_TEXT)
def test_no_text_whatever_is_a_command_or_empty(text):
    words = clean(text)
    assert words and not words.strip().startswith("/")
    words.encode("utf-8")


@pytest.mark.parametrize(
    "typed", ["", None, "   ", "\u200b", "///", "\x00", 0, "\u064b", "\u3164/"]
)
def test_what_says_nothing_becomes_a_sign_that_is_met_with_a_text(typed):
    assert clean(typed) == UNREADABLE


def test_only_the_start_of_endless_text_is_kept():
    assert len(clean("a " * 100_000)) <= MOST_CHARACTERS


def test_a_button_starts_no_command():
    tap = tapped("/restart")
    assert tap.button == "/restart"
    assert tap.text == "[restart]"
