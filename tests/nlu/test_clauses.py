"""A message split into the clauses that may each ask something of their own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.clauses import MOST_CLAUSES, clauses
from bot.text.normalise import normalise
from tests.support import HARD_TEXTS


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param(
            "legal hai? aur dard hota hai?", ["legal hai", "dard hota hai"], id="two questions"
        ),
        pytest.param(
            "یہ جائز ہے؟ درد ہوتا ہے؟", ["یہ جائز ہے", "درد ہوتا ہے"], id="urdu question marks"
        ),
        pytest.param(
            "یہ جائز ہے اور درد ہوتا ہے", ["یہ جائز ہے", "درد ہوتا ہے"], id="an urdu joining word"
        ),
        pytest.param(
            "is it legal and does it hurt",
            ["is it legal", "does it hurt"],
            id="an english joining word",
        ),
        pytest.param("legal hai, dard hota hai", ["legal hai", "dard hota hai"], id="a comma"),
        pytest.param("halal hai", ["halal hai"], id="one clause is the whole"),
        pytest.param("amh 0.4 hai", ["amh 0.4 hai"], id="a decimal point splits nothing"),
        pytest.param(
            "aurat ke liye", ["aurat ke liye"], id="a joining word inside a word splits nothing"
        ),
        pytest.param("", [""], id="nothing is one clause of nothing"),
        pytest.param("???", ["???"], id="marks alone are the whole"),
    ],
)
def test_clauses(text, parts):
    assert clauses(text) == parts


@pytest.mark.parametrize("text", HARD_TEXTS.values(), ids=HARD_TEXTS.keys())
def test_hard_text_has_some_clauses_and_not_too_many(text):
    assert 1 <= len(clauses(normalise(text))) <= MOST_CLAUSES


@given(st.text(max_size=80))
def test_a_clause_is_part_of_the_text_and_never_empty(text):
    parts = clauses(normalise(text))
    assert all(part in normalise(text) for part in parts)
    assert len(parts) == 1 or all(parts)
