"""Every store's revisions, forward and back, on both databases: they must lead to exactly the tables in use."""

import json
import threading

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from bot.channels.whatsapp.human_takeover import Quiet
from bot.channels.whatsapp.identities import Chats
from bot.channels.whatsapp.inbox import Inbox
from bot.channels.whatsapp.tables import Store, tables
from bot.cli.all_tables import tables as all_tables
from bot.errors import BotError
from bot.storage import migrate
from bot.storage.database import Database


def names(engine):
    return set(sa.inspect(engine).get_table_names())


def ours(thing, name, kind, reflected, other):
    # the indexes of Rasa's table are ours alone, and written in each database's own words
    return not (kind in ("table", "index") and reflected and other is None)


def differences(engine, store):
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": migrate.version_table(store),
                "compare_type": True,
                "include_object": ours,
            },
        )
        return compare_metadata(context, all_tables()[store])


@pytest.mark.parametrize("store", migrate.STORES)
def test_forward_back_and_forward_again(address, store):
    engine = sa.create_engine(address)
    for _ in range(2):
        migrate.upgrade(engine, store)
        assert differences(engine, store) == []
        migrate.downgrade(engine, store, "base")
        assert names(engine) == {migrate.version_table(store)}


def test_the_stores_live_side_by_side_in_one_database(address):
    engine = sa.create_engine(address)
    for store in migrate.STORES:
        migrate.upgrade(engine, store)
    ours = [table for found in all_tables().values() for table in found.tables]
    assert len(set(ours)) == len(ours), "two stores have a table of one name"
    assert names(engine) == {*ours, *map(migrate.version_table, migrate.STORES)}
    migrate.downgrade(engine, "votes", "base")
    assert names(engine) == {*ours, *map(migrate.version_table, migrate.STORES)} - {"votes"}


def test_what_was_stored_under_the_first_revision_is_there_under_the_newest_and_back(address):
    engine = sa.create_engine(address)
    name = "m-" + 32 * "0"
    migrate.upgrade(engine, "whatsapp", "0001")
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO inbox (id, kind, at, arrived, state) "
                f"VALUES ('{name}', 'text', 1, 1, 'new')"
            )
        )
    for step in (
        lambda: migrate.upgrade(engine, "whatsapp"),
        lambda: migrate.downgrade(engine, "whatsapp", "0001"),
    ):
        step()
        with engine.connect() as connection:
            assert connection.execute(sa.text("SELECT id, attempts FROM inbox")).all() == [
                (name, 0)
            ]


KEY, WAMID = "k" * 32, "wamid.HBgMOTIzMDAxMjM0NTY3FQIAEhgUM0E="
BEFORE = {
    "inbox": {
        "id": WAMID,
        "chat": "wa-1",
        "kind": "edit",
        "at": 1,
        "arrived": 1,
        "state": "new",
        "body": {
            "id": WAMID,
            "kind": "edit",
            "at": 1,
            "person": {"wa_id": "923001234567", "user_id": None},
            "text": "words",
            "target": "wamid.edited",
            "forwarded": False,
        },
    },
    "outbox": {
        "key": f"{WAMID}#0",
        "receipt": "r",
        "chat": "wa-1",
        "action": "emergency",
        "state": "queued",
        "due": 1.0,
        "made": 1,
        "wamid": "wamid.sent",
        "body": {"text": "t", "variety": "en", "quote": WAMID, "buttons": []},
    },
    "offers": {"nonce": "n", "chat": "wa-1", "button": "b", "made": 1, "tapped_by": WAMID},
    "alerts": {"key": f"urgent:{WAMID}#0", "reason": "urgent", "chat": "wa-1", "at": 1},
}


def test_whatsapps_message_ids_become_the_names_that_a_second_delivery_is_known_by(
    address, monkeypatch
):
    """The ids decode to the patient's number; only what a waiting reply quotes stays until it has left."""
    monkeypatch.setenv("JAWAB_SESSION_KEY", KEY)
    engine = sa.create_engine(address)
    migrate.upgrade(engine, "whatsapp", "0002")
    old = sa.MetaData()
    old.reflect(engine)
    with engine.begin() as connection:
        for table, values in BEFORE.items():
            connection.execute(old.tables[table].insert().values(**values))
    store = Store(address)
    with store.begin() as connection:
        (waiting,), (reply,), (offered,), (alert,) = (
            connection.execute(tables.tables[name].select()).all() for name in BEFORE
        )
    book = Chats(key=KEY, phone_number_id="1")
    name = book.message(WAMID)
    assert (waiting.id, offered.tapped_by) == (name, name)
    assert (reply.key, alert.key) == (f"{name}#0", f"urgent:{name}#0")
    assert (reply.sent_as, reply.quote) == (book.message("wamid.sent"), WAMID)
    assert "quote" not in reply.body and "person" not in waiting.body
    assert (waiting.body["id"], waiting.body["quote"]) == (name, WAMID)
    assert waiting.body["target"] == book.message("wamid.edited")
    work = Inbox(store, book, Quiet(120, 30, "#bot")).claim()
    assert (work.message.text, work.message.quote) == ("words", WAMID)
    migrate.downgrade(engine, "whatsapp", "0002")


def test_whatsapps_message_ids_in_conversations_become_the_same_names(address, monkeypatch):
    monkeypatch.setenv("JAWAB_SESSION_KEY", KEY)
    engine = sa.create_engine(address)
    migrate.upgrade(engine, "conversations", "0002")
    told = {"event": "user", "text": "آداب", "message_id": WAMID}
    with engine.begin() as connection:
        for number in range(3):
            connection.execute(
                sa.text(
                    "INSERT INTO events (sender_id, type_name, data) VALUES ('wa-1', 'user', :data)"
                ),
                {"data": json.dumps({**told, "n": number})},
            )
    migrate.upgrade(engine, "conversations")
    with engine.connect() as connection:
        rows = [json.loads(row.data) for row in connection.execute(sa.text("SELECT * FROM events"))]
    name = Chats(key=KEY, phone_number_id="1").message(WAMID)
    assert rows == [{**told, "message_id": name, "n": number} for number in range(3)]


def test_tables_from_before_there_were_revisions_are_taken_over(address):
    engine = sa.create_engine(address)
    migrate.upgrade(engine, "whatsapp", "0001")
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE schema_whatsapp"))
    assert differences(Store(address).engine, "whatsapp") == []


def test_processes_that_start_together_do_not_step_on_each_other(address):
    problems = []

    def start():
        try:
            Database(address, tables)
        except Exception as error:
            problems.append(error)

    starting = [threading.Thread(target=start) for _ in range(6)]
    for one in starting:
        one.start()
    for one in starting:
        one.join()
    assert problems == []


def test_a_store_of_a_newer_version_is_refused_and_left_alone(address):
    store = Store(address)
    with store.begin() as connection:
        connection.execute(sa.text("UPDATE schema_whatsapp SET version_num = '9999'"))
    with pytest.raises(BotError, match="newer version"):
        Store(address)
    with store.begin() as connection:
        assert migrate.at(connection, "whatsapp") == "9999"
