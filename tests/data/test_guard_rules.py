"""Every guard rule on its own evidence, and the words it is written in."""

import pytest
import yaml

from bot.dialogue.config import load_dialogue
from bot.guard.rules import load_rules
from bot.guard.verdict import RANK
from bot.text.words import TOKEN, load_lexicon
from tests.conftest import ROOT
from tests.support import guard_matcher

FOLDER = ROOT / "data" / "guard"
RULES, GROUPS = load_rules(FOLDER)
DANGERS = {"self_harm": "crisis", "violence": "crisis", "emergency": "emergency", "case": "steer"}
each = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def fired(text):
    return {finding.rule_id for finding in guard_matcher().find(text)}


@each
def test_a_rule_finds_its_own_hits(rule):
    assert [text for text in rule.must_match if rule.id not in fired(text)] == []


@each
def test_a_rule_leaves_its_near_misses_alone(rule):
    assert [text for text in rule.must_not_match if rule.id in fired(text)] == []


@each
def test_a_rule_shows_at_least_two_hits_and_two_near_misses(rule):
    assert len(rule.must_match) >= 2 and len(rule.must_not_match) >= 2


@each
def test_a_rule_leads_to_an_intent_of_its_level_and_one_that_asks_to_a_danger(rule):
    level = load_dialogue().level(rule.intent)
    assert level in {"crisis", "emergency"} if rule.level == "check_in" else level == rule.level


@each
def test_a_rule_raises_caution(rule):
    assert RANK[rule.level] > RANK["answer"]


@pytest.mark.parametrize(("intent", "level"), DANGERS.items())
def test_every_danger_has_rules(intent, level):
    assert any((rule.intent, rule.level) == (intent, level) for rule in RULES), (
        f"data/guard has no rule for {intent}"
    )


def values(node):
    if isinstance(node, dict):
        for value in node.values():
            yield from values(value)
    elif isinstance(node, list):
        for value in node:
            yield from values(value)
    else:
        yield node


@pytest.mark.parametrize(
    "path",
    sorted([*FOLDER.glob("*.yml"), *(ROOT / "data" / "lexicon").glob("*.yml")]),
    ids=lambda path: path.name,
)
def test_no_word_is_read_as_a_switch(path):
    """YAML reads a bare no, yes, on or off as true or false: such words need quotes."""
    found = list(values(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)))
    assert not [value for value in found if isinstance(value, bool) or value is None]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("groups*.yml")), ids=lambda path: path.name)
def test_no_group_name_stands_in_two_files(path):
    own = set(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["groups"])
    for other in FOLDER.glob("groups*.yml"):
        if other != path:
            assert not own & set(
                yaml.load(other.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["groups"]
            )


def test_every_group_is_used():
    written = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yml"))
    assert [name for name in GROUPS if "{" + name + "}" not in written] == []


def test_every_spelling_is_one_word_and_can_be_met():
    bad = [variant for variant in load_lexicon().canonical if not TOKEN.fullmatch(variant)]
    assert bad == []


def test_canonical_words_stay_as_they_are():
    """A target that is itself a spelling of something else would be written two ways."""
    lexicon = load_lexicon()
    moving = {
        word
        for target in lexicon.canonical.values()
        for word in target
        if lexicon.canonical.get(word, (word,)) != (word,)
    }
    assert moving == set()


@pytest.mark.parametrize("category", sorted({rule.category for rule in RULES}))
def test_a_category_shows_hits_in_every_script(category):
    texts = [text for rule in RULES if rule.category == category for text in rule.must_match]
    urdu = sum(any("\u0600" <= letter <= "\u06ff" for letter in text) for text in texts)
    assert 0 < urdu < len(texts)
