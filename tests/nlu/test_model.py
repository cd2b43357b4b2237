"""Both readings of a message: the sentences that are looked at by themselves, and the spelling model alone."""

import numpy as np
import pytest

from bot.nlu.model import MOST_SENTENCES, SAYS_NOTHING, IntentModel, open_reader, sentences
from bot.nlu.spelling import Spelling

TAUGHT = (
    ["is it halal", "halal hai kya", "price kya hai", "how much is it", "salam", "hello"] * 3,
    ["halal", "halal", "cost", "cost", "greet", "greet"] * 3,
)


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        pytest.param("is it halal?", [], id="one sentence"),
        pytest.param("salam. meri AMH 0.4 hai", ["salam.", "meri AMH 0.4 hai"], id="two"),
        pytest.param("a b\n\nخون آ رہا ہے۔ شکریہ", ["a b", "خون آ رہا ہے۔", "شکریہ"], id="lines"),
        pytest.param("ok?? !!", [], id="marks alone are none"),
    ],
)
def test_sentences(typed, parts):
    assert sentences(typed) == parts


def test_of_many_sentences_none_is_left_out():
    typed = "\n".join(f"line number {place}" for place in range(50))
    found = sentences(typed)
    assert len(found) <= MOST_SENTENCES and " ".join(found).split() == typed.split()


def test_without_the_encoder_spelling_answers_alone(tmp_path, caplog):
    model = IntentModel(Spelling.train(*TAUGHT), None)
    judged = model.judge("halal?", "halal?")
    assert judged.strangeness is None and np.allclose(judged.whole, judged.present)
    assert open_reader(tmp_path) is None and "spelling decides alone" in caplog.text


@pytest.mark.parametrize("number", ["0300-1234567", "+923001234567", "▮▮▮"])
def test_a_telephone_number_changes_nothing_that_is_read(number):
    model = IntentModel(Spelling.train(*TAUGHT), None)
    bare, with_number = (
        model.judge(text, text) for text in ("halal hai kya", f"halal hai kya {number}")
    )
    assert np.allclose(bare.whole, with_number.whole)


def test_values_are_no_telephone_numbers():
    assert SAYS_NOTHING.sub("", "AMH 0.4 FSH 12 LH 3.5 umar 38") == "AMH 0.4 FSH 12 LH 3.5 umar 38"
