"""Notes for the waiting room: on disk at once, delivered once, whatever happens to store, disk or process."""

import json
import sqlite3
import time

import pytest
from cryptography.fernet import Fernet
from sqlalchemy.exc import OperationalError

from bot.handover.notes import Notes
from bot.handover.queue import WaitingRoom

NOTE = {"channel": "web", "reason": "crisis", "cause": "rule x", "variety": "ur"}


@pytest.fixture
def room(tmp_path):
    keys = Fernet.generate_key().decode()
    return WaitingRoom(f"sqlite:///{tmp_path}/staff.db", keys=keys, days=30)


@pytest.fixture
def notes(tmp_path, room):
    return Notes(tmp_path / "notes", lambda: room, clock=lambda: 1_000_000.0)


def test_a_note_waits_on_disk_until_it_is_delivered(notes, room, tmp_path):
    notes.put(sender="web-a", **NOTE)
    assert room.open() == [] and notes.waiting() == 1
    assert notes.deliver() == 1 and notes.waiting() == 0
    (entry,) = room.open()
    assert (entry.sender, entry.reason, entry.since) == ("web-a", "crisis", 1_000_000)


def test_what_a_killed_process_left_the_next_one_delivers(notes, room, tmp_path):
    notes.put(sender="web-a", **NOTE)
    assert Notes(tmp_path / "notes", lambda: room).deliver() == 1
    assert len(room.open()) == 1


def test_a_note_delivered_twice_counts_once(notes, room, tmp_path):
    notes.put(sender="web-a", **NOTE)
    (path,) = (tmp_path / "notes").glob("*.note")
    content = path.read_bytes()
    notes.deliver()
    path.write_bytes(content)  # the process died between telling the store and forgetting the file
    notes.deliver()
    assert [one.times for one in room.open()] == [1]


def test_nobody_waits_for_a_locked_store_and_the_note_is_kept(notes, room, tmp_path):
    lock = sqlite3.connect(tmp_path / "staff.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    started = time.monotonic()
    notes.put(sender="web-a", **NOTE)
    assert time.monotonic() - started < 0.2 and notes.waiting() == 1
    lock.execute("ROLLBACK")
    assert notes.deliver() == 1


def test_a_store_that_fails_keeps_every_note(notes, room, monkeypatch):
    for sender in ("a", "b"):
        notes.put(sender=sender, **NOTE)

    def fail(**note):
        raise OperationalError("", {}, OSError("full"))

    with monkeypatch.context() as patched:
        patched.setattr(room, "receive", fail)
        with pytest.raises(OperationalError):
            notes.deliver()
    assert notes.waiting() == 2 and notes.deliver() == 2


def test_where_the_disk_takes_nothing_a_note_waits_in_memory(notes, room, monkeypatch):
    def full(note):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(notes, "_write", full)
        notes.put(sender="web-a", **NOTE)
        with pytest.raises(OSError):  # a request for a call must not be promised then
            notes.put_request(sender="web-a", channel="web", variety="en", contact="sealed")
    assert notes.waiting() == 1 and notes.deliver() == 1
    assert [one.reason for one in room.open()] == ["crisis"]


def test_a_note_that_cannot_be_read_is_put_aside_and_holds_up_no_other(notes, room, tmp_path):
    notes.put(sender="web-a", **NOTE)
    (tmp_path / "notes" / "0-torn.note").write_text("{", encoding="utf-8")
    assert notes.deliver() == 1 and len(room.open()) == 1
    assert [path.name for path in (tmp_path / "notes").iterdir()] == ["0-torn.unreadable"]


def test_erasing_a_conversation_takes_its_notes_along(notes, room):
    notes.put(sender="web-a", **NOTE)
    notes.put(sender="web-b", **NOTE)
    assert notes.erase("web-a") == 1
    notes.deliver()
    assert [one.sender for one in room.open()] == ["web-b"]


def test_a_note_is_readable_by_its_owner_only_and_holds_no_words(notes, tmp_path):
    notes.put(sender="web-a", **NOTE)
    (path,) = (tmp_path / "notes").glob("*.note")
    assert path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0
    assert set(json.loads(path.read_bytes())) == {
        *("sender", "channel", "reason", "cause", "variety", "at", "contact", "source")
    }
