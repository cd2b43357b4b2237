"""What is said to a question asked back, and to buttons: yes, no, both, the second one, a tap, or something else."""

import pytest

from bot.nlu.vote import Vote
from tests.support import LANGUAGES, in_three

UNCLEAR = {"en": "how does it help women", "ur": "علاج کا فائدہ", "roman": "faida hota hai?"}
BETWEEN = ("what_is", "ascot")


@pytest.fixture(params=LANGUAGES)
def asked_back(request, chat, monkeypatch):
    """A conversation in each variety in which the bot has just asked which of two is meant: it and the variety.

    The hesitation is told to the classifier, which the next training may teach any one wording.
    """
    with monkeypatch.context() as patched:
        patched.setattr(
            "bot.rasa_adapter.components.intents.vote",
            lambda *_: Vote(BETWEEN[0], 0.4, (), BETWEEN),
        )
        chat.patient(UNCLEAR[request.param])
    chat.bot(action="decline", topics=[], block="clarify")
    assert set(chat.buttons) == set(BETWEEN)
    return chat, request.param


def words(variety, **said):
    return said[variety]


def test_both_answers_both(asked_back):
    chat, variety = asked_back
    both = chat.buttons
    chat.patient(words(variety, en="both please", ur="دونوں", roman="dono"))
    chat.bot(action="answer", topics=both, variety=variety)


def test_yes_answers_both(asked_back):
    chat, variety = asked_back
    both = chat.buttons
    chat.patient(words(variety, en="yes", ur="جی ہاں", roman="ji haan"))
    chat.bot(action="answer", topics=both, variety=variety)


def test_the_first_one(asked_back):
    chat, variety = asked_back
    first, _ = chat.buttons
    chat.patient(words(variety, en="first one", ur="پہلا والا", roman="pehla wala"))
    chat.bot(action="answer", topics=[first], variety=variety)


def test_not_the_other_one_but_the_first(asked_back):
    chat, variety = asked_back
    first, _ = chat.buttons
    chat.patient(
        words(variety, en="no the first one", ur="نہیں پہلا والا", roman="nahi pehla wala")
    )
    chat.bot(action="answer", topics=[first], variety=variety)


def test_the_second_one(asked_back):
    chat, variety = asked_back
    _, second = chat.buttons
    chat.patient(words(variety, en="second one", ur="دوسرا", roman="doosra"))
    chat.bot(action="answer", topics=[second], variety=variety)


def test_a_tap(asked_back):
    chat, variety = asked_back
    _, second = chat.buttons
    chat.patient("[tapped]", taps=second)
    chat.bot(action="answer", topics=[second], variety=variety)


def test_no_is_asked_to_put_it_otherwise_and_offered_other_questions(asked_back):
    chat, variety = asked_back
    refused = chat.buttons
    chat.patient(words(variety, en="no", ur="نہیں", roman="nahi"))
    chat.bot(action="smalltalk", topics=[], variety=variety, block="clarify_rephrase")
    assert chat.buttons and not set(chat.buttons) & set(refused)


def test_another_question_is_answered_instead_and_the_old_one_forgotten(asked_back):
    chat, variety = asked_back
    chat.patient(words(variety, en="Is it halal?", ur="کیا یہ حلال ہے؟", roman="kya ye halal hai?"))
    chat.bot(action="answer", topics=["halal"], variety=variety)
    chat.patient(words(variety, en="yes", ur="جی", roman="jee"))
    chat.bot(action="smalltalk", topics=[])


def test_an_emoji_in_between_leaves_the_question_open(asked_back):
    chat, variety = asked_back
    both = chat.buttons
    chat.patient("🙏🙏")
    chat.bot(action="smalltalk")
    chat.patient(words(variety, en="both", ur="دونوں کا بتائیں", roman="dono ka batao"))
    chat.bot(action="answer", topics=both, variety=variety)


def test_a_case_told_instead_is_steered_and_yes_then_answers_nothing(asked_back):
    chat, variety = asked_back
    chat.patient(
        words(
            variety,
            en="my AMH is 0.4 and I am 39",
            ur="میرا اے ایم ایچ 0.4 ہے عمر ۳۹ سال",
            roman="meri AMH 0.4 hai umar 39",
        )
    )
    chat.bot(action="steer", topics=[], variety=variety)
    chat.patient(words(variety, en="yes", ur="جی ہاں", roman="haan"))
    chat.bot(action="handoff", topics=[], variety=variety)


@in_three(
    en=("hi", "second one please"),
    ur=("السلام علیکم", "دوسرا والا"),
    roman=("salam", "doosra wala"),
)
def test_a_question_of_the_menu_can_be_named_by_its_place(chat, variety, said):
    chat.patient(said[0])
    chat.bot(action="smalltalk", block="greet")
    _, second, _ = chat.buttons
    chat.patient(said[1])
    chat.bot(action="answer", topics=[second])


@in_three(
    en=("What are the side effects?", "yes please"),
    ur=("سائیڈ ایفیکٹس کیا ہیں؟", "جی ہاں"),
    roman=("side effects kya hain?", "jee"),
)
def test_yes_to_the_one_thing_offered_is_a_person(chat, variety, said):
    chat.patient(said[0])
    chat.bot(action="decline", button="handoff")
    chat.patient(said[1])
    chat.bot(action="handoff", variety=variety)
