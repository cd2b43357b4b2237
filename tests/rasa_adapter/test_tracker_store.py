"""What the tracker store keeps: no number, nothing of how a message was read, and all that the conversation needs."""

import json
import sqlite3
import uuid

import pytest
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import ActionExecuted, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from served import Served

from bot.channels.channel import TERMINAL
from bot.channels.incoming import Incoming, clean, tapped
from bot.channels.turn import turn
from bot.rasa_adapter import tracker_store as private
from bot.settings import Settings

NUMBERS = "mera CNIC 35202-1234567-1, phone 0300-7654321, sana@mail.example, AMH 0.37"


@pytest.fixture
def stored(terminal, tmp_path, monkeypatch):
    """The trained bot with a private store of its own; gives the path of its file."""
    monkeypatch.setattr(private, "settings", lambda: Settings(var=tmp_path))
    store = private.PrivateTrackerStore(terminal.agent.domain)
    monkeypatch.setattr(terminal.agent, "tracker_store", store)
    monkeypatch.setattr(terminal.agent.processor, "tracker_store", store)
    return tmp_path / "conversations.db"


SESSION = [SessionStarted(timestamp=5.0), ActionExecuted("action_listen", timestamp=6.0)]
SPOKEN = [UserUttered("salam", timestamp=7.0), ActionExecuted("utter_smalltalk", timestamp=8.0)]


@pytest.mark.parametrize(
    "earlier",
    [
        pytest.param([], id="a new conversation"),
        pytest.param([*SESSION], id="one session"),
        pytest.param([*SPOKEN], id="no session was ever started"),
        pytest.param(
            [UserUttered("hello", timestamp=1.0), *SESSION, *SPOKEN],
            id="something before the session",
        ),
        pytest.param(
            [SessionStarted(timestamp=1.0), UserUttered("hello", timestamp=2.0), *SESSION, *SPOKEN],
            id="an earlier session",
        ),
    ],
)
def test_what_is_new_is_what_rasa_takes_for_new(terminal, tmp_path, monkeypatch, earlier):
    monkeypatch.setattr(private, "settings", lambda: Settings(var=tmp_path))
    store = private.PrivateTrackerStore(terminal.agent.domain)
    tracker = DialogueStateTracker.from_events("web-1", earlier)
    terminal._loop.run_until_complete(store.save(tracker))
    terminal._loop.run_until_complete(
        store.save(DialogueStateTracker.from_events("web-2", SESSION))
    )
    tracker = DialogueStateTracker.from_events(
        "web-1", [*earlier, UserUttered("aur?", timestamp=9.0)]
    )
    with store.session_scope() as session:
        ours = [event.timestamp for event in store._additional_events(session, tracker)]
        rasas = [
            event.timestamp for event in SQLTrackerStore._additional_events(store, session, tracker)
        ]
    assert ours == rasas


def content(path):
    """Every byte of the database's files, without those in the log that a later write has replaced."""
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return files(path)


def files(path):
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def rows(path):
    with sqlite3.connect(path) as database:
        return [
            json.loads(data) for (data,) in database.execute("SELECT data FROM events ORDER BY id")
        ]


def users(path):
    return [row for row in rows(path) if row["event"] == "user"]


def say(terminal, sender, *incoming):
    return [
        terminal._loop.run_until_complete(
            turn(terminal.agent.handle_message, one, sender=sender, channel=TERMINAL)
        ).metadata["action"]
        for one in incoming
    ]


def test_numbers_are_masked_in_the_file_and_figures_stay(terminal, stored):
    say(terminal, "web-1", Incoming(clean(NUMBERS)))
    for gone in (b"35202", b"1234567", b"7654321", b"sana@"):
        assert gone not in files(stored)
    assert users(stored)[0]["text"] == "mera CNIC •••, phone •••, •••, AMH 0.37"


def test_nothing_of_how_a_message_was_read_is_kept(terminal, stored):
    say(terminal, "web-1", Incoming("meri AMH 0.37 hai"))
    (message,) = users(stored)
    assert set(message["parse_data"]) <= {"intent", "entities", "text"}
    assert message["parse_data"]["intent"] == {"name": "case"}
    assert content(stored).count(b"AMH 0.37") == 2  # the words, and Rasa's copy of them


def test_the_guard_reads_what_was_typed_and_not_what_is_stored(terminal, stored, monkeypatch):
    from bot.guard.matcher import GuardMatcher

    read = []
    real = GuardMatcher.find
    monkeypatch.setattr(
        GuardMatcher, "find", lambda self, text: read.append(text) or real(self, text)
    )
    say(terminal, "web-1", Incoming(NUMBERS))
    assert "7654321" in read[0]


CONVERSATIONS = {
    "a case is remembered": (
        ["meri AMH 0.37 hai, mera number 03007654321", "kamyabi ki sharah kya hai?"],
        ["steer", "steer"],
    ),
    "a language is remembered": (["reply in english", "kya ye halal hai?", "dard hota hai?"], None),
    "a topic is remembered": (["success rate for women?", "and for men?"], ["answer", "answer"]),
}


@pytest.mark.parametrize(("said", "actions"), CONVERSATIONS.values(), ids=CONVERSATIONS.keys())
def test_a_conversation_works_as_without_a_store(terminal, stored, monkeypatch, said, actions):
    with_store = say(terminal, uuid.uuid4().hex, *map(Incoming, said))
    monkeypatch.undo()
    assert with_store == say(terminal, uuid.uuid4().hex, *map(Incoming, said))
    assert actions in (None, with_store)


def test_history_retries_and_receipts_work_from_the_file(terminal, stored):
    with Served(terminal.agent, stored.parent) as server:
        session = server.start()
        first = server.say(session, "POF kya hai? mera number 03007654321", id="message-1")
        assert server.say(session, "POF kya hai?", id="message-1") == first
        (found,) = server.post("history", session=session)[1]["turns"]
        assert (found["text"], found["replies"]) == ("POF kya hai? mera number •••", first)
        assert server.post("receipts", session=session, message="message-1")[0] == 200
        assert b"POF kya" in files(stored)
        server.post("clear", session=session)
        assert b"POF kya" not in files(stored) and rows(stored) == []


def test_a_tapped_button_is_kept_as_it_was(terminal, stored):
    say(terminal, "web-1", tapped("halal"))
    assert users(stored)[0]["metadata"]["button"] == "halal"


def test_the_file_lies_where_the_settings_say(stored):
    assert stored.exists()
