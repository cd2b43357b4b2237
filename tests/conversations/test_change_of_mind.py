"""Patients who correct themselves, repeat themselves, mistype, or turn to a person and back."""

from tests.support import in_three


@in_three(
    en=("What is the success rate?", "no, I asked about men"),
    ur=("خواتین میں کامیابی کی شرح کتنی ہے؟", "نہیں، میں نے مردوں کا پوچھا تھا"),
    roman=("khawateen mein success rate kitna hai?", "nahi, main ne mardon ka pucha tha"),
)
def test_no_i_asked_about_men(chat, variety, said):
    chat.patient(said[0])
    chat.bot(action="answer", topics=["success_pof"])
    chat.patient(said[1])
    chat.bot(action="answer", topics=["success_ptf"], variety=variety)


@in_three(
    en=("What is premature ovarian failure?", "no not women, men"),
    ur=("پی او ایف کیا ہے؟", "عورتوں کا نہیں، مردوں کا"),
    roman=("POF kya hai?", "aurton ka nahi mardon ka"),
)
def test_not_for_women_but_for_men(chat, variety, said):
    chat.patient(said[0])
    chat.bot(action="answer", topics=["pof"])
    chat.patient(said[1])
    chat.bot(action="answer", topics=["ptf"], variety=variety)


@in_three(
    en=("How much does it cost?", "no leave it, tell me is it halal?"),
    ur=("خرچہ کتنا ہے؟", "چھوڑیں، یہ بتائیں کہ یہ حلال ہے؟"),
    roman=("kharcha kitna hai?", "acha chorein, ye batayein ye halal hai?"),
)
def test_never_mind_something_else(chat, variety, said):
    chat.patient(said[0])
    chat.bot(action="answer", topics=["cost"])
    chat.patient(said[1])
    chat.bot(action="answer", topics=["halal"], variety=variety)


@in_three(
    en=("Is it painful?", "is it painful?", "IS IT PAINFUL???"),
    ur=("کیا درد ہوتا ہے؟", "کیا درد ہوتا ہے؟", "کیا درد ہوتا ہے؟؟؟"),
    roman=("dard hota hai?", "dard hota hai?", "DARD HOTA HAI???"),
)
def test_the_same_question_again_is_answered_again(chat, variety, said):
    for text in said:
        chat.patient(text)
        chat.bot(action="answer", topics=["pain"], variety=variety)


@in_three(
    en=("I want to talk to a doctor", "ok. is it legal in pakistan?"),
    ur=("مجھے ڈاکٹر سے بات کرنی ہے", "اچھا یہ پاکستان میں قانونی ہے؟"),
    roman=("mujhe doctor se baat karni hai", "acha ye pakistan mein legal hai?"),
)
def test_a_question_after_a_person_was_asked_for_is_answered(chat, variety, said):
    chat.patient(said[0])
    chat.bot(action="handoff", variety=variety)
    chat.patient(said[1])
    chat.bot(action="answer", topics=["legality"], variety=variety)


@in_three(
    en=("What should I eat to get pregnant?", "ok what is stem cell therapy then?"),
    ur=("سائیڈ ایفیکٹس کیا ہیں؟", "اچھا تو سٹیم سیل علاج کیا ہے؟"),
    roman=("hamal ke liye kya khana chahiye?", "acha stem cell ilaj kya hota hai?"),
)
def test_a_decline_and_then_a_covered_question(chat, variety, said):
    chat.patient(said[0])
    assert chat.said["action"] in {"decline", "steer"}
    chat.patient(said[1])
    chat.bot(action="answer", topics=["what_is"], variety=variety)


@in_three(
    en=("hw mch cost", "is it hlal", "pian?"),
    ur=("خرچا کتنا", "حلال ہے", "درد ھوتا ہے"),
    roman=("khrcha kitna", "hlal hai?", "drd hota hy"),
)
def test_typos_and_clipped_messages(chat, variety, said):
    for text, topic in zip(said, ["cost", "halal", "pain"], strict=True):
        chat.patient(text)
        chat.bot(action="answer", topics=[topic], variety=variety)


@in_three(
    en=("success rate?", "no i mean men", "both please", "only women"),
    ur=("کامیابی کتنی ہے", "میرا مطلب مردوں کی", "دونوں کا بتائیں", "صرف خواتین کا"),
    roman=(
        "success rate batao",
        "mera matlab mardon ka",
        "dono ka batao",
        "nahi sirf khawateen ka",
    ),
)
def test_back_and_forth_between_men_and_women(chat, variety, said):
    wanted = [["success_pof"], ["success_ptf"], ["success_pof", "success_ptf"], ["success_pof"]]
    for text, topics in zip(said, wanted, strict=True):
        chat.patient(text)
        chat.bot(action="answer", topics=topics, variety=variety)
