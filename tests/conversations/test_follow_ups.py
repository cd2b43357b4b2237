"""Follow-ups that lean on what was asked before: for men, for women, for both, and what must not be leaned on."""

from tests.support import in_three


def test_and_for_men_after_success_for_women(chat):
    chat.patient("POF mein success rate kitna hai?")
    chat.bot(action="answer", topics=["success_pof"])
    chat.patient("aur mardon ke liye?")
    chat.bot(action="answer", topics=["success_ptf"], variety="roman")


def test_and_for_women_after_what_testicular_failure_is(chat):
    chat.patient("What is primary testicular failure?")
    chat.bot(action="answer", topics=["ptf"], variety="en")
    chat.patient("and for women?")
    chat.bot(action="answer", topics=["pof"], variety="en")


@in_three(
    en=("What is the success rate for women with ovarian failure?", "and men?", "and for women?"),
    ur=("خواتین میں کامیابی کی شرح کتنی ہے؟", "اور مردوں میں؟", "اور عورتوں میں؟"),
    roman=("khawateen mein success rate kitna hai?", "aur mardon mein?", "aur aurton mein?"),
)
def test_to_men_and_back_to_women(chat, variety, said):
    for text, topic in zip(said, ["success_pof", "success_ptf", "success_pof"], strict=True):
        chat.patient(text)
        chat.bot(action="answer", topics=[topic], variety=variety, block="disclaimer")


@in_three(
    en=("What is the success rate in premature ovarian failure?", "both men and women?"),
    ur=("خواتین میں کامیابی کی شرح کیا ہے؟", "مرد اور عورت دونوں؟"),
    roman=("POF mein kamyabi ki sharah kya hai?", "mard aur aurat dono?"),
)
def test_for_both_adds_the_other_half(chat, variety, said):
    chat.patient(said[0])
    chat.bot(action="answer", topics=["success_pof"])
    chat.patient(said[1])
    chat.bot(action="answer", topics=["success_pof", "success_ptf"], variety=variety)


@in_three(
    en=("Is it painful?", "for men also?"),
    ur=("کیا اس میں درد ہوتا ہے؟", "مردوں کو بھی؟"),
    roman=("kya dard hota hai is mein?", "mardon ko bhi?"),
)
def test_a_topic_that_is_the_same_for_men_is_answered_again(chat, variety, said):
    chat.patient(said[0])
    chat.bot(action="answer", topics=["pain"])
    chat.patient(said[1])
    chat.bot(action="answer", topics=["pain"], variety=variety)


@in_three(
    en=(
        "Is it halal?",
        "How much does it cost?",
        "What is premature ovarian failure?",
        "and for men?",
    ),
    ur=("کیا یہ حلال ہے؟", "خرچہ کتنا آتا ہے؟", "پی او ایف کیا ہوتا ہے؟", "اور مردوں کے لیے؟"),
    roman=("ye halal hai?", "kitna kharcha aata hai?", "POF kya hota hai?", "aur mardon ke liye?"),
)
def test_after_several_topics_the_last_one_counts(chat, variety, said):
    for text, topic in zip(said, ["halal", "cost", "pof", "ptf"], strict=True):
        chat.patient(text)
        chat.bot(action="answer", topics=[topic], variety=variety)


@in_three(
    en=("What is the success rate for ovarian failure?", "ok thank you", "and for men?"),
    ur=("خواتین میں کامیابی کی شرح کتنی ہے؟", "اچھا شکریہ", "اور مردوں کے لیے؟"),
    roman=("khawateen mein kamyabi kitni hai?", "acha shukriya", "aur mardon ke liye?"),
)
def test_thanks_in_between_keep_the_topic(chat, variety, said):
    chat.patient(said[0])
    chat.bot(action="answer", topics=["success_pof"])
    chat.patient(said[1])
    chat.bot(action="smalltalk")
    chat.patient(said[2])
    chat.bot(action="answer", topics=["success_ptf"], variety=variety)


@in_three(
    en=("What is the success rate for women?", "What are the side effects?", "and for men?"),
    ur=("خواتین میں کامیابی کی شرح کتنی ہے؟", "اس کے سائیڈ ایفیکٹس کیا ہیں؟", "اور مردوں میں؟"),
    roman=("khawateen mein success rate kya hai?", "side effects kya hain?", "aur mardon mein?"),
)
def test_a_follow_up_on_a_declined_question_is_not_answered_on_the_topic_before(
    chat, variety, said
):
    chat.patient(said[0])
    chat.bot(action="answer", topics=["success_pof"])
    chat.patient(said[1])
    chat.bot(action="decline", block="decline_risks")
    chat.patient(said[2])
    chat.bot(action="decline", topics=[], variety=variety, block="decline_risks")


@in_three(
    en=("What are the side effects?", "Is it legal in Pakistan?", "and for men?"),
    ur=("سائیڈ ایفیکٹس کیا ہیں؟", "کیا یہ پاکستان میں قانونی ہے؟", "اور مردوں کے لیے؟"),
    roman=("side effects kya hote hain?", "pakistan mein legal hai?", "aur mardon ke liye?"),
)
def test_an_answer_after_a_decline_is_what_a_follow_up_leans_on(chat, variety, said):
    chat.patient(said[0])
    chat.bot(action="decline", button="handoff")
    chat.patient(said[1])
    chat.bot(action="answer", topics=["legality"])
    chat.patient(said[2])
    chat.bot(action="answer", topics=["legality"], variety=variety)


@in_three(
    en=("How much does it cost?", "😭", "👍", "and for men?"),
    ur=("خرچہ کتنا ہے؟", "😭", "👍", "اور مردوں کے لیے؟"),
    roman=("kharcha kitna hai?", "😭", "🙏🙏", "aur mardon ke liye?"),
)
def test_emoji_in_between_change_nothing(chat, variety, said):
    chat.patient(said[0])
    chat.bot(action="answer", topics=["cost"])
    for emoji in said[1:3]:
        chat.patient(emoji)
        chat.bot(action="smalltalk", variety=variety)
    chat.patient(said[3])
    chat.bot(action="answer", topics=["cost"], variety=variety)


@in_three(
    en=("success rate", "men?", "women?"),
    ur=("کامیابی کتنی ہے", "مردوں کی؟", "خواتین کی؟"),
    roman=("success kitna hai", "or mardo mai", "or aurto mai"),
)
def test_clipped_follow_ups(chat, variety, said):
    for text, topic in zip(said, ["success_pof", "success_ptf", "success_pof"], strict=True):
        chat.patient(text)
        chat.bot(action="answer", topics=[topic], variety=variety)


@in_three(
    en=("What is ASCOT?", "for men?", "and does it hurt?", "men also?"),
    ur=("ایسکاٹ کیا ہے؟", "مردوں کے لیے؟", "درد ہوتا ہے؟", "مردوں کو بھی؟"),
    roman=("ASCOT kya hota hai?", "mardon ke liye?", "dard hota hai?", "mardon ko bhi?"),
)
def test_a_follow_up_leans_on_the_follow_up_before_it(chat, variety, said):
    for text, topic in zip(said, ["ascot", "ptf", "pain", "pain"], strict=True):
        chat.patient(text)
        chat.bot(action="answer", topics=[topic], variety=variety)
