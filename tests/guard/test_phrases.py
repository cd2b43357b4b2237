"""The small language of guard phrases: what each sign catches and what it does not."""

import pytest

from bot.errors import DataError
from bot.guard.matcher import GuardMatcher
from bot.guard.phrases import PhraseError, compile_phrase
from bot.guard.rules import Rule
from bot.text.words import Lexicon

GROUPS = {"lab": ["amh", "f s h"], "mine": ["my", "meri"]}
WORDS = Lexicon({"hy": ("hai",)}).words


def matcher(*phrases, unless=(), led_by=()):
    rule = Rule("rule", "test", "steer", "case", phrases, tuple(unless), tuple(led_by), (), ())
    return GuardMatcher([rule], GROUPS, WORDS)


@pytest.mark.parametrize(
    ("phrase", "text", "caught"),
    [
        pytest.param(
            "seene mein dard",
            "mujhe seene mein dard hai",
            "seene mein dard",
            id="words in their order",
        ),
        pytest.param("seene mein dard", "dard seene mein", None, id="not in another order"),
        pytest.param("dard", "dardnak baat", None, id="not inside a longer word"),
        pytest.param(
            "dard hy", "dard hai", "dard hai", id="phrases are read in canonical words too"
        ),
        pytest.param("[my|meri] amh", "meri amh", "meri amh", id="any one of the alternatives"),
        pytest.param("[my|meri] amh", "teri amh", None, id="none but the alternatives"),
        pytest.param(
            "[f s h|amh] low", "f s h low", "f s h low", id="an alternative of several words"
        ),
        pytest.param("{mine} {lab}", "meri f s h", "meri f s h", id="word groups"),
        pytest.param(
            "amh (is) low", "amh low", "amh low", id="a word that may be missing is missing"
        ),
        pytest.param(
            "amh (is) low", "amh is low", "amh is low", id="a word that may be missing is there"
        ),
        pytest.param("amh {number}", "amh 0.4", "amh 0.4", id="a decimal number"),
        pytest.param("amh {number}", "amh 40%", "amh 40%", id="a per cent number"),
        pytest.param("amh {number}", "amh four", None, id="no word for a number"),
        pytest.param(
            "blood .. stop", "blood will not stop", "blood will not stop", id="a gap of two words"
        ),
        pytest.param(
            "blood .. stop",
            "blood a b c stop",
            "blood a b c stop",
            id="a short gap takes three words",
        ),
        pytest.param(
            "blood .. stop", "blood a b c d stop", None, id="a short gap takes no fourth word"
        ),
        pytest.param(
            "blood ... stop",
            "blood a b c d e f g stop",
            "blood a b c d e f g stop",
            id="a long gap takes seven",
        ),
        pytest.param(
            "blood ... stop",
            "blood a b c d e f g h stop",
            None,
            id="a long gap takes no eighth word",
        ),
        pytest.param("blood .. stop", "blood. please stop", None, id="a gap ends at a full stop"),
        pytest.param("خون .. بند", "خون بہت ہے۔ بند", None, id="a gap ends at an Urdu full stop"),
    ],
)
def test_phrase(phrase, text, caught):
    found = matcher(phrase).find(text)
    assert [finding.matched for finding in found] == ([caught] if caught else [])


@pytest.mark.parametrize(
    ("text", "fires"),
    [
        pytest.param("my amh 3", True, id="the phrase alone"),
        pytest.param("women amh 3", False, id="voided by what ends where it ends"),
        pytest.param("women amh 3 and my amh 3", True, id="voided once, found again further on"),
        pytest.param("my amh 3 women", True, id="what follows voids nothing"),
    ],
)
def test_unless_before_voids_only_a_match_that_ends_with_it(text, fires):
    found = matcher("amh {number}", unless=["women amh {number}"]).find(text)
    assert bool(found) == fires


@pytest.mark.parametrize(
    ("text", "fires"),
    [
        pytest.param("amh 3", True, id="led by nothing"),
        pytest.param("women amh 3", False, id="voided by what ends where it starts"),
        pytest.param("women with low amh 3", False, id="its gap reaches back"),
        pytest.param("women ask. amh 3", True, id="but never across a full stop"),
        pytest.param(
            "women amh 3 and some say the rest is fine amh 3", True, id="found further on"
        ),
        pytest.param("amh 3 women", True, id="what follows voids nothing"),
    ],
)
def test_unless_led_by_voids_only_a_match_that_starts_where_it_ends(text, fires):
    assert bool(matcher("amh {number}", led_by=["women .."]).find(text)) == fires


@pytest.mark.parametrize(
    ("phrase", "told"),
    [
        pytest.param("{nosuch} dard", "no group 'nosuch'", id="an unknown group"),
        pytest.param("[my|meri", "cannot read", id="a bracket left open"),
        pytest.param("", "cannot read", id="nothing"),
        pytest.param("(a|b) " * 9 + "x", "at most", id="too many readings"),
    ],
)
def test_a_phrase_that_cannot_be_read_is_told(phrase, told):
    with pytest.raises(PhraseError, match=told):
        compile_phrase(phrase, groups=GROUPS, words=WORDS)
    with pytest.raises(DataError, match="data/guard/test.yml: rule.phrases"):
        matcher(phrase)


def test_the_longest_match_is_told_and_of_equals_the_first():
    assert [one.matched for one in matcher("amh", "amh low").find("amh x amh low amh low")] == [
        "amh low"
    ]
    assert matcher("amh").find("x amh y amh")[0].start == 1
