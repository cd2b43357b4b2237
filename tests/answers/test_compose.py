"""Approved texts put together: what must be there is there once, and a text that may not be sent never is."""

import pytest

from bot.answers.compose import Composer
from bot.answers.gate import Gate
from bot.answers.ledger import APPROVED
from tests.support import EMPTY_CLINIC, LANGUAGES, Shelf


def compose(shelf, *, action="answer", says=(), topics=(), variety="en", offers=()):
    library = shelf.library()
    reply = Composer(library).compose(
        action=action, says=says, topics=topics, variety=variety, offers=offers
    )
    passed = Gate(library).check(
        reply.text, [vars(button) for button in reply.buttons], variety=variety
    )
    assert not passed.replaced or reply.text == library.trouble(variety)
    return reply


def ids(reply):
    return [block.id for block in reply.blocks]


@pytest.mark.parametrize("variety", LANGUAGES)
@pytest.mark.parametrize(
    ("what", "expected"),
    [
        pytest.param({"topics": ("pain",)}, ["pain", "disclaimer", "notice"], id="an answer"),
        pytest.param(
            {"topics": ("pain", "halal")},
            ["pain", "halal", "disclaimer", "notice"],
            id="two answers",
        ),
        pytest.param(
            {"topics": ("pain", "halal", "cost", "legality")},
            ["pain", "halal", "cost", "disclaimer", "notice"],
            id="no more than three answers",
        ),
        pytest.param(
            {"action": "steer", "says": ("steer",)},
            ["steer", "contact", "disclaimer", "notice"],
            id="a steer",
        ),
        pytest.param(
            {"action": "decline", "says": ("decline",)},
            ["decline", "contact", "notice"],
            id="a decline",
        ),
        pytest.param(
            {"action": "handoff", "says": ("handoff",)},
            ["handoff", "contact", "notice"],
            id="a handoff",
        ),
        pytest.param(
            {"action": "handoff", "says": ("handoff",), "topics": ("pain",)},
            ["handoff", "pain", "contact", "disclaimer", "notice"],
            id="a handoff with an answer",
        ),
        pytest.param({"action": "crisis", "says": ("self_harm",)}, ["self_harm"], id="a crisis"),
        pytest.param(
            {"action": "smalltalk", "says": ("greet",)}, ["greet", "notice"], id="a greeting"
        ),
        pytest.param(
            {"action": "answer", "topics": ("no_such",)},
            ["decline", "contact", "notice"],
            id="an unknown topic",
        ),
    ],
)
def test_what_a_reply_is_made_of(tmp_path, what, expected, variety):
    reply = compose(Shelf(tmp_path).sign(), variety=variety, **what)
    assert ids(reply) == expected
    assert {block.variety for block in reply.blocks} == {variety}
    assert "\n\n" not in reply.text


def test_a_reply_of_approved_texts_carries_no_notice(tmp_path):
    assert ids(compose(Shelf(tmp_path).sign(standing=APPROVED), topics=("pain",))) == [
        "pain",
        "disclaimer",
    ]


def test_one_provisional_text_is_enough_for_the_notice(tmp_path):
    shelf = Shelf(tmp_path).sign(standing=APPROVED).sign("halal")
    assert ids(compose(shelf, topics=("pain", "halal")))[-1] == "notice"


def test_no_number_is_shown_while_the_clinic_has_none(tmp_path):
    shelf = Shelf(tmp_path, clinic=EMPTY_CLINIC).sign()
    assert ids(compose(shelf, action="steer", says=("steer",))) == [
        "steer",
        "contact_unfilled",
        "disclaimer",
        "notice",
    ]


@pytest.mark.parametrize(
    ("recalled", "what", "action", "expected"),
    [
        pytest.param(
            ["pain"],
            {"topics": ("pain",)},
            "decline",
            ["decline", "contact", "notice"],
            id="an answer",
        ),
        pytest.param(
            ["pain"],
            {"topics": ("pain", "halal")},
            "answer",
            ["halal", "disclaimer", "notice"],
            id="one of two answers",
        ),
        pytest.param(["disclaimer"], {"topics": ("pain",)}, "steer", [], id="the disclaimer"),
        pytest.param(["notice"], {"topics": ("pain",)}, "steer", [], id="the notice"),
        pytest.param(
            ["steer"],
            {"action": "steer", "says": ("steer",)},
            "decline",
            ["decline", "contact", "notice"],
            id="the steer",
        ),
        pytest.param(
            ["pain", "decline"], {"topics": ("pain",)}, "steer", [], id="an answer and the decline"
        ),
        pytest.param(
            ["emergency"],
            {"action": "emergency", "says": ("emergency",)},
            "steer",
            [],
            id="the emergency text",
        ),
        pytest.param(
            ["self_harm"],
            {"action": "crisis", "says": ("self_harm",)},
            "steer",
            [],
            id="the crisis text",
        ),
        pytest.param(
            ["contact"],
            {"action": "steer", "says": ("steer",)},
            "steer",
            ["steer", "contact_unfilled", "disclaimer", "notice"],
            id="the contact",
        ),
    ],
)
def test_what_is_said_when_a_text_is_recalled(tmp_path, recalled, what, action, expected):
    shelf = Shelf(tmp_path).sign()
    for name in recalled:
        shelf.recall(name)
    reply = compose(shelf, **what)
    assert (reply.action, ids(reply)) == (action, expected)
    assert reply.text and (expected or reply.text == shelf.library().trouble("en"))


def test_a_recalled_topic_is_not_offered_as_a_button(tmp_path):
    shelf = Shelf(tmp_path).sign()
    shelf.recall("pain")
    reply = compose(
        shelf,
        action="smalltalk",
        says=("greet",),
        offers=("pain", "halal", "language:ur", "no_such"),
    )
    assert [button.id for button in reply.buttons] == ["halal", "language:ur"]
    assert reply.buttons[1].title == "language اردو؟"


def test_nothing_at_all_is_said_when_nothing_is_approved(tmp_path):
    shelf = Shelf(tmp_path)
    reply = compose(shelf, topics=("pain",))
    assert (reply.text, reply.blocks, reply.buttons) == ("", (), ())
