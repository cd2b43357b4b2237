"""The ledger: a chain that shows every change, and what a signature is worth today."""

import json

import pytest

from bot.answers.ledger import APPROVED, PROVISIONAL, Ledger, sha256
from bot.errors import LedgerError
from tests.support import Shelf, day


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path).sign("pain", "halal", "cost")


def lines(shelf):
    return shelf.ledger_file.read_text(encoding="utf-8").splitlines()


def write(shelf, rows):
    shelf.ledger_file.write_text("".join(row + "\n" for row in rows), encoding="utf-8")


def changed(line, **changes):
    return json.dumps(json.loads(line) | changes, ensure_ascii=False, sort_keys=True)


def test_a_sound_ledger_loads_and_ties_texts_to_their_hashes(shelf):
    ledger = Ledger.load(shelf.ledger_file)
    assert [entry["id"] for entry in ledger.entries] == ["pain", "halal", "cost"]
    assert ledger.entries[0]["texts"]["ur"] == sha256(shelf.answers()["pain"].text["ur"])


BREAKS = {
    "a changed date": (1, lambda rows: [changed(rows[0], date="2020-01-01"), *rows[1:]]),
    "a changed hash": (2, lambda rows: [rows[0], changed(rows[1], hash="0" * 64), *rows[2:]]),
    "a line taken out": (2, lambda rows: [rows[0], rows[2]]),
    "two lines swapped": (2, lambda rows: [rows[0], rows[2], rows[1]]),
    "a line twice": (2, lambda rows: [rows[0], rows[0], *rows[1:]]),
    "a first line that is gone": (1, lambda rows: rows[1:]),
    "half a line": (3, lambda rows: [*rows[:2], rows[2][:50]]),
    "an empty line": (2, lambda rows: [rows[0], "", *rows[1:]]),
    "no JSON": (2, lambda rows: [rows[0], "not json", *rows[1:]]),
    "a list": (2, lambda rows: [rows[0], "[]", *rows[1:]]),
    "a number": (2, lambda rows: [rows[0], "5", *rows[1:]]),
    "an object without keys": (2, lambda rows: [rows[0], "{}", *rows[1:]]),
}


@pytest.mark.parametrize(("line", "broken"), BREAKS.values(), ids=BREAKS.keys())
def test_a_broken_chain_is_told_with_its_first_bad_line(shelf, line, broken):
    write(shelf, broken(lines(shelf)))
    with pytest.raises(LedgerError, match=rf"ledger.jsonl:{line}: .*restore"):
        Ledger.load(shelf.ledger_file)


def test_a_line_signed_right_but_without_a_number_is_told(shelf):
    entry = {"id": "pain", "prev": "0" * 64}
    entry["hash"] = sha256(json.dumps(entry, ensure_ascii=False, sort_keys=True))
    write(shelf, [json.dumps(entry)])
    with pytest.raises(LedgerError, match="ledger.jsonl:1"):
        Ledger.load(shelf.ledger_file)


def test_bytes_that_are_no_text_are_told(shelf):
    shelf.ledger_file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LedgerError, match="not UTF-8"):
        Ledger.load(shelf.ledger_file)


def test_no_file_is_an_empty_ledger(tmp_path):
    assert Ledger.load(tmp_path / "ledger.jsonl").entries == []


def standing(shelf, name, *, today):
    return Ledger.load(shelf.ledger_file).standing(shelf.answers()[name], today=today).status


@pytest.mark.parametrize(
    ("offset", "status"),
    [
        pytest.param(0, PROVISIONAL, id="the day it was signed"),
        pytest.param(99, PROVISIONAL, id="the day before it expires"),
        pytest.param(100, "expired", id="the day it expires"),
        pytest.param(1000, "expired", id="long after"),
    ],
)
def test_a_signature_ends_on_its_day(shelf, offset, status):
    assert standing(shelf, "pain", today=day(offset)) == status


@pytest.mark.parametrize("language", ["en", "ur", "roman"])
@pytest.mark.parametrize("key", ["text", "title"])
def test_one_changed_character_in_one_language_makes_all_of_it_stale(shelf, key, language):
    answer = shelf.answers()["pain"]
    texts = dict(getattr(answer, key))
    shelf.rewrite("pain", **{key: texts | {language: texts[language] + "!"}})
    assert standing(shelf, "pain", today=day()) == "stale"
    assert standing(shelf, "halal", today=day()) == PROVISIONAL
    shelf.sign("pain")
    assert standing(shelf, "pain", today=day()) == PROVISIONAL


def test_never_signed_recalled_and_signed_again(shelf):
    assert standing(shelf, "steer", today=day()) == "unsigned"
    shelf.recall("pain")
    assert standing(shelf, "pain", today=day()) == "recalled"
    shelf.sign("pain", standing=APPROVED)
    assert standing(shelf, "pain", today=day()) == APPROVED


REFUSED = {
    "a date that has passed": ({"expires": day(-1)}, "choose a later date"),
    "a date of today": ({"expires": day()}, "choose a later date"),
    "nobody who signs": ({"roles": []}, "--role"),
    "a signer without a name": ({"roles": [" "]}, "--role"),
    "one role for a contested text": ({"roles": ["nurse"]}, "two roles"),
    "the same role twice for a contested text": ({"roles": ["nurse", "nurse"]}, "two roles"),
    "evidence not seen for a contested text": ({"seen_evidence": False}, "evidence"),
}


@pytest.mark.parametrize(("changes", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_a_signature_is_refused(shelf, changes, told):
    shelf.rewrite("halal", contested=True, evidence={"for": ["a"], "against": ["b"]})
    options = {
        "standing": APPROVED,
        "roles": ["nurse", "doctor"],
        "today": day(),
        "expires": day(10),
        "seen_evidence": True,
    }
    ledger = Ledger.load(shelf.ledger_file)
    ledger.sign(shelf.answers()["halal"], **options)
    with pytest.raises(LedgerError, match=told):
        ledger.sign(shelf.answers()["halal"], **(options | changes))


@pytest.mark.parametrize(
    ("name", "reason", "role", "told"),
    [
        pytest.param("steer", "wrong", "nurse", "never signed", id="a text never signed"),
        pytest.param("pain", " ", "nurse", "--reason", id="no reason"),
        pytest.param("pain", "wrong", "", "--role", id="nobody"),
    ],
)
def test_a_recall_is_refused(shelf, name, reason, role, told):
    with pytest.raises(LedgerError, match=told):
        Ledger.load(shelf.ledger_file).recall(name, reason=reason, role=role, today=day())


def test_evidence_of_a_contested_text_is_kept_in_its_signature(shelf):
    shelf.rewrite("halal", contested=True, evidence={"for": ["a fatwa"], "against": ["another"]})
    shelf.sign("halal")
    assert Ledger.load(shelf.ledger_file).entries[-1]["evidence"] == {
        "for": ["a fatwa"],
        "against": ["another"],
    }
