"""What staff must look at on WhatsApp stands in the one waiting room, exactly once, whatever stops in between."""

from functools import partial

import pytest
from cryptography.fernet import Fernet
from line import KEY, FakeService, Line, run
from sqlalchemy.exc import OperationalError

from bot.channels.whatsapp import forward_alerts as module
from bot.channels.whatsapp import worker
from bot.channels.whatsapp.alerts import (
    ASKS,
    BARRED,
    CAME_LATE,
    LAPSED,
    UNDELIVERED,
    WAITED,
    alert,
    unseen,
)
from bot.channels.whatsapp.forward_alerts import REASONS, relay
from bot.channels.whatsapp.tables import Store
from bot.handover.queue import MINUTES, WaitingRoom


@pytest.fixture
def room(tmp_path):
    return WaitingRoom(
        f"sqlite:///{tmp_path}/staff.db", keys=Fernet.generate_key().decode(), days=30
    )


@pytest.fixture
def store(tmp_path):
    return Store(f"sqlite:///{tmp_path}/whatsapp.db")


def raised(store, *reasons, chat="wa-1"):
    with store.begin() as connection:
        for number, reason in enumerate(reasons):
            alert(connection, reason=reason, chat=chat, cause=f"m{number}")


def done(room):
    for one in room.open():
        with room.database.begin() as connection:
            room.claim(connection, one.number, "ayesha")
            room.resolve(connection, one.number, "ayesha")


def test_every_alert_has_its_reason(store, room):
    raised(store, UNDELIVERED, ASKS, WAITED)
    for _ in range(3):
        relay(store, room, language="ur")
    assert [
        (one.reason, one.cause, one.sender, one.channel, one.variety) for one in room.open()
    ] == [
        ("undelivered", UNDELIVERED, "wa-1", "whatsapp", "ur"),
        ("unanswered", WAITED, "wa-1", "whatsapp", "ur"),
        ("handoff", ASKS, "wa-1", "whatsapp", "ur"),
    ]
    assert set(REASONS) == {UNDELIVERED, CAME_LATE, ASKS, WAITED, BARRED, LAPSED}
    assert set(REASONS.values()) <= set(MINUTES)


def test_an_alert_stays_until_it_is_done_in_the_waiting_room(store, room):
    raised(store, UNDELIVERED)
    relay(store, room, language="ur")
    assert len(unseen(store)) == 1
    done(room)
    relay(store, room, language="ur")
    assert unseen(store) == [] and room.open() == []
    raised(store, UNDELIVERED)  # the same cause again is no new alert
    relay(store, room, language="ur")
    assert room.open() == []


def test_a_process_that_dies_half_way_loses_and_doubles_nothing(store, room, monkeypatch):
    raised(store, UNDELIVERED, WAITED)
    hear = room.hear

    def dies(name, **told):
        hear(name, **told)
        raise OSError("killed")

    monkeypatch.setattr(room, "hear", dies)
    with pytest.raises(OSError):
        relay(store, room, language="ur")
    monkeypatch.setattr(room, "hear", hear)
    relay(store, room, language="ur")
    assert [one.times for one in room.open()] == [1, 1]
    done(room)
    monkeypatch.setattr(module, "mark_seen", lambda *args: (_ for _ in ()).throw(OSError("killed")))
    with pytest.raises(OSError):
        relay(store, room, language="ur")
    monkeypatch.undo()
    relay(store, room, language="ur")
    assert room.open() == [] and unseen(store) == []


def test_who_asks_for_a_person_waits_once_though_the_turn_told_it_too(store, room):
    room.note(sender="wa-1", channel="whatsapp", reason="handoff", cause="x", variety="ur")
    raised(store, ASKS)
    relay(store, room, language="ur")
    assert [(one.reason, one.times) for one in room.open()] == [("handoff", 1)]


def line(tmp_path, data, room, **settings):
    found = Line(tmp_path, data, **settings)
    found._service = partial(
        FakeService, found.bot, key=KEY, library=found.library, gate=found.gate, room=room
    )
    return found


def test_a_running_channel_tells_the_waiting_room(tmp_path, data, room, monkeypatch):
    monkeypatch.setattr(worker, "RELAY_EVERY", 0.05)

    async def scenario():
        async with line(tmp_path, data, room) as running:
            await running.patient("i want a person")
            await running.until(lambda: [one.reason for one in room.open()] == ["handoff"])
            assert room.open()[0].variety == "en"
            done(room)
            await running.until(lambda: unseen(running.store) == [])

    run(scenario())


def test_a_waiting_room_that_is_away_holds_nobody_up_and_hears_it_later(
    tmp_path, data, room, monkeypatch
):
    monkeypatch.setattr(worker, "RELAY_EVERY", 0.05)
    hear, away = room.hear, [True]

    def sometimes(*args, **told):
        if away[0]:
            raise OperationalError("SELECT", {}, OSError("away"))
        return hear(*args, **told)

    monkeypatch.setattr(room, "hear", sometimes)

    async def scenario():
        async with line(tmp_path, data, room) as running:
            assert len(await running.patient("i want a person")) == 1
            assert len(await running.patient("halal?")) == 2
            away[0] = False
            await running.until(lambda: len(room.open()) == 1)

    run(scenario())


def test_without_a_console_alerts_stay_where_they_are(tmp_path, data):
    async def scenario():
        async with line(tmp_path, data, None) as running:
            await running.patient("i want a person")
            assert [row.reason for row in unseen(running.store)] == [ASKS]

    run(scenario())
