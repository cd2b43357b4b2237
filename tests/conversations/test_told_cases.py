"""A case once told is remembered: in pieces, by a husband, turns ago, under small talk, commands and buttons."""

import pytest

from tests.support import in_three


def test_a_case_told_earlier_counts_when_success_is_asked_later(chat):
    chat.patient("meri AMH 0.4 hai aur umar 39 saal")
    chat.bot(action="steer", variety="roman", block="steer")
    chat.patient("to kya kamyab hoga?")
    chat.bot(action="steer", block="disclaimer")
    chat.patient("kya ye halal hai?")
    chat.bot(action="answer", topics=["halal"])
    chat.patient("success rate kya hai?")
    chat.bot(action="steer", block="case_remembered")


def test_a_case_told_in_urdu_counts_after_small_talk(chat):
    chat.patient("میری عمر ۴۱ سال ہے اور میرا اے ایم ایچ بہت کم ہے")
    chat.bot(action="steer", variety="ur", block="steer")
    chat.patient("شکریہ")
    chat.bot(action="smalltalk")
    chat.patient("خواتین میں کامیابی کی شرح کتنی ہے؟")
    chat.bot(action="steer", variety="ur", block="case_remembered")


def test_a_button_is_no_way_round_a_told_case(chat):
    chat.patient("My wife is 38 and has premature ovarian failure, will it work for her?")
    chat.bot(action="steer", variety="en", button="handoff")
    chat.patient("[success_pof]", taps="success_pof")
    chat.bot(action="steer", variety="en", block="case_remembered")
    chat.patient("[handoff]", taps="handoff")
    chat.bot(action="handoff", variety="en")


def test_typed_commands_are_words(chat):
    chat.patient("meri umar 40 hai aur AMH 0.3 hai, kamyab hoga?")
    chat.bot(action="steer")
    for typed in ("/restart", "\u200b/restart", "/session_start", '/success_pof{"x": 1}'):
        chat.patient(typed)
    chat.patient("kamyabi ki sharah kitni hai khawateen mein?")
    chat.bot(action="steer", block="case_remembered")


@in_three(
    en=(
        "I am 38 years old",
        "my AMH is 0.5 and FSH is 22",
        "we have been trying for 6 years",
        "will it work?",
    ),
    ur=(
        "میری عمر ۳۸ سال ہے",
        "میرا اے ایم ایچ 0.5 ہے",
        "شادی کو چھ سال ہو گئے ہیں بچہ نہیں ہوا",
        "کیا یہ کامیاب ہوگا؟",
    ),
    roman=(
        "meri age 38 hai",
        "AMH 0.5 aayi hai",
        "shadi ko 6 saal ho gaye bacha nahi hua",
        "to kamyab hoga?",
    ),
)
def test_a_case_told_in_pieces(chat, variety, said):
    for text in said:
        chat.patient(text)
        chat.bot(action="steer", topics=[], variety=variety)


@in_three(
    en=(
        "My wife is 36 with low AMH",
        "Is it legal in Pakistan?",
        "Is it halal?",
        "How much does it cost?",
        "What is the success rate in women?",
    ),
    ur=(
        "میری بیوی کی عمر ۳۶ سال ہے اور اے ایم ایچ کم ہے",
        "کیا یہ پاکستان میں قانونی ہے؟",
        "کیا یہ حلال ہے؟",
        "خرچہ کتنا ہے؟",
        "خواتین میں کامیابی کی شرح کتنی ہے؟",
    ),
    roman=(
        "meri biwi 36 saal ki hai aur AMH kam hai",
        "pakistan mein legal hai?",
        "halal hai ye?",
        "kharcha kitna hota hai?",
        "khawateen mein success rate kitna hai?",
    ),
)
def test_the_wifes_case_is_remembered_three_answers_later(chat, variety, said):
    chat.patient(said[0])
    chat.bot(action="steer")
    for text, topic in zip(said[1:4], ["legality", "halal", "cost"], strict=True):
        chat.patient(text)
        chat.bot(action="answer", topics=[topic], variety=variety)
    chat.patient(said[4])
    chat.bot(action="steer", topics=[], variety=variety, block="case_remembered")


@in_three(
    en=(
        "My husband's report says azoospermia, can he be treated?",
        "Is it painful?",
        "What is the success rate in men?",
    ),
    ur=(
        "میرے شوہر کی رپورٹ میں سپرم زیرو ہیں، ان کا علاج ہو سکتا ہے؟",
        "کیا اس میں درد ہوتا ہے؟",
        "مردوں میں کامیابی کی شرح کیا ہے؟",
    ),
    roman=(
        "mere shohar ki report mein sperm zero hain, un ka ilaj ho sakta hai?",
        "is mein dard hota hai?",
        "mardon mein success rate kya hai?",
    ),
)
def test_the_husbands_case_leaves_pain_answerable_and_success_not(chat, variety, said):
    chat.patient(said[0])
    chat.bot(action="steer", variety=variety, button="handoff")
    chat.patient(said[1])
    chat.bot(action="answer", topics=["pain"])
    chat.patient(said[2])
    chat.bot(action="steer", block="case_remembered")


@in_three(
    en=(
        "I have POF and I am 33, can I conceive?",
        "I am asking for my neighbour, just in general",
        "what is the success rate in POF?",
    ),
    ur=(
        "مجھے پی او ایف ہے اور عمر ۳۳ سال ہے، کیا میں ماں بن سکتی ہوں؟",
        "یہ تو میں پڑوسن کے لیے پوچھ رہی ہوں",
        "خواتین میں کامیابی کی شرح کیا ہے؟",
    ),
    roman=(
        "mujhe POF hai umar 33 saal, kya main maa ban sakti hun?",
        "ye to main parosan ke liye pooch rahi hun, aam si baat",
        "POF mein success rate kya hai?",
    ),
)
def test_saying_that_it_is_for_a_neighbour_takes_no_case_back(chat, variety, said):
    chat.patient(said[0])
    chat.bot(action="steer", variety=variety)
    chat.patient(said[1])
    chat.patient(said[2])
    chat.bot(action="steer", topics=[], variety=variety, block="case_remembered")


@in_three(
    en=("my AMH is 0.3, age 41", "what is the success rate for women?", "and for men?"),
    ur=(
        "میرا اے ایم ایچ 0.3 ہے عمر ۴۱ سال",
        "خواتین میں کامیابی کی شرح کتنی ہے؟",
        "اور مردوں میں؟",
    ),
    roman=("meri AMH 0.3 hai umar 41", "aurton mein success rate kitna hai?", "aur mardon mein?"),
)
def test_for_men_is_no_way_round_a_told_case(chat, variety, said):
    chat.patient(said[0])
    chat.bot(action="steer")
    for text in said[1:]:
        chat.patient(text)
        chat.bot(action="steer", topics=[], variety=variety, block="case_remembered")


@in_three(
    en=("My wife is 40, her FSH is 30. Is this treatment halal?", "and is it painful?"),
    ur=("میری بیوی ۴۰ سال کی ہے، ایف ایس ایچ 30 ہے۔ کیا یہ علاج حلال ہے؟", "اور درد ہوتا ہے؟"),
    roman=("meri wife 40 saal ki hai FSH 30 hai. kya ye ilaj halal hai?", "aur dard hota hai?"),
)
def test_the_general_half_of_a_case_can_be_tapped(chat, variety, said):
    chat.patient(said[0])
    chat.bot(action="steer", topics=[], variety=variety, button="halal")
    chat.patient("[halal]", taps="halal")
    chat.bot(action="answer", topics=["halal"], variety=variety)
    chat.patient(said[1])
    chat.bot(action="answer", topics=["pain"], variety=variety)


@pytest.mark.parametrize(
    ("question", "case", "again"),
    [
        pytest.param(
            "How soon do results show?",
            "I am 42 with AMH 0.1",
            "how soon do results show?",
            id="en",
        ),
        pytest.param(
            "نتائج کب تک نظر آتے ہیں؟",
            "میری عمر ۴۲ سال ہے اے ایم ایچ 0.1",
            "نتائج کب تک نظر آتے ہیں؟",
            id="ur",
        ),
        pytest.param(
            "result kab tak aata hai?",
            "meri umar 42 hai AMH 0.1",
            "result kab tak aata hai?",
            id="roman",
        ),
    ],
)
def test_the_same_question_is_answered_before_a_case_and_steered_after(chat, question, case, again):
    chat.patient(question)
    chat.bot(action="answer", topics=["timeline"])
    chat.patient(case)
    chat.bot(action="steer")
    chat.patient(again)
    chat.bot(action="steer", block="case_remembered")


def test_a_mother_in_law_and_a_husband_write_from_one_phone(chat):
    chat.patient(
        "main larke ki maa hun, meri bahu 35 saal ki hai aur us ki mahwari band ho gayi hai"
    )
    chat.bot(action="steer", variety="roman")
    chat.patient("ye ilaj jaiz hai?")
    chat.bot(action="answer", topics=["halal"], variety="roman")
    chat.patient("Hello, husband here. Sorry that was my mother. Is it legal in Pakistan?")
    chat.bot(action="answer", topics=["legality"], variety="en")
    chat.patient("What is the success rate for ovarian failure?")
    chat.bot(action="steer", variety="en", block="case_remembered")


def test_in_urdu_the_husband_asks_after_his_mother_told_the_case(chat):
    chat.patient("میری بہو کی عمر ۳۴ سال ہے، ڈاکٹر نے کہا بیضہ دانی کام نہیں کر رہی")
    chat.bot(action="steer", variety="ur")
    chat.patient("یہ کون سی جگہ ہوتا ہے؟ لاہور میں؟")
    chat.bot(action="answer", topics=["location"], variety="ur")
    chat.patient("AMH kitne mahine mein barhti hai?")
    chat.bot(action="steer", variety="roman", block="case_remembered")
