"""Long talks as patients hold them, a case told in the middle: what is still answered, and what no more."""

import pytest

ENGLISH = [
    ("hi", "smalltalk", []),
    ("is this available in pakistan?", "answer", ["location"]),
    ("where do the cells come from", "answer", ["cell_source"]),
    ("do we still need ivf after", "answer", ["own_baby"]),
    ("does it help after failed micro tese?", "answer", ["tese"]),
    ("my husband had a failed micro tese last year", "steer", []),
    ("does it help after failed tese?", "steer", []),
    ("how much", "answer", ["cost"]),
    ("can i talk to someone", "handoff", []),
    ("one more thing, is it halal?", "answer", ["halal"]),
    ("ok thanks", "smalltalk", []),
    ("bye", "smalltalk", []),
]
URDU = [
    ("السلام علیکم", "smalltalk", []),
    ("سٹیم سیل سے علاج کیا ہوتا ہے", "answer", ["what_is"]),
    ("یہ سیل کہاں سے لیتے ہیں", "answer", ["cell_source"]),
    ("درد تو نہیں ہوتا", "answer", ["pain"]),
    ("کیا بچہ اپنا ہی ہوگا", "answer", ["own_baby"]),
    ("کتنے مہینے میں نتیجہ آتا ہے", "answer", ["timeline"]),
    ("میری شادی کو دس سال ہو گئے ہیں", "steer", []),
    ("میرے شوہر کی رپورٹ میں جراثیم نہیں ہیں", "steer", []),
    ("کتنے مہینے میں نتیجہ آتا ہے", "steer", []),
    ("کیا یہ جائز ہے", "answer", ["halal"]),
    ("فون نمبر دے دیں", "handoff", []),
    ("اللہ حافظ", "smalltalk", []),
]
ROMAN = [
    ("AoA", "smalltalk", []),
    ("stem cell ka suna tha", "answer", ["what_is"]),
    ("cells kahan se lete hain", "answer", ["cell_source"]),
    ("dard to nahi hota?", "answer", ["pain"]),
    ("acha aur paise kitne lagte hain", "answer", ["cost"]),
    ("hamare doctor ne kaha hai azoospermia hai", "steer", []),
    ("kya un ka ilaj ho sakta hai", "steer", []),
    ("acha ye batayein ye jaiz hai", "answer", ["halal"]),
    ("mardon mein success rate kya hai", "steer", []),
    ("Lahore mein kahan", "answer", ["location"]),
    ("number de dein", "handoff", []),
    ("shukriya", "smalltalk", []),
]


@pytest.mark.parametrize(
    "talk",
    [pytest.param(ENGLISH, id="en"), pytest.param(URDU, id="ur"), pytest.param(ROMAN, id="roman")],
)
def test_a_long_talk(chat, talk):
    for text, action, topics in talk:
        chat.patient(text)
        chat.bot(action=action, topics=topics)
