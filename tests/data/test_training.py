"""The training examples: the same intents everywhere, none under two intents, none of the examination."""

import re
from collections import defaultdict

import pytest
import yaml
from rapidfuzz import fuzz, process

from bot.answers.texts import LANGUAGES
from bot.dialogue.config import load_dialogue
from bot.guard.rules import load_rules
from bot.nlu.cues import FOLLOW_UP
from bot.text.normalise import normalise
from bot.text.skeleton import load_skeletons
from bot.text.words import load_lexicon
from bot.validation import SEVERAL
from tests.conftest import ROOT
from tests.support import eval_rows, training_examples

VARIETIES = (*LANGUAGES, "mixed")
INTENTS = set(load_dialogue().intents)
NEAR = 92  # per cent of letters in common from which two messages count as one
URDU_LETTER = re.compile("[\u0600-\u06ff]")
LEAST_LETTERS = 12  # shorter ones ("legal?") are alike by nature


def letters(text):
    """The canonical words of a text without marks: what is left when two people type the same."""
    words = [word for word in load_lexicon().words(text) if word[0].isalnum()]
    return " ".join(words) or normalise(text)


def skeleton(text):
    return load_skeletons().text(letters(text)).replace("?", "").strip()


@pytest.mark.parametrize("variety", VARIETIES)
def test_every_variety_has_every_intent(variety):
    examples = {path.stem for path in (ROOT / "data" / "nlu" / variety).glob("*.yml")}
    # a closed list of words tells the follow-up, not the classifier
    assert examples == INTENTS - {FOLLOW_UP} | {SEVERAL}


def test_a_file_holds_the_intent_it_is_named_after():
    for path in sorted((ROOT / "data" / "nlu").glob("*/*.yml")):
        if path.stem == SEVERAL:
            continue
        blocks = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["nlu"]
        assert {block["intent"] for block in blocks} == {path.stem}, path


def test_domain_and_dialogue_know_the_same_intents():
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    assert set(domain["intents"]) == INTENTS | set(load_dialogue().buttons)
    for level in {load_dialogue().level(intent) for intent in INTENTS} | {"check_in"}:
        assert f"utter_{level}" in domain["responses"]


def test_no_example_stands_under_two_intents():
    where = defaultdict(set)
    for _, intent, text in training_examples():
        where[letters(text)].add(intent)
    assert {text: intents for text, intents in where.items() if len(intents) > 1} == {}


def test_no_example_stands_twice():
    seen, twice = set(), []
    for variety, intent, text in training_examples():
        if text in seen:
            twice.append((variety, intent, text))
        seen.add(text)
    assert twice == []


def test_no_near_duplicate_stands_under_two_intents():
    """The same but for spelling: one skeleton, two intents."""
    where = defaultdict(dict)
    for _, intent, text in training_examples():
        if len(letters(text)) >= LEAST_LETTERS:
            where[skeleton(text)].setdefault(intent, text)
    assert {key: found for key, found in where.items() if len(found) > 1} == {}


def guard_examples():
    rules, _ = load_rules(ROOT / "data" / "guard")
    return [
        (f"{rule.category}: {rule.id}", text)
        for rule in rules
        for text in (*rule.must_match, *rule.must_not_match)
    ]


SOURCES = {
    "data/nlu": lambda: [
        (f"{variety}/{intent}", text) for variety, intent, text in training_examples()
    ],
    "data/guard": guard_examples,
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES.keys())
def test_nothing_of_the_examination_is_in_the_data(source):
    """Exact after normalising, the same but for spelling, or nearly all letters in common."""
    rows = [
        row
        for row in eval_rows()
        if min(len(letters(row["text"])), len(row["text"])) >= LEAST_LETTERS
    ]
    texts = source()
    found = overlap([letters(row["text"]) for row in rows], [letters(text) for _, text in texts])
    assert [(rows[row]["id"], rows[row]["text"], *texts[place]) for row, place in found] == []


def overlap(rows, texts):
    scores = process.cdist(rows, texts, scorer=fuzz.ratio, score_cutoff=NEAR, workers=1)
    return [(int(row), int(place)) for row, place in zip(*scores.nonzero(), strict=True)]


def test_the_examination_itself_has_no_message_twice():
    seen = defaultdict(list)
    for row in eval_rows():
        seen[row["text"].strip()].append(row["id"])
    assert {text: ids for text, ids in seen.items() if len(ids) > 1} == {}
    ids = [row["id"] for row in eval_rows()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("variety", ["ur", "roman", "en"])
def test_examples_are_in_the_script_of_their_folder(variety):
    """Abbreviations and values are written in Latin capitals in Urdu too."""
    wrong = [
        text
        for where, _, text in training_examples()
        if where == variety
        and bool(URDU_LETTER.search(text)) != (variety == "ur")
        and re.search("[a-z]|[\u0600-\u06ff]", text)
    ]
    assert wrong == []
