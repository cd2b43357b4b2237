"""Greetings, several questions in one message, what follows them, and messages with no words."""

from tests.support import in_three


@in_three(
    en=("hello", "is this treatment halal?", "thank you"),
    ur=("السلام علیکم", "کیا یہ حلال ہے؟", "شکریہ"),
    roman=("Assalam o alaikum", "kya ye ilaj halal hai?", "shukriya"),
)
def test_a_greeting_a_question_and_thanks(chat, variety, said):
    chat.patient(said[0])
    chat.bot(action="smalltalk", block="greet", button="what_is")
    chat.patient(said[1])
    chat.bot(action="answer", topics=["halal"], variety=variety, block="disclaimer")
    chat.patient(said[2])
    chat.bot(action="smalltalk", variety=variety, block="thanks")


def test_a_greeting_a_question_and_goodbye_in_urdu(chat):
    chat.patient("السلام علیکم")
    chat.bot(action="smalltalk", variety="ur", block="greet")
    chat.patient("کیا یہ علاج پاکستان میں قانونی ہے؟")
    chat.bot(action="answer", topics=["legality"], variety="ur", block="disclaimer")
    chat.patient("خدا حافظ")
    chat.bot(action="smalltalk", variety="ur", block="goodbye")


def test_two_questions_in_one_message_get_both_answers(chat):
    chat.patient("legal hai? aur dard hota hai?")
    chat.bot(action="answer", topics=["legality", "pain"], variety="roman", block="disclaimer")


def test_two_questions_in_one_urdu_message_get_both_answers(chat):
    chat.patient("کیا یہ حلال ہے؟ اور کیا درد ہوتا ہے؟")
    chat.bot(action="answer", topics=["halal", "pain"], variety="ur", block="disclaimer")


@in_three(
    en=("Is it halal? Is it painful? How much does it cost?", "and for men?"),
    ur=("کیا یہ حلال ہے؟ کیا درد ہوتا ہے؟ خرچہ کتنا ہے؟", "اور مردوں کے لیے؟"),
    roman=("halal hai? dard hota hai? kharcha kitna hai?", "aur mardon ke liye?"),
)
def test_three_questions_at_once_and_then_for_men(chat, variety, said):
    for text in said:
        chat.patient(text)
        chat.bot(action="answer", topics=["halal", "pain", "cost"], variety=variety)


@in_three(
    en=("What is premature ovarian failure? What is the success rate in women?", "and men?"),
    ur=("پی او ایف کیا ہے؟ خواتین میں کامیابی کی شرح کتنی ہے؟", "اور مردوں میں؟"),
    roman=("POF kya hai? aur khawateen mein success rate kitna hai?", "aur mardon mein?"),
)
def test_two_questions_both_follow_to_men(chat, variety, said):
    chat.patient(said[0])
    chat.bot(action="answer", topics=["pof", "success_pof"])
    chat.patient(said[1])
    chat.bot(action="answer", topics=["ptf", "success_ptf"], variety=variety)


@in_three(
    en=(
        "Is it legal and is it halal?",
        "I am 40 with AMH 0.2, will it work?",
        "Is it painful and what is the success rate?",
    ),
    ur=(
        "کیا یہ قانونی ہے؟ اور حلال ہے؟",
        "میری عمر ۴۰ ہے اے ایم ایچ 0.2، کامیاب ہوگا؟",
        "درد ہوتا ہے؟ اور کامیابی کی شرح کیا ہے؟",
    ),
    roman=(
        "legal hai? aur halal hai?",
        "meri umar 40 AMH 0.2 hai, kamyab hoga?",
        "dard hota hai? aur success rate kya hai?",
    ),
)
def test_one_of_two_questions_about_the_told_case_steers_and_offers_the_other(chat, variety, said):
    chat.patient(said[0])
    chat.bot(action="answer", topics=["legality", "halal"], variety=variety)
    chat.patient(said[1])
    chat.bot(action="steer", topics=[])
    chat.patient(said[2])
    chat.bot(action="steer", topics=[], variety=variety, block="case_remembered", button="pain")


def test_a_picture_of_words_and_emoji_are_met_and_the_talk_goes_on(chat):
    for text in ("", "😭😭", "👍", "🤲"):
        chat.patient(text)
        assert chat.said["action"] != "answer"
    chat.patient("ye ilaj lahore mein kahan hota hai?")
    chat.bot(action="answer", topics=["location"], variety="roman")
