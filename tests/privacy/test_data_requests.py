"""Export shows everything, erasing leaves nothing, purging takes what is old: in every store."""

import json
import sqlite3
import time
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from bot.analytics.questions import Asked
from bot.analytics.votes import Votes
from bot.channels.whatsapp import data_requests as whatsapp
from bot.channels.whatsapp.alerts import alert
from bot.channels.whatsapp.human_takeover import Quiet
from bot.channels.whatsapp.identities import Chats
from bot.channels.whatsapp.inbox import Inbox
from bot.channels.whatsapp.outbox import Reply, plan
from bot.channels.whatsapp.payloads import parse
from bot.channels.whatsapp.tables import tables
from bot.errors import SettingsError
from bot.privacy.data_requests import Records
from bot.rasa_adapter import tracker_store as private
from bot.settings import Settings
from tests.running import NUMBER, message

PHONE, OTHER, WORDS = "923001234567", "923009999999", "Zulekha ka case hai"
DAY = 24 * 3600


@pytest.fixture
def records(tmp_path, monkeypatch):
    """Every store, with the conversations of two patients in it."""
    settings = Settings.from_env(
        {
            "JAWAB_VAR": str(tmp_path),
            "JAWAB_SESSION_KEY": "k" * 32,
            **{
                f"JAWAB_WHATSAPP_{name}": NUMBER
                for name in ("APP_SECRET", "VERIFY_TOKEN", "ACCESS_TOKEN", "PHONE_NUMBER_ID")
            },
        }
    )
    monkeypatch.setattr(private, "settings", lambda: settings)
    found = Records.of(private.PrivateTrackerStore(), settings)
    for phone in (PHONE, OTHER):
        chat_of(found, phone, arrived=time.time())
    Votes(f"sqlite:///{tmp_path}/votes.db").count(
        "web-1", "m-1", [("pof", "en")], "up", day=date.today()
    )
    return found


def chat_of(records, phone, *, arrived):
    """A patient writes, is answered, and is in an emergency nobody could tell them about."""
    inbox = Inbox(
        records.channels["whatsapp"].store,
        Chats(key="k" * 32, phone_number_id=NUMBER),
        Quiet(120, 30, "#bot"),
    )
    inbox.accept([parse(json.dumps(message(WORDS, sender=phone)).encode(), phone_number_id=NUMBER)])
    chat = records.of_phone(phone)
    with records.channels["whatsapp"].store.begin() as connection:
        plan(
            connection,
            Reply("text", "en", "emergency", ({"id": "halal", "title": "Halal"},)),
            key=chat,
            chat=chat,
            now=int(arrived),
        )
        alert(connection, reason="urgent reply not delivered", chat=chat, cause=chat)
    records.room.note(
        sender=chat,
        channel="whatsapp",
        reason="callback",
        cause="a test",
        variety="en",
        contact={"name": "Zulekha", "phone": phone},
    )
    records.asked.note({"action": "decline"}, WORDS, sender=chat, channel="whatsapp")
    records.asked.flush()
    utter(records, chat, arrived)
    return chat


def utter(records, sender, at):
    with records.conversations.session_scope() as session:
        session.add(
            records.conversations.SQLEvent(
                sender_id=sender,
                type_name="user",
                timestamp=at,
                data=json.dumps({"event": "user", "text": WORDS}),
            )
        )
        session.commit()


def in_every_store(records, chat):
    """How many rows know a chat, by table."""
    with records.channels["whatsapp"].store.begin() as connection:
        counts = {
            name: len(connection.execute(column.table.select().where(column == chat)).all())
            for name, column in whatsapp.OF_A_CHAT.items()
        }
    with records.conversations.session_scope() as session:
        counts["waiting room"] = sum(one.sender == chat for one in records.room.open())
        counts["questions"] = len(records.asked.export(chat))
        return counts | {
            "events": session.query(records.conversations.SQLEvent)
            .filter_by(sender_id=chat)
            .count()
        }


def test_export_shows_every_row_of_one_patient_and_none_of_another(records):
    chat = records.of_phone(PHONE)
    shown = records.export(chat)
    text = json.dumps(shown, ensure_ascii=False)
    assert shown["events"][0]["text"] == WORDS and PHONE in text and OTHER not in text
    counted = {name: len(rows) for name, rows in shown["whatsapp"].items()}
    counted |= {name: len(shown[name]) for name in ("events", "waiting room", "questions")}
    assert counted == in_every_store(records, chat) and all(counted.values())


def test_export_names_every_table_there_is():
    assert set(whatsapp.OF_A_CHAT) == set(tables.tables)


@pytest.mark.parametrize(
    "phone", ["+92 300 1234567", "0300-1234567", "00923001234567", "923001234567", "۰۳۰۰۱۲۳۴۵۶۷"]
)
def test_a_number_is_found_however_it_is_written(records, phone):
    assert records.of_phone(phone) == records.of_phone(PHONE) is not None


def test_who_shows_no_number_is_found_by_their_user_id_and_by_no_number(records):
    chat = chat_of(records, "PK.923005551234", arrived=time.time())
    assert records.of_phone("PK.923005551234") == chat is not None
    assert records.of_phone("923005551234") is None


def test_erasing_leaves_nothing_of_one_patient_and_everything_of_another(records, tmp_path):
    chat, other = records.of_phone(PHONE), records.of_phone(OTHER)
    before = in_every_store(records, other)
    counts = records.erase(chat)
    assert counts == dict.fromkeys(counts, 1) and set(counts) == {
        *tables.tables,
        "events",
        "waiting room",
        "questions",
    }
    assert (
        not any(in_every_store(records, chat).values()) and in_every_store(records, other) == before
    )
    assert records.of_phone(PHONE) is None
    assert set(records.erase(chat).values()) == {0}


def test_erased_words_and_numbers_are_in_no_file(records, tmp_path):
    for phone in (PHONE, OTHER):
        records.erase(records.of_phone(phone))
    for name in ("whatsapp.db", "staff.db"):
        with sqlite3.connect(tmp_path / name) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for path in tmp_path.glob("*.db*"):
        assert b"Zulekha" not in path.read_bytes() and PHONE.encode() not in path.read_bytes(), path


def test_a_message_that_is_erased_is_not_answered_when_meta_sends_it_again(records):
    body = json.dumps(message("salam", sender=PHONE, id="wamid.again")).encode()
    inbox = Inbox(
        records.channels["whatsapp"].store,
        Chats(key="k" * 32, phone_number_id=NUMBER),
        Quiet(120, 30, "#bot"),
    )
    inbox.accept([parse(body, phone_number_id=NUMBER)])
    records.erase(records.of_phone(PHONE))
    assert inbox.accept([parse(body, phone_number_id=NUMBER)]) == 0


def test_purging_takes_what_is_older_than_the_settings_say(records, tmp_path):
    now = time.time()
    utter(records, "web-old", now - 91 * DAY)
    utter(records, "web-young", now - 89 * DAY)
    old = date.today() - timedelta(days=731)
    Votes(f"sqlite:///{tmp_path}/votes.db").count("web-1", "m-2", [("pof", "en")], "up", day=old)
    for days in (89, 91, 732):
        book = Asked(records.asked.database, clock=lambda days=days: now - days * DAY)
        book.note({"action": "decline"}, WORDS, sender=f"web-{days}", channel="web")
        book.flush()
    assert records.purge(now=now) == {
        "events": 1,
        "votes": 1,
        "whatsapp": 0,
        "call-back requests": 0,
        "questions": 2,
        "counts": 3,
    }  # an action, a doubt and a cause
    assert records.asked.export("web-89") and not records.asked.export("web-91")
    assert records.export("web-young")["events"] and not records.export("web-old")["events"]


def test_purging_takes_chats_of_patients_who_stopped_writing(records):
    with records.channels["whatsapp"].store.begin() as connection:
        for name in ("inbox", "outbox"):
            connection.execute(tables.tables[name].update().values(state="done", body=None))
    later = time.time() + 31 * DAY
    records.purge(now=later)
    with records.channels["whatsapp"].store.begin() as connection:
        left = {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in tables.tables.items()
        }
    assert left == {"chats": 0, "identities": 0, "inbox": 0, "outbox": 0, "offers": 0, "alerts": 2}


def test_an_alert_that_somebody_has_seen_goes_in_time(records):
    with records.channels["whatsapp"].store.begin() as connection:
        connection.execute(tables.tables["alerts"].update().values(seen_at=int(time.time())))
    records.purge(now=time.time() + 31 * DAY)
    with records.channels["whatsapp"].store.begin() as connection:
        assert connection.execute(tables.tables["alerts"].select()).all() == []


def test_a_store_that_keeps_nothing_is_refused():
    from rasa.core.tracker_store import InMemoryTrackerStore
    from rasa.shared.core.domain import Domain

    with pytest.raises(SettingsError, match="endpoints.yml: tracker_store"):
        Records.of(InMemoryTrackerStore(Domain.empty()), Settings())


def test_a_phone_without_whatsapp_is_refused(records):
    without = Records.of(records.conversations, Settings())
    with pytest.raises(SettingsError, match="--phone"):
        without.of_phone(PHONE)
