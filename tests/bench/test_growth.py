"""The measurement of growth: what it fills a store with, and what it calls flat."""

import sqlite3

import pytest
from growth import fill
from report import Row, steep
from sqlalchemy import create_engine

from bot.rasa_adapter.tracker_store import PrivateTrackerStore


@pytest.fixture
def database(tmp_path):
    """A conversation store with one conversation of three events."""
    path = tmp_path / "conversations.db"
    PrivateTrackerStore.Base.metadata.create_all(create_engine(f"sqlite:///{path}"))
    with sqlite3.connect(path) as connection:
        connection.executemany(
            "INSERT INTO events (sender_id, type_name, timestamp, data) "
            "VALUES ('web-1', ?, 1.0, '{}')",
            [("user",), ("bot",), ("action",)],
        )
    return path


def rows(path):
    with sqlite3.connect(path) as connection:
        return connection.execute(
            "SELECT sender_id, type_name FROM events WHERE sender_id != 'web-1' ORDER BY id"
        ).fetchall()


def test_a_store_is_filled_up_with_copies_of_its_first_conversation(database):
    fill(database, 0, 10)
    fill(database, 10, 700)
    found = rows(database)
    assert len(found) == 3 * 700 and len({sender for sender, _ in found}) == 700
    assert [kind for sender, kind in found if sender == "crowd-699"] == ["user", "bot", "action"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param({"1": 10.0, "1000": 14.9}, [], id="flat enough"),
        pytest.param({"1": 10.0, "10": 16.0, "1000": 11.0}, ["turns"], id="steep in the middle"),
    ],
)
def test_what_grows_too_much_is_named(row, expected):
    assert steep({"turns": row}) == expected


@pytest.mark.parametrize(
    ("name", "ours", "stock", "met"),
    [
        ("latency, median", 14, 28, True),
        ("latency, p99", 15, 28, False),
        ("turns a second, 1 process", 60, 30, True),
        ("turns a second, 2 processes", 59, 30, False),
    ],
)
def test_few_milliseconds_and_many_turns_are_good(name, ours, stock, met):
    assert Row(name, "", ours, stock).met is met
