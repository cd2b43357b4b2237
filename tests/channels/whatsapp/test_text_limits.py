"""Whatever can be said fits into WhatsApp, checked before anything is sent."""

from itertools import combinations
from pathlib import Path

import pytest
from fake_meta import over_limit

from bot.answers.compose import JOINT, Composer
from bot.answers.library import Library
from bot.answers.texts import LANGUAGES
from bot.channels.whatsapp.message_format import BUTTONS_BODY, bubble
from bot.channels.whatsapp.text_limits import longest, problems_in
from bot.dialogue.config import load_dialogue
from bot.dialogue.decide import MOST_TOPICS

DIALOGUE = load_dialogue()


@pytest.fixture(scope="module")
def library(data):
    return Library(data)


def test_the_texts_of_this_repository_fit():
    assert list(problems_in(Path("data"))) == []


@pytest.mark.parametrize("variety", LANGUAGES)
def test_every_reply_the_dialogue_can_lead_to_fits(library, variety):
    composer = Composer(library)
    topics = [
        () if size == 0 else each
        for size in range(MOST_TOPICS + 1)
        for each in combinations(DIALOGUE.topics, size)
    ]
    choose = library.block("ui_choose", variety).text
    for chosen in topics:
        for says in ((), ("steer",), ("case_remembered", "steer"), ("handoff",)):
            reply = composer.compose(
                action="steer",
                says=says,
                topics=chosen,
                variety=variety,
                offers=(*chosen, "handoff"),
            )
            buttons = [{"nonce": "x" * 16, "title": button.title} for button in reply.buttons]
            assert over_limit(bubble(reply.text, buttons, choose=choose)) is None


@pytest.mark.parametrize("variety", LANGUAGES)
def test_no_reply_is_longer_than_the_bound(library, variety):
    bound = len(
        JOINT.join(
            library.answers()[name].text[variety] for name in longest(library.answers(), variety)
        )
    )
    composer = Composer(library)
    lengths = [
        len(
            composer.compose(
                action="steer", says=("case_remembered", says), topics=chosen, variety=variety
            ).text
        )
        for says in {DIALOGUE.says(intent) for intent in DIALOGUE.intents}
        for chosen in combinations(DIALOGUE.topics, 3)
    ]
    assert max(lengths) < bound


def test_a_text_too_long_is_found_before_it_is_sent(data_of_my_own):
    path = data_of_my_own / "clinic.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"Lahore"', '"' + "Lahore " * 300 + '"'),
        encoding="utf-8",
    )
    assert any(
        "the longest possible reply in ur" in problem for problem in problems_in(data_of_my_own)
    )


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        pytest.param(
            "ui_choose",
            '"Choose"',
            '"Choose one of these questions"',
            "20 at most",
            id="the label of a list",
        ),
        pytest.param(
            "halal",
            '"Is it halal?"',
            '"Does it hurt?"',
            "is the same as in",
            id="two buttons that say the same",
        ),
    ],
)
def test_a_label_that_whatsapp_would_refuse_is_found(data_of_my_own, name, old, new, problem):
    path = data_of_my_own / "answers" / f"{name}.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert any(problem in found for found in problems_in(data_of_my_own))


def test_a_text_that_whatsapp_needs_is_missed(data_of_my_own):
    (data_of_my_own / "answers" / "late.yml").unlink()
    assert any("late.yml is missing" in found for found in problems_in(data_of_my_own))


BUTTON = {"nonce": "n", "title": "t"}


@pytest.mark.parametrize(
    ("text", "buttons", "choose", "shape"),
    [
        pytest.param("a", 0, "Choose", "text", id="no buttons"),
        pytest.param("a", 3, "Choose", "button", id="three buttons"),
        pytest.param("a", 4, "Choose", "list", id="four buttons"),
        pytest.param(
            "ا" * BUTTONS_BODY,
            1,
            "Choose",
            "button",
            id="a body that just fits above buttons, in Urdu",
        ),
        pytest.param(
            "ا" * (BUTTONS_BODY + 1), 1, "Choose", "list", id="a body too long for reply buttons"
        ),
        pytest.param("a", 4, None, "text", id="no approved label for the list"),
        pytest.param("a", 11, "Choose", "text", id="more than a list can hold"),
    ],
)
def test_the_shape_of_a_bubble(text, buttons, choose, shape):
    made = bubble(
        text, [dict(BUTTON, title=f"t{number}") for number in range(buttons)], choose=choose
    )
    assert (made["interactive"]["type"] if made["type"] == "interactive" else "text") == shape
    assert over_limit(made) is None
