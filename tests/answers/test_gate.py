"""The last check: everything that is not a composition of texts that may be sent now is replaced."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import library as module
from bot.answers.compose import Composer
from bot.answers.gate import Gate
from bot.answers.ledger import APPROVED
from tests.support import LANGUAGES, Shelf, day

SHAPES = {
    "an answer": {"action": "answer", "says": (), "topics": ("pain",)},
    "three answers": {"action": "answer", "says": (), "topics": ("pain", "halal", "cost")},
    "a steer with a button": {
        "action": "steer",
        "says": ("steer",),
        "topics": (),
        "offers": ("pain", "handoff"),
    },
    "an emergency": {"action": "emergency", "says": ("emergency",), "topics": ()},
    "a greeting": {"action": "smalltalk", "says": ("greet",), "topics": (), "offers": ("pain",)},
    "a decline": {"action": "decline", "says": ("decline",), "topics": ()},
    "a language switch with its buttons": {
        "action": "language",
        "says": ("language",),
        "topics": (),
        "offers": ("language:ur", "language:en"),
    },
}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    return Shelf(tmp_path_factory.mktemp("shelf")).sign()


@pytest.fixture(scope="module")
def library(shelf):
    return shelf.library()


def compose(library, variety="en", **shape):
    reply = Composer(library).compose(variety=variety, **shape)
    return reply.text, [{"id": button.id, "title": button.title} for button in reply.buttons]


def text_of(library, name, variety="en"):
    return library.block(name, variety).text


def joined(library, *names, variety="en"):
    return "\n".join(text_of(library, name, variety) for name in names)


@pytest.mark.parametrize("variety", LANGUAGES)
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_every_composition_passes_unchanged(library, shape, variety):
    text, buttons = compose(library, variety, **shape)
    passed = Gate(library).check(text, buttons, variety="en")
    assert not passed.replaced
    assert (passed.text, list(passed.buttons), passed.variety) == (text, buttons, variety)
    assert "\n".join(block.text for block in passed.blocks) == text


def swap(text, place, letter):
    return text[:place] + letter + text[place + 1 :]


GOOD = ("pain", "disclaimer", "notice")
BAD_TEXTS = {
    "free words": lambda one: "You will surely have a child.",
    "nothing": lambda one: "",
    "None": lambda one: None,
    "a number": lambda one: 5,
    "bytes": lambda one: b"text",
    "a list of approved texts": lambda one: [joined(one, *GOOD)],
    "an answer without its disclaimer": lambda one: joined(one, "pain", "notice"),
    "a steer without its disclaimer": lambda one: joined(one, "steer", "contact", "notice"),
    "a provisional text without the notice": lambda one: joined(one, "pain", "disclaimer"),
    "the disclaimer before the answer": lambda one: joined(one, "disclaimer", "pain", "notice"),
    "the disclaimer between two answers": lambda one: joined(
        one, "pain", "disclaimer", "halal", "notice"
    ),
    "the notice before the disclaimer": lambda one: joined(one, "pain", "notice", "disclaimer"),
    "the notice first": lambda one: joined(one, "notice", "pain", "disclaimer"),
    "an answer twice": lambda one: joined(one, "pain", "pain", "disclaimer", "notice"),
    "the disclaimer twice": lambda one: joined(one, "pain", "disclaimer", "disclaimer", "notice"),
    "parts only": lambda one: joined(one, "disclaimer", "notice"),
    "an interface text": lambda one: joined(one, "ui_yes", "notice"),
    "two languages in one message": lambda one: "\n".join(
        [joined(one, "pain"), joined(one, "disclaimer", "notice", variety="ur")]
    ),
    "the notice in another language": lambda one: "\n".join(
        [joined(one, "pain", "disclaimer"), text_of(one, "notice", "roman")]
    ),
    "one changed character": lambda one: swap(joined(one, *GOOD), 3, "X"),
    "one changed capital": lambda one: joined(one, *GOOD).swapcase(),
    "one character more": lambda one: joined(one, *GOOD) + ".",
    "one character less": lambda one: joined(one, *GOOD)[:-1],
    "a space more at the end": lambda one: joined(one, *GOOD) + " ",
    "a line break more at the end": lambda one: joined(one, *GOOD) + "\n",
    "a blank line between": lambda one: joined(one, *GOOD).replace("\n", "\n\n"),
    "texts joined by a space": lambda one: joined(one, *GOOD).replace("\n", " "),
    "a carriage return": lambda one: joined(one, *GOOD).replace("\n", "\r\n"),
    "a zero-width space inside": lambda one: joined(one, *GOOD).replace(" ", "\u200b ", 1),
    "a direction mark in front": lambda one: "\u200f" + joined(one, *GOOD),
    "a byte order mark in front": lambda one: "\ufeff" + joined(one, *GOOD),
    "a no-break space for a space": lambda one: joined(one, *GOOD).replace(" ", "\u00a0", 1),
    "a look-alike letter": lambda one: joined(one, *GOOD).replace("a", "а", 1),
    "an arabic yeh for an urdu one": lambda one: joined(one, *GOOD, variety="ur").replace(
        "ی", "ي", 1
    ),
    "words before": lambda one: "Note:\n" + joined(one, *GOOD),
    "words after": lambda one: joined(one, *GOOD) + "\nGuaranteed.",
    "a part of a text": lambda one: joined(one, *GOOD)[5:],
    "a lone surrogate": lambda one: joined(one, *GOOD) + "\ud800",
}


@pytest.mark.parametrize("bad", BAD_TEXTS.values(), ids=BAD_TEXTS.keys())
def test_what_is_no_composition_is_replaced_and_told_without_its_words(library, bad, caplog):
    with caplog.at_level(logging.ERROR):
        passed = Gate(library).check(bad(library), variety="roman")
    assert passed.replaced
    assert (passed.text, passed.buttons, passed.variety) == (library.trouble("roman"), (), "roman")
    assert "gate incident" in caplog.text
    assert "surely" not in caplog.text and "Guaranteed" not in caplog.text


BAD_BUTTONS = {
    "an id nobody knows": [{"id": "no_such", "title": "pain?"}],
    "words of its own": [{"id": "pain", "title": "It never hurts"}],
    "another button's words": [{"id": "pain", "title": "halal?"}],
    "words of another language": [{"id": "pain", "title": "pain اردو؟"}],
    "no title": [{"id": "pain"}],
    "an empty title": [{"id": "pain", "title": ""}],
    "a title that is None, of a text without titles": [{"id": "steer", "title": None}],
    "no id": [{"title": "pain?"}],
    "an id that is a number": [{"id": 5, "title": "pain?"}],
    "a text": ["pain"],
    "None in the list": [None],
    "no list": 5,
    "None for the list": None,
    "a good one and a bad one": [{"id": "pain", "title": "pain?"}, {"id": "pain", "title": "x"}],
    "an unseen character in the title": [{"id": "pain", "title": "pain?\u200b"}],
    "a language nobody knows": [{"id": "language:hi", "title": "language?"}],
}


@pytest.mark.parametrize("buttons", BAD_BUTTONS.values(), ids=BAD_BUTTONS.keys())
def test_a_message_with_an_unknown_button_is_replaced(library, buttons):
    passed = Gate(library).check(joined(library, *GOOD), buttons)
    assert passed.replaced and passed.buttons == ()


def test_what_else_a_button_carries_is_dropped(library):
    passed = Gate(library).check(
        joined(library, *GOOD), [{"id": "pain", "title": "pain?", "url": "https://x"}]
    )
    assert passed.buttons == ({"id": "pain", "title": "pain?"},)


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A shelf of this test's own, whose library looks at the files every time."""
    monkeypatch.setattr(module, "LOOK_AGAIN", 0.0)
    return Shelf(tmp_path)


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda shelf: shelf.recall("pain"), id="recalled"),
        pytest.param(
            lambda shelf: (
                shelf.rewrite("pain", text=shelf.answers()["pain"].text | {"ur": "نیا"}),
                shelf.forget_words(),
            ),
            id="stale, and the signed words are not known",
        ),
        pytest.param(lambda shelf: shelf.recall("disclaimer"), id="its disclaimer is recalled"),
        pytest.param(lambda shelf: shelf.recall("notice"), id="its notice is recalled"),
        pytest.param(lambda shelf: shelf.ledger_file.unlink(), id="no ledger any more"),
    ],
)
def test_a_composition_of_a_minute_ago_is_replaced_once_a_text_is_out_of_force(own, act):
    gate = Gate(own.sign().library())
    text = "\n".join(own.answers()[name].text["en"] for name in GOOD)
    assert not gate.check(text).replaced
    act(own)
    assert gate.check(text).replaced


def test_while_a_draft_waits_the_signed_words_pass_and_the_draft_does_not(own):
    gate = Gate(own.sign().library())
    text, old = (
        "\n".join(own.answers()[name].text["en"] for name in GOOD),
        own.answers()["pain"].text,
    )
    own.rewrite("pain", text=old | {"en": "A draft."})
    assert not gate.check(text).replaced
    assert gate.check(text.replace(old["en"], "A draft.")).replaced


def test_an_expired_text_is_replaced(own):
    own.sign(days=10)
    text = "\n".join(own.answers()[name].text["en"] for name in GOOD)
    assert not Gate(own.library(today=day(9))).check(text).replaced
    assert Gate(own.library(today=day(10))).check(text).replaced


def test_a_provisional_text_is_replaced_in_production(own):
    gate = Gate(own.sign(standing=APPROVED).library(production=True))
    text = "\n".join(own.answers()[name].text["en"] for name in GOOD[:2])
    assert not gate.check(text).replaced
    own.sign("pain")
    for told in (text, f"{text}\n{own.answers()['notice'].text['en']}"):
        assert gate.check(told).replaced


def test_a_gate_that_breaks_replaces(library, monkeypatch):
    gate = Gate(library)
    monkeypatch.setattr(Gate, "take_apart", lambda self, text: 1 / 0)
    assert gate.check(joined(library, *GOOD)).replaced


def test_texts_of_several_lines_are_taken_apart(own):
    own.rewrite("pain", text={"en": "One.\nTwo.\nThree.", "ur": "ایک", "roman": "aik"})
    own.rewrite("halal", text={"en": "One.\nTwo.", "ur": "دو", "roman": "do"})
    own.rewrite("cost", text={"en": "Three.", "ur": "تین", "roman": "teen"})
    library = own.sign().library()
    passed = Gate(library).check(joined(library, "halal", "cost", "disclaimer", "notice"))
    assert not passed.replaced
    assert Gate(library).check("One.\n" + joined(library, "disclaimer", "notice")).replaced


@given(data=st.data())
def test_no_change_whatever_of_one_character_passes(library, data):
    text = joined(library, *GOOD)
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(codec=None).filter(lambda one: one != text[place]))
    for changed in (
        swap(text, place, letter),
        text[:place] + letter + text[place:],
        text[:place] + text[place + 1 :],
    ):
        passed = Gate(library).check(changed)
        assert passed.replaced or changed == text
