"""The glossary: one way to write a term, explained where an answer first uses it."""

import pytest

from bot.answers.terms import load_terms, term_problems
from bot.answers.texts import LANGUAGES, Answer
from bot.errors import DataError
from bot.text.words import Lexicon
from tests.conftest import ROOT
from tests.support import write_yaml

OVARY = {
    "en": ["ovary", "ovaries"],
    "ur": "بیضہ دانی",
    "roman": "baiza dani",
    "explained": {"roman": "ovary"},
    "never": {"en": ["ovarium"], "ur": ["بیضہ دانیوں"], "roman": ["beza dani"]},
}
HOTA = {"en": "HOTA", "ur": "HOTA", "roman": "HOTA", "explained": {"roman": "paiwandkari"}}


def answer(roman, name="pain", kind="answer", en="The ovary.", title="Dard"):
    words = {"en": en, "ur": "بیضہ دانی", "roman": roman}
    return {name: Answer(name, kind, words, dict.fromkeys(LANGUAGES, title))}


def told(tmp_path, answers, lexicon=None):
    write_yaml(tmp_path / "terms.yml", {"terms": [OVARY, HOTA]})
    terms = load_terms(tmp_path / "terms.yml")
    return list(term_problems(answers, terms, lexicon or Lexicon()))


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        pytest.param(answer("Beza dani."), "text.roman says 'beza dani'", id="another spelling"),
        pytest.param(answer("Ab.", en="An ovarium."), "text.en says 'ovarium'", id="another word"),
        pytest.param(answer("Ab.", title="Ovarium"), "title.en says 'ovarium'", id="in a title"),
        pytest.param(
            answer("Baiza dani mein. Yani ovary."), "without 'ovary'", id="explained too late"
        ),
        pytest.param(answer("HOTA ne."), "without 'paiwandkari'", id="a short name unexplained"),
    ],
)
def test_another_way_to_write_a_term_is_told(tmp_path, answers, problem):
    found = told(tmp_path, answers)
    assert len(found) == 1 and problem in found[0] and found[0].startswith("pain.yml: ")


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param(answer("Baiza dani (ovary) mein. Phir baiza dani."), id="explained at first"),
        pytest.param(answer("Dard hota hai."), id="a verb like a short name"),
        pytest.param(answer("Baiza dani.", kind="smalltalk"), id="small talk explains nothing"),
        pytest.param(answer("Ab.", en="Ovariums"), id="a longer word"),
    ],
)
def test_what_keeps_to_the_glossary_passes(tmp_path, answers):
    assert told(tmp_path, answers) == []


def test_one_word_is_spelled_one_way_throughout(tmp_path):
    answers = answer("Aap ke sath.") | answer("Un ke saath.", name="halal")
    found = told(tmp_path, answers, Lexicon({"sath": ("saath",), "ab": ("ab",)}))
    assert found == ["halal.yml: text.roman spells 'saath', pain.yml 'sath'; choose one"]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param({"en": "ovary", "ur": "بیضہ دانی"}, id="a language is missing"),
        pytest.param(OVARY | {"hindi": "x"}, id="a key of nobody"),
        pytest.param("ovary", id="a word alone"),
    ],
)
def test_an_entry_that_is_none_is_told(tmp_path, entry):
    write_yaml(tmp_path / "terms.yml", {"terms": [OVARY, entry]})
    with pytest.raises(DataError, match=r"terms\[2\] needs en, ur and roman"):
        load_terms(tmp_path / "terms.yml")


def test_the_glossary_of_this_repository_is_whole():
    assert len(load_terms(ROOT / "data" / "lexicon" / "terms.yml")) > 30
