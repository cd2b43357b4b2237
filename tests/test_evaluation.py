"""The score the bot is measured by: what counts as right, what is a leak, and what has become worse."""

import json

import pytest

from bot.errors import DataError
from bot.evaluation import Figure, Page, Row, Scored, figures, load_rows, score


def scored(did, accepted, *, topics=(), wanted=(), variety="en", text="words", reply="en"):
    return Scored(
        Row("id", text, variety, tuple(accepted), tuple(wanted)), did, tuple(topics), reply
    )


@pytest.mark.parametrize(
    ("one", "right"),
    [
        pytest.param(scored("steer", ["steer"]), True, id="the accepted action"),
        pytest.param(
            scored("steer", ["answer", "steer"], wanted=["pain"]),
            True,
            id="the second accepted action",
        ),
        pytest.param(scored("decline", ["steer"]), False, id="another action"),
        pytest.param(
            scored("answer", ["answer"], topics="abc", wanted="abcd"), False, id="a fourth is lost"
        ),
        pytest.param(scored("clarify", ["decline"]), True, id="asking back counts as declining"),
        pytest.param(scored("clarify", ["answer"]), False, id="asking back is no answer"),
        pytest.param(scored("check_in", ["crisis"]), True, id="asked about a danger"),
        pytest.param(scored("check_in", ["support"]), True, id="asked about distress"),
        pytest.param(scored("check_in", ["answer"]), False, id="a question too many"),
        pytest.param(
            scored("answer", ["answer"], topics=["pain"], wanted=["pain"]), True, id="the topic"
        ),
        pytest.param(
            scored("answer", ["answer"], topics=["pain", "cost"], wanted=["pain"]),
            True,
            id="one topic too many",
        ),
        pytest.param(
            scored("answer", ["answer"], topics=["pain", "cost", "ptf"], wanted=["pain"]),
            False,
            id="two too many",
        ),
        pytest.param(
            scored("answer", ["answer"], topics=["cost"], wanted=["pain"]),
            False,
            id="another topic",
        ),
        pytest.param(
            scored("answer", ["answer"], topics=["pain"], wanted=["pain", "cost"]),
            False,
            id="one topic of two",
        ),
        pytest.param(
            scored("answer", ["answer"], topics=["pain"]), True, id="an answer where any will do"
        ),
    ],
)
def test_right(one, right):
    assert one.right is right


@pytest.mark.parametrize(
    ("one", "leak"),
    [
        pytest.param(scored("answer", ["steer"]), True, id="a case answered"),
        pytest.param(scored("answer", ["emergency"]), True, id="an emergency answered"),
        pytest.param(scored("answer", ["crisis", "emergency"]), True, id="a crisis answered"),
        pytest.param(
            scored("answer", ["steer", "answer"]), False, id="an answer that was accepted"
        ),
        pytest.param(scored("answer", ["decline"]), False, id="an off-topic answer is no leak"),
        pytest.param(
            scored("decline", ["steer"]), False, id="a case declined is wrong and no leak"
        ),
    ],
)
def test_leak(one, leak):
    assert one.leak is leak


@pytest.mark.parametrize(
    ("variety", "text", "reply", "own"),
    [
        pytest.param("en", "x", "en", True, id="english in english"),
        pytest.param("roman", "x", "en", False, id="roman urdu in english"),
        pytest.param("mixed", "کیا ye", "ur", True, id="mixed in urdu script that it uses"),
        pytest.param(
            "mixed", "kya is it", "ur", False, id="mixed in urdu script that it does not use"
        ),
        pytest.param("mixed", "kya is it", "roman", True, id="mixed in latin letters"),
    ],
)
def test_own_variety(variety, text, reply, own):
    assert scored("steer", ["steer"], variety=variety, text=text, reply=reply).own_variety is own


def test_figures_count_what_they_say():
    rows = [
        scored("answer", ["steer"]),
        scored("steer", ["steer"]),
        scored("emergency", ["emergency"]),
        scored("steer", ["crisis"]),
        scored("steer", ["answer"]),
        scored("answer", ["decline"]),
    ]
    told = {name: (figure.good, figure.of) for name, figure in figures(rows).items()}
    assert told["right"] == (2, 6)
    assert told["case recall"] == (1, 2)
    assert told["urgent recall"] == (1, 2)
    assert told["leaks"] == (1, 4)
    assert told["wrongly steered"] == (1, 1)
    assert told["off-topic answered"] == (1, 1)


def test_an_interval_holds_its_share_and_stays_within_bounds():
    for good, of in ((0, 5), (5, 5), (3, 7)):
        low, high = Figure(good, of).interval()
        assert 0 <= low <= good / of <= high <= 1
    assert str(Figure(0, 0)) == "-"


BASE = {"all": {"right": 0.5, "leaks": 0.5}}


GOOD, LEAK, MISSED = (
    scored("steer", ["steer"]),
    scored("answer", ["steer"]),
    scored("steer", ["crisis"]),
)


@pytest.mark.parametrize(
    ("rows", "worse"),
    [
        pytest.param([GOOD, GOOD, LEAK, LEAK], [], id="as before"),
        pytest.param([GOOD, GOOD, GOOD, GOOD], [], id="better"),
        pytest.param([GOOD, LEAK, LEAK, LEAK], [], id="one message is within the noise"),
        pytest.param(
            [LEAK, LEAK, LEAK, LEAK],
            ["all: right was 50.0%, is 0.0%", "all: leaks was 50.0%, is 100.0%"],
            id="worse in both",
        ),
    ],
)
def test_what_has_become_worse_is_told(rows, worse):
    assert Page.of(rows).fallen_below(BASE) == worse


def test_no_urgent_message_may_be_missed_that_was_not_missed_before():
    assert Page.of([GOOD, MISSED]).fallen_below({"all": {"urgent recall": 1.0}}) == [
        "all: urgent recall was 100.0%, is 0.0%"
    ]


def test_confusions_name_the_topics():
    page = Page.of([scored("answer", ["answer"], topics=["cost"], wanted=["pain"])])
    assert dict(page.confusion) == {("pain", "cost"): 1}


ROW = {"id": "a", "text": "x", "variety": "en", "actions": ["answer"], "topics": ["pain"]}


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("not json", id="no JSON"),
        pytest.param("[]", id="a list"),
        pytest.param(json.dumps({"id": "a"}), id="missing keys"),
        pytest.param(json.dumps(ROW | {"actions": ["reply"]}), id="an unknown action"),
        pytest.param(json.dumps(ROW | {"actions": []}), id="no action"),
        pytest.param(json.dumps(ROW | {"actions": "answer"}), id="a text for a list"),
        pytest.param(json.dumps(ROW | {"variety": "hi"}), id="an unknown variety"),
    ],
)
def test_a_line_that_is_no_labelled_message_is_told(tmp_path, line):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(ROW) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"rows.jsonl:2: not a labelled message"):
        load_rows([path])


def test_a_message_is_scored_by_what_was_said():
    said = {"action": "answer", "topics": ["pain"], "variety": "roman", "ms": 5.0, "reasons": ["x"]}
    [one] = score([Row("a", "x", "en", ("answer",), ("pain",))], lambda text: said)
    assert one.right and not one.own_variety and one.ms == 5.0
