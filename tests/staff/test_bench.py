"""The test console behind its page: records, lists, CSV, and what must not come through."""

import csv
import io
import json
import shutil
import time

import pytest

from bot.channels.incoming import clean
from bot.errors import StaffError
from bot.guard.verdict import Reason
from bot.staff.tables import tables
from bot.staff.testing.batch import compare, messages_in, to_csv
from bot.staff.testing.trace import Recorder
from bot.storage.database import Database
from bot.text.align import pieces, places
from bot.text.words import load_lexicon
from tests.support import HARD_TEXTS

CONVERSATION = "0123456789abcdef"
ROW = {
    "text": "",
    "action": "answer",
    "topics": "halal",
    "variety": "en",
    "verdict": "",
    "blocks": "halal notice",
    "reply": "",
    "ms": 1.0,
    "changed": "",
}


def say(visitor, text="", **more):
    visitor.ask("")
    status, record = visitor.call(
        "test/say",
        {"text": text, "conversation": CONVERSATION, "channel": "web", "variety": "en", **more},
    )
    assert status == 200, record
    return record


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("meri AMH 0.4 hai, ye halal hai?", "case-lab-own"),
        ("bohat zyada khoon aa raha hai", "emergency-heavy-bleeding"),
        ("میں مرنا چاہتی ہوں", None),
    ],
)
def test_a_record_tells_what_explain_tells(staff, terminal, typed, rule):
    record, explained = say(staff("viewer"), typed), terminal.say(typed)
    parsed = terminal.parse(typed)
    assert record["action"] == explained["action"] and record["topics"] == explained["topics"]
    assert record["replies"][0]["text"] == explained["replies"][0]["text"]
    assert record["normalised"] == parsed["text"]
    assert record["verdict"]["reason"] == str(
        Reason.from_dict(parsed["reading"]["verdict"]["reason"])
    )
    cues = {cue for piece in record["pieces"] for cue in piece["cues"]}
    assert cues == {finding["rule_id"] for finding in parsed["reading"]["verdict"]["findings"]}
    assert rule is None or rule in cues
    assert "".join(piece["text"] for piece in record["pieces"]) == typed
    assert [vote["won"] for vote in record["votes"]].count(True) == 1
    assert all(block["signers"] for block in record["replies"][0]["blocks"])


def test_every_step_has_its_milliseconds_and_they_add_up(staff):
    record = say(staff("viewer"), "is it halal?")
    steps = {step["name"]: step["ms"] for step in record["steps"]}
    assert {"classifier", "guard", "normal form and variety", "decision", "reply composed"} <= set(
        steps
    )
    assert sum(steps.values()) == pytest.approx(record["ms"], abs=1)


def test_a_conversation_is_remembered_and_another_person_has_another(staff):
    visitor = staff("viewer")
    say(visitor, "meri AMH 0.4 hai")
    assert say(visitor, "success rate kya hai?")["action"] == "steer"
    assert say(staff("viewer"), "success rate kya hai?")["action"] == "answer"


def test_nothing_said_here_is_stored_with_patients_conversations(staff, terminal):
    visitor = staff("viewer")
    say(visitor, "is it halal?")
    keys = list(
        getattr(terminal.agent.tracker_store, "_tracker_store", terminal.agent.tracker_store).store
    )
    assert not [key for key in keys if key.startswith("staff-")]


def test_patients_are_answered_as_before(staff, terminal):
    before = terminal.say("is it halal?")["replies"]
    say(staff("viewer"), "is it halal?")
    assert terminal.say("is it halal?")["replies"] == before


@pytest.mark.parametrize(
    "name",
    [
        "a slash command",
        "thousands of emoji",
        "braces and markup",
        "zero bytes and controls",
        "a lone high surrogate",
        "combining marks piled up",
    ],
)
def test_hard_text_is_recorded_too(staff, name):
    text = HARD_TEXTS[name][:2000].encode("utf-8", "replace").decode()
    record = say(staff("viewer"), text)
    assert record["replies"] and record["typed"] == clean(text)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "x" * 3000},
        {"conversation": "../x"},
        {"channel": "rest"},
        {"variety": "fr"},
        {"text": "", "button": ""},
        {"button": "b" * 100},
    ],
)
def test_what_the_page_would_not_send_is_refused(staff, body):
    visitor = staff("viewer")
    visitor.ask("")
    whole = {"text": "hi", "conversation": CONVERSATION, "channel": "web", "variety": "en", **body}
    assert visitor.call("test/say", whole if body else [])[0] == 400


def test_saying_something_needs_the_token(staff):
    visitor = staff("viewer")
    visitor.csrf = "wrong"
    assert visitor.call("test/say", {"text": "hi"})[0] == 403


@pytest.mark.parametrize(
    "typed", [*HARD_TEXTS.values(), "mujhe3din se", "کیایہ حلال ہے؟میرا", "t.e.s.e. kya hai"]
)
def test_every_matched_word_has_a_place_in_the_typed_text(typed):
    lexicon, typed = load_lexicon(), clean(typed)
    found = places(typed, lexicon)
    assert len(found) == len(lexicon.words(typed))
    assert all(span is None or 0 <= span[0] < span[1] <= len(typed) for span in found)
    cut = pieces(typed, [(span, "x") for span in found if span])
    assert "".join(text for text, _ in cut) == typed


def test_a_word_is_marked_where_it_stands():
    typed = "Mujhay   bohttt   khoon aa rha"
    found = places(typed, load_lexicon())
    assert [typed[slice(*span)] for span in found] == ["Mujhay", "bohttt", "khoon", "aa", "rha"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("a, b\n\n  c \r\n", ["a, b", "c"], id="lines, commas and all"),
        pytest.param('id,text\n1,"a, b"\n2,"c\nd"\n', ["a, b", "c\nd"], id="a column of a CSV"),
        pytest.param("\ufeffText\nسلام\n", ["سلام"], id="a mark in front and a capital letter"),
        pytest.param("text\n'=1+1\n", ["=1+1"], id="an escaped formula comes back as it was"),
    ],
)
def test_messages_are_read_from_lines_and_csv(content, expected):
    assert messages_in(content) == expected


@pytest.mark.parametrize("content", ["", "\n \n", "text\n", "x\n" * 6000, "x" * 5000])
def test_lists_that_cannot_be_used_are_refused(content):
    with pytest.raises(StaffError):
        messages_in(content)


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@x", "\t=1", '=HYPERLINK("x")'])
def test_a_formula_leaves_as_text(formula):
    out = to_csv([ROW | {"text": formula, "reply": formula}])
    row = list(csv.reader(io.StringIO(out.removeprefix("\ufeff"))))[1]
    assert row[0] == f"'{formula}" and row[6] == f"'{formula}"


def test_a_list_is_compared_with_the_last_time_and_its_words_are_not_kept(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/staff.db", tables)
    first, again, other = (
        [ROW | {"text": "Zulekha ka AMH"} | more] for more in ({}, {}, {"action": "steer"})
    )
    for rows in (first, again, other):
        compare(database, rows)
    assert (first[0]["changed"], again[0]["changed"], other[0]["changed"]) == (
        "new",
        "",
        "action: answer → steer",
    )
    database.engine.dispose()
    assert not [path for path in tmp_path.iterdir() if b"Zulekha" in path.read_bytes()]


def finished(visitor, content):
    status, started = visitor.call("test/list", {"content": content})
    assert status == 200, started
    for _ in range(600):
        state = json.loads(
            visitor.ask(f"test/list/{started['run']}", headers={"Accept": "application/json"})[1]
        )
        if state["done"]:
            return started["run"], state
        time.sleep(0.1)
    raise AssertionError("the list never ended")


def test_a_list_is_answered_and_downloaded_by_whoever_sent_it_only(staff):
    visitor, other = staff("viewer"), staff("viewer")
    visitor.ask("")
    run, state = finished(visitor, "is it halal?\nmeri AMH 0.4 hai\n=kya ye mehnga hai")
    assert [row["action"] for row in state["rows"]][:2] == ["answer", "steer"]
    status, text = visitor.ask(f"test/csv/{run}")
    assert status == 200 and "'=kya" in text
    assert other.ask(f"test/csv/{run}")[0] == 400


def test_a_list_of_ten_megabytes_is_refused_and_the_server_lives(staff, office):
    visitor = staff("viewer")
    visitor.ask("")
    status, body = visitor.call("test/list", {"content": "is it halal?\n" * 800_000})
    assert status == 400 and "2 MB" in body["error"]
    assert visitor.ask("")[0] == 200


def test_a_draft_is_shown_beside_what_patients_get(terminal, tmp_path):
    data = shutil.copytree(
        "data", tmp_path / "data", ignore=shutil.ignore_patterns("nlu", "guard", "lexicon")
    )
    file = data / "answers" / "halal.yml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("it is generally", "it really is generally"),
        encoding="utf-8",
    )
    record = terminal.run(Recorder(terminal.agent, data).say("is it halal?", sender="staff-y"))
    assert "really" in record["draft"]["text"] and "really" not in record["replies"][0]["text"]
    assert (
        terminal.run(Recorder(terminal.agent, data).say("salam", sender="staff-z"))["draft"] is None
    )
