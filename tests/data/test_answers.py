"""The texts of this repository: three languages that say the same, signed, and short enough."""

import re

import pytest
import yaml

from bot.answers.clinic import load_clinic
from bot.answers.ledger import Ledger
from bot.answers.texts import LANGUAGES, load_answers
from bot.dialogue.config import load_dialogue
from bot.validation import NEEDED
from tests.conftest import ROOT, TODAY

ANSWERS = load_answers(ROOT / "data" / "answers", load_clinic(ROOT / "data" / "clinic.yml"))
FILES = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))["answer"]
    for path in (ROOT / "data" / "answers").glob("*.yml")
}
FIGURE = re.compile(r"\d[\d.,-]*\d|\d")
URDU_LETTER = re.compile("[\u0600-\u06ff]")
HINDI_LEANING = re.compile(
    r"\b(kripya|dhanyavad|namaste|sahayata|chikitsa|swasthya|prashn|uttar|garbhvati|safalta)\b"
)
each = pytest.mark.parametrize("name", sorted(ANSWERS))
TOPICS = sorted(name for name, answer in ANSWERS.items() if answer.kind == "answer")
FROM_THE_ARTICLE = [name for name in TOPICS if name != "cost"]
each_topic = pytest.mark.parametrize("name", FROM_THE_ARTICLE)
SENTENCE = re.compile(r"(?<=[.۔؟?!])\s+")


@each
def test_a_text_stands_in_three_languages(name):
    assert set(ANSWERS[name].text) == set(LANGUAGES)
    assert not ANSWERS[name].title or set(ANSWERS[name].title) == set(LANGUAGES)


@each
def test_each_language_is_in_its_script(name):
    text = ANSWERS[name].text
    assert URDU_LETTER.search(text["ur"])
    assert not URDU_LETTER.search(text["en"]) and not URDU_LETTER.search(text["roman"])


@each
def test_the_languages_have_the_same_figures(name):
    figures = {
        language: sorted(FIGURE.findall(text)) for language, text in FILES[name]["text"].items()
    }
    assert figures["en"] == figures["ur"] == figures["roman"]
    declared = {
        figure
        for number in FILES[name].get("numbers") or []
        for figure in FIGURE.findall(str(number))
    }
    assert declared == set(figures["en"])


@each
def test_urdu_is_written_with_urdu_letters(name):
    assert not re.search("[يكىهةٱ]", ANSWERS[name].text["ur"]), (
        "an Arabic letter stands for an Urdu one"
    )


@each
def test_the_languages_have_as_many_sentences(name):
    counts = {len(SENTENCE.split(text)) for text in ANSWERS[name].text.values()}
    assert len(counts) == 1


@each
def test_no_latin_word_swallows_a_number_in_urdu(name):
    """A reader from the right, on a client that isolates nothing, would meet "AMH 3 to 6" the wrong way round.

    A telephone number is the exception: the Latin word before it keeps its parts in order.
    """
    text = ANSWERS[name].text["ur"]
    for run in re.finditer(r"[A-Za-z][^\u0621-\u06d3]*?(\d[\d-]*)", text):
        assert re.fullmatch(r"\d{4}-\d{7}", run[1]), run[0]
    assert not re.search(r"\d+-\d+(?!\d{5})", re.sub(r"\d{4}-\d{7}", "", text))


@each
def test_urdu_starts_with_an_urdu_letter(name):
    first = re.search(r"[^\W\d_]", ANSWERS[name].text["ur"])
    assert first and URDU_LETTER.match(first[0])


@each_topic
def test_what_the_article_says_is_said_in_its_name(name):
    said = {"en": "the clinic's published article", "ur": "کلینک کے شائع کیے ہوئے آرٹیکل"}
    said["roman"] = "clinic ke shaya kiye hue article"
    for language, words in said.items():
        assert words in ANSWERS[name].text[language].lower()


@pytest.mark.parametrize("name", ["success_ptf", "ptf", "tese"])
def test_men_are_told_that_sperm_is_not_a_baby(name):
    text = ANSWERS[name].text
    assert "finding sperm is not a pregnancy or a baby" in text["en"]
    assert "سپرم مل جانے کا مطلب حمل یا بچہ نہیں" in text["ur"]
    assert "sperm mil jane ka matlab hamal ya bacha nahi" in text["roman"]


@pytest.mark.parametrize("word", ["revolution", "breakthrough", "miracle", "last hope", "100%"])
def test_no_text_praises_the_treatment(word):
    assert not [name for name, answer in ANSWERS.items() if word in answer.text["en"].lower()]


def test_an_answer_is_short():
    lengths = sorted(len(ANSWERS[name].text["en"]) for name in TOPICS)
    assert lengths[len(lengths) // 2] <= 470 and lengths[-1] <= 620


@pytest.mark.parametrize("name", ["violence", "erase", "privacy"])
def test_a_label_is_quoted_as_it_stands(name):
    for language in LANGUAGES:
        assert ANSWERS["ui_clear"].text[language] in ANSWERS[name].text[language]


@each
def test_no_wording_leans_to_hindi(name):
    assert not HINDI_LEANING.search(ANSWERS[name].text["roman"].lower())


@each
def test_a_text_is_signed_as_it_is(name):
    ledger = Ledger.load(ROOT / "data" / "ledger.jsonl")
    assert ledger.standing(ANSWERS[name], today=TODAY).usable


def test_the_ledger_holds_no_text_that_is_gone():
    ledger = Ledger.load(ROOT / "data" / "ledger.jsonl")
    signed = {entry["id"]: entry["act"] for entry in ledger.entries}
    assert {name for name, act in signed.items() if act == "sign"} == set(ANSWERS)


def test_contested_claims_carry_their_evidence_into_the_ledger():
    ledger = Ledger.load(ROOT / "data" / "ledger.jsonl")
    contested = {name for name, answer in ANSWERS.items() if answer.contested}
    assert {"legality", "halal", "success_pof", "success_ptf"} <= contested
    assert {"ptf", "what_is", "how_it_works"} <= contested
    for name in contested:
        evidence = ledger.standing(ANSWERS[name], today=TODAY).entry["evidence"]
        assert evidence["for"] and evidence["against"]


@pytest.mark.parametrize("name", sorted(set(FROM_THE_ARTICLE) - {"donor", "halal"}))
def test_the_risks_that_the_profession_names_are_in_the_evidence(name):
    evidence = ANSWERS[name].evidence
    if ANSWERS[name].contested:
        assert "infection, hepatitis, HIV, cancer" in " ".join(evidence["against"])


def test_every_topic_and_everything_the_bot_says_is_written():
    dialogue = load_dialogue()
    said = {
        dialogue.says(intent) for intent in dialogue.intents if dialogue.level(intent) != "answer"
    }
    assert said | set(dialogue.topics) | set(NEEDED) <= set(ANSWERS)


def test_what_is_offered_as_a_button_has_a_label():
    dialogue = load_dialogue()
    for name in {*dialogue.topics, "handoff", "language"}:
        assert set(ANSWERS[name].title) == set(LANGUAGES), name


def test_button_labels_tell_topics_apart():
    for language in LANGUAGES:
        titles = [answer.title[language] for answer in ANSWERS.values() if answer.title]
        assert len(titles) == len(set(titles))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_the_start_of_another_message_in_disguise(language):
    """A text that is itself a composition of others would make a message ambiguous to the gate."""
    texts = {answer.text[language] for answer in ANSWERS.values() if answer.kind != "interface"}
    for text in texts:
        lines = text.split("\n")
        assert len(lines) == 1 or not any(
            "\n".join(lines[:cut]) in texts for cut in range(1, len(lines))
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_answers_with_all_that_belongs_to_them_fit_one_whatsapp_message(language):
    answers = [answer.text[language] for answer in ANSWERS.values() if answer.kind == "answer"]
    longest = sorted(map(len, answers), reverse=True)
    around = sum(
        len(ANSWERS[name].text[language]) + 1
        for name in ("support", "contact", "disclaimer", "notice")
    )
    assert sum(longest[:3]) + 3 + around <= 4096


def test_the_clinic_is_empty_or_whole():
    clinic = load_clinic(ROOT / "data" / "clinic.yml")
    filled = [
        bool(value) for by_language in clinic.details.values() for value in by_language.values()
    ]
    assert all(filled) or not any(filled)
