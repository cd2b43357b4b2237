"""The ledger: a chain that shows every change, and what a signature is worth today."""

import errno
import json
import os
from datetime import date, timedelta

import pytest

from bot.answers.ledger import APPROVED, PROVISIONAL, Ledger, sha256, staggered
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


# --- a line that was not written to its end ---


@pytest.mark.parametrize(
    "left",
    [
        pytest.param(lambda last: last[:1], id="one byte of it"),
        pytest.param(lambda last: last[:50], id="fifty bytes of it"),
        pytest.param(lambda last: last[:-2], id="all but its last two bytes"),
        pytest.param(lambda last: last[: last.index(b"\xd8") + 1], id="half a letter at the end"),
        pytest.param(lambda last: b"\x00" * len(last), id="zeros, as after a power cut"),
    ],
)
def test_a_torn_last_line_is_left_out_loudly_and_the_next_signature_mends_it(shelf, caplog, left):
    *kept, last = shelf.ledger_file.read_bytes().splitlines(keepends=True)
    shelf.ledger_file.write_bytes(b"".join(kept) + left(last))
    ledger = Ledger.load(shelf.ledger_file)
    assert [entry["id"] for entry in ledger.entries] == ["pain", "halal"] and ledger.torn
    assert "torn" in caplog.text and caplog.records[-1].levelname == "ERROR"
    shelf.sign("cost")
    mended = Ledger.load(shelf.ledger_file)
    assert [entry["id"] for entry in mended.entries] == ["pain", "halal", "cost"]
    assert not mended.torn
    aside = shelf.ledger_file.with_name("ledger.jsonl.torn")
    assert aside.read_bytes() == left(last) + b"\n"


def test_the_very_first_line_may_be_torn(shelf):
    shelf.ledger_file.write_bytes(shelf.ledger_file.read_bytes()[:70])
    assert Ledger.load(shelf.ledger_file).entries == []
    shelf.sign("pain")
    assert len(Ledger.load(shelf.ledger_file).entries) == 1


def test_a_last_line_that_lacks_only_its_end_counts(shelf):
    shelf.recall("pain")
    shelf.ledger_file.write_bytes(shelf.ledger_file.read_bytes()[:-1])
    assert standing(shelf, "pain", today=day()) == "recalled"
    shelf.sign("cost")
    assert len(Ledger.load(shelf.ledger_file).entries) == 5


@pytest.mark.parametrize("fails", ["pwrite", "fsync"])
def test_a_full_disk_leaves_the_ledger_as_it_was(shelf, monkeypatch, fails):
    before, real = shelf.ledger_file.read_bytes(), {"pwrite": os.pwrite, "fsync": os.fsync}
    failed = []

    def full(descriptor, *arguments):
        if fails == "pwrite" and not failed:
            failed.append(True)
            return real["pwrite"](descriptor, arguments[0][:100], arguments[1])
        if len(failed) < 2:
            failed.append(True)
            raise OSError(errno.ENOSPC, "No space left on device")
        return real[fails](descriptor, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(os, fails, full)
        with pytest.raises(LedgerError, match="cannot be written here"):
            shelf.sign("steer")
    assert failed and shelf.ledger_file.read_bytes() == before


# --- dates ---


def test_texts_signed_together_run_out_over_weeks_each_on_its_own_day():
    until = date(2027, 11, 22)
    names = [f"text_{number}" for number in range(100)]
    days = {name: staggered(name, today=day(), until=until) for name in names}
    assert until - timedelta(weeks=6) <= min(days.values()) and max(days.values()) <= until
    assert max(list(days.values()).count(one) for one in days.values()) < 10
    assert days == {name: staggered(name, today=day(), until=until) for name in names}


@pytest.mark.parametrize("days", [1, 2, 3, 10, 60])
def test_a_short_signature_is_not_spread_into_the_past(days):
    for name in ("pain", "halal", "cost", "emergency"):
        found = staggered(name, today=day(), until=day(days))
        assert day() < found <= day(days)


@pytest.mark.parametrize(
    ("name", "offset", "in_grace"),
    [
        pytest.param("emergency", 99, False, id="in force"),
        pytest.param("emergency", 100, True, id="an emergency on the day it runs out"),
        pytest.param("self_harm", 189, True, id="a crisis on the last day of grace"),
        pytest.param("self_harm", 190, False, id="a crisis a day later"),
        pytest.param("service_trouble", 100, True, id="service trouble"),
        pytest.param("pain", 100, False, id="an answer"),
        pytest.param("steer", 100, False, id="a steer"),
    ],
)
def test_texts_for_danger_have_a_time_of_grace(shelf, name, offset, in_grace):
    shelf.sign(name)
    stands = Ledger.load(shelf.ledger_file).standing(shelf.answers()[name], today=day(offset))
    assert stands.in_grace is in_grace
    assert stands.usable is (offset < 100)  # it is asked to be signed again all the same
