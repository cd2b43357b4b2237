"""Words typed as one are seen as the words they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.split_joined import Parting

PARTING = Parting({"meri", "shadi", "umar", "مجھے", "ڈاکٹر", "نے", "therapy", "the", "rapist"})


@pytest.mark.parametrize(
    ("written", "parted"),
    [
        pytest.param("merishadi ho gayi", "meri shadi ho gayi", id="roman urdu"),
        pytest.param("مجھےڈاکٹر", "مجھے ڈاکٹر", id="urdu"),
        pytest.param("meriumarshadi", "meri umar shadi", id="three words"),
        pytest.param("meri shadi", None, id="nothing to part"),
        pytest.param("therapy", None, id="a known word stays whole"),
        pytest.param("merixyz", None, id="what is left over must be a word too"),
        pytest.param("ڈاکٹرنے", None, id="short parts are found in any word"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_parted(written, parted):
    assert PARTING.parted(written.split()) == (parted.split() if parted else None)


@given(
    st.lists(st.sampled_from(["meri", "shadi", "umar", "مجھے", "ڈاکٹر"]), min_size=2, max_size=3)
)
def test_any_two_or_three_known_words_are_found_again(words):
    assert PARTING.parted(["".join(words)]) == words


@given(st.lists(st.text(max_size=60), max_size=5))
def test_letters_are_never_lost(words):
    parted = PARTING.parted(words)
    assert parted is None or "".join(parted) == "".join(words)
