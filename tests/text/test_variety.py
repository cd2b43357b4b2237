"""Which variety a message is written in, and which one it is answered in."""

import pytest

from bot.text.languages import CODES as VARIETIES
from bot.text.variety import load_detector
from tests.support import HARD_TEXTS, eval_rows


@pytest.mark.parametrize(
    ("typed", "label", "reply"),
    [
        pytest.param("is it legal in pakistan?", "en", "en", id="english"),
        pytest.param("kya ye halal hai?", "roman", "roman", id="roman urdu"),
        pytest.param("کیا یہ حلال ہے؟", "ur", "ur", id="urdu script"),
        pytest.param(
            "کیا یہ علاج legal ہے؟ please tell", "mixed", "ur", id="urdu script with english"
        ),
        pytest.param(
            "what is the success rate, kitne log theek hote hain",
            "mixed",
            "roman",
            id="english and roman urdu",
        ),
        pytest.param("AMH 0.4", "en", None, id="an abbreviation and a number tell nothing"),
        pytest.param("كيا يہ جائز ہے", "ur", "ur", id="urdu typed with arabic letters"),
        pytest.param("12345", "en", None, id="numbers only tell nothing"),
        pytest.param("😭😭", "en", None, id="emoji only tell nothing"),
        pytest.param("", "en", None, id="an empty message tells nothing"),
    ],
)
def test_variety(typed, label, reply):
    found = load_detector().detect(typed)
    assert (found.label, found.reply) == (label, reply)


@pytest.mark.parametrize("text", HARD_TEXTS.values(), ids=HARD_TEXTS.keys())
def test_hard_text_never_raises(text):
    found = load_detector().detect(text)
    assert found.label in {*VARIETIES, "mixed"}
    assert found.reply in {*VARIETIES, None}


@pytest.mark.parametrize("variety", VARIETIES)
def test_examination_rows_are_answered_in_their_own_variety(variety):
    rows = [row for row in eval_rows() if row["variety"] == variety]
    right = sum((load_detector().detect(row["text"]).reply or "en") == variety for row in rows)
    assert right / len(rows) >= 0.95
