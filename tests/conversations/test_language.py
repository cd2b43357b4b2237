"""Languages: asked for, tapped, or just written in another; and what was said before stays known."""

import pytest

from tests.support import in_three


def test_a_chosen_language_holds_until_another_is_asked_for(chat):
    chat.patient("please reply in urdu script")
    chat.bot(action="language", variety="ur", block="language")
    chat.patient("Is it painful?")
    chat.bot(action="answer", topics=["pain"], variety="ur")
    chat.patient("[language]", taps="language:roman")
    chat.bot(action="language", variety="roman")
    chat.patient("کیا یہ حلال ہے؟")
    chat.bot(action="answer", topics=["halal"], variety="roman")


def test_a_language_we_lack_is_met_with_three_buttons(chat):
    chat.patient("can you speak Punjabi with me please")
    chat.bot(action="language", block="language_unavailable", button="language:ur")
    chat.patient("[language]", taps="language:ur")
    chat.bot(action="language", variety="ur")


def test_a_language_button_can_be_named_by_its_place(chat):
    chat.patient("pashto mein baat kar sakte hain?")
    chat.bot(action="language", block="language_unavailable", button="language:ur")
    place = chat.buttons.index("language:ur")
    chat.patient(["pehla", "doosra", "teesra"][place])
    chat.bot(action="language", variety="ur")
    chat.patient("is it legal?")
    chat.bot(action="answer", topics=["legality"], variety="ur")


@in_three(
    en=("Is it legal?", "kya ye halal hai?", "کیا درد ہوتا ہے؟"),
    ur=("کیا یہ قانونی ہے؟", "is it halal?", "dard hota hai kya?"),
    roman=("legal hai kya ye?", "کیا یہ حلال ہے؟", "is it painful?"),
)
def test_just_writing_in_another_language_is_enough(chat, variety, said):
    order = {
        "en": ["en", "roman", "ur"],
        "ur": ["ur", "en", "roman"],
        "roman": ["roman", "ur", "en"],
    }[variety]
    for text, topic, reply in zip(said, ["legality", "halal", "pain"], order, strict=True):
        chat.patient(text)
        chat.bot(action="answer", topics=[topic], variety=reply)


@pytest.mark.parametrize(
    ("question", "asks", "variety"),
    [
        pytest.param("Is it painful?", "urdu mein batayein please", "ur", id="english to urdu"),
        pytest.param("کیا درد ہوتا ہے؟", "English please", "en", id="urdu to english"),
        pytest.param("dard hota hai?", "اردو میں لکھیں", "ur", id="roman to urdu"),
        pytest.param("Is it painful?", "roman urdu mein likhein", "roman", id="english to roman"),
    ],
)
def test_asked_for_another_language_the_last_answer_is_offered_in_it(chat, question, asks, variety):
    chat.patient(question)
    chat.bot(action="answer", topics=["pain"])
    chat.patient(asks)
    chat.bot(action="language", variety=variety, button="pain")
    chat.patient("[pain]", taps="pain")
    chat.bot(action="answer", topics=["pain"], variety=variety)


@in_three(
    en=(
        "My wife is 39, AMH 0.2. Will it work?",
        "urdu please",
        "What is the success rate in women?",
    ),
    ur=(
        "میری بیوی ۳۹ سال کی ہے اے ایم ایچ 0.2 ہے۔ کامیاب ہوگا؟",
        "انگریزی میں بتائیں",
        "خواتین میں کامیابی کی شرح کیا ہے؟",
    ),
    roman=(
        "meri wife 39 ki hai AMH 0.2 hai, kamyab hoga?",
        "english mein batao",
        "aurton mein success rate kya hai?",
    ),
)
def test_a_case_is_remembered_in_the_other_language(chat, variety, said):
    chat.patient(said[0])
    chat.bot(action="steer", variety=variety)
    chat.patient(said[1])
    chat.bot(action="language", variety="ur" if variety == "en" else "en")
    assert not set(chat.buttons) & {"success_pof", "success_ptf"}
    chat.patient(said[2])
    chat.bot(action="steer", variety="ur" if variety == "en" else "en", block="case_remembered")


@in_three(
    en=("What is the success rate in women?", "aur mardon mein?"),
    ur=("خواتین میں کامیابی کی شرح کیا ہے؟", "and men?"),
    roman=("aurton mein success rate kya hai?", "اور مردوں میں؟"),
)
def test_a_follow_up_in_another_language_is_still_one(chat, variety, said):
    chat.patient(said[0])
    chat.bot(action="answer", topics=["success_pof"], variety=variety)
    chat.patient(said[1])
    chat.bot(
        action="answer",
        topics=["success_ptf"],
        variety={"en": "roman", "ur": "en", "roman": "ur"}[variety],
    )
