"""A short run of tests/fuzz.py, and proof that its judge can say no."""

import copy
from datetime import date

import pytest

from tests.conftest import ROOT
from tests.fuzz import Approved, Messages, run

SEED = 7


def test_whatever_is_typed_every_reply_is_made_of_ledger_texts(terminal):
    assert run(terminal, 300, SEED) == []


def test_the_same_seed_gives_the_same_messages():
    one, other = Messages(SEED), Messages(SEED)
    assert [one.next() for _ in range(100)] == [other.next() for _ in range(100)]
    assert [one.next() for _ in range(20)] != [Messages(SEED + 1).next() for _ in range(20)]


def without(name):
    def spoil(said):
        reply = said["replies"][0]
        texts = {block["id"]: block for block in reply["blocks"]}
        place = list(texts).index(name)
        reply["text"] = "\n".join(
            line for number, line in enumerate(reply["text"].split("\n")) if number != place
        )
        reply["blocks"] = [block for block in reply["blocks"] if block["id"] != name]

    return spoil


SPOILT = {
    "a letter more": lambda said: said["replies"][0].update(text=said["replies"][0]["text"] + "."),
    "an unseen letter more": lambda said: said["replies"][0].update(
        text="\u200b" + said["replies"][0]["text"]
    ),
    "free words": lambda said: said["replies"][0].update(text="You will have a child."),
    "nothing": lambda said: said["replies"][0].update(text=""),
    "no disclaimer": without("disclaimer"),
    "no notice": without("notice"),
    "two messages": lambda said: said["replies"].append(said["replies"][0]),
    "no message": lambda said: said["replies"].clear(),
    "an action nobody knows": lambda said: said.update(action="advise"),
    "an answer called a steer": lambda said: said.update(action="steer"),
    "a receipt of other texts": lambda said: said["replies"][0]["blocks"].pop(0),
    "a button of free words": lambda said: said["replies"][0].update(
        buttons=[{"id": "pain", "title": "No pain!"}]
    ),
    "a button in another language": lambda said: said["replies"][0].update(
        buttons=[{"id": "pain", "title": "کیا درد ہوتا ہے؟"}]
    ),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_the_judge_says_no(terminal, spoil):
    judge, said = Approved(ROOT / "data", date.today()), terminal.say("is it painful?")
    assert said["action"] == "answer" and judge.problem(said) is None
    spoilt = copy.deepcopy(said)
    spoil(spoilt)
    assert judge.problem(spoilt)
