"""Canonical words and consonant skeletons: spellings that mean the same become the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import DataError
from bot.text.skeleton import load_skeletons
from bot.text.words import Lexicon, load_lexicon
from tests.support import HARD_TEXTS, write_yaml


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(
            "halal hy?", ["halal", "hai", "?"], id="a spelling becomes its canonical word"
        ),
        pytest.param("0.4 hy", ["0.4", "hai"], id="a decimal is one word"),
        pytest.param("12,500 60%", ["12,500", "60%"], id="thousands and per cents are one word"),
        pytest.param("I'm", ["i'm"], id="an apostrophe stays in its word"),
        pytest.param("nhin", ["na", "hi"], id="a spelling may stand for several words"),
    ],
)
def test_words(text, words):
    assert Lexicon({"hy": ("hai",), "nhin": ("na", "hi")}).words(text) == words


@pytest.mark.parametrize("text", HARD_TEXTS.values(), ids=HARD_TEXTS.keys())
def test_hard_text_is_read_without_empty_words(text):
    assert all(word.strip() for word in load_lexicon().words(text))
    load_skeletons().text(text)


@given(st.text(max_size=40), st.text(max_size=40))
def test_words_that_follow_change_no_earlier_word(first, more):
    """The guard's promise that a longer message is never safer hangs on this."""
    words = load_lexicon().words
    alone, together = words(first), words(f"{first} {more}")
    assert together[: len(alone)] == alone


def test_a_spelling_under_two_words_is_a_problem_told_with_its_file(tmp_path):
    write_yaml(tmp_path / "spellings-a.yml", {"spellings": {"hai": ["hy"]}})
    write_yaml(tmp_path / "spellings-b.yml", {"spellings": {"ho": ["hy"]}})
    with pytest.raises(DataError, match=r"spellings-b.yml: 'hy' stands under 'ho' and under 'hai'"):
        load_lexicon(tmp_path)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("stem cell", "سٹیم سیل", id="english and urdu script"),
        pytest.param("mujhe", "مجھے", id="roman urdu and urdu script"),
        pytest.param("mujhe", "mjhy", id="two roman spellings"),
        pytest.param("ilaaj", "elaj", id="a long and a short vowel"),
        pytest.param("vakeel", "wakeel", id="v and w at the start"),
    ],
)
def test_spellings_of_a_word_share_a_skeleton(one, other):
    skeleton = load_skeletons().text
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("halal", "haram", id="halal and haram"),
        pytest.param("mard", "aurat", id="man and woman"),
        pytest.param("dard", "bukhar", id="pain and fever"),
    ],
)
def test_different_words_keep_different_skeletons(one, other):
    assert load_skeletons().text(one) != load_skeletons().text(other)
