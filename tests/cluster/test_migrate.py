"""Every store's revisions, forward and back, on both databases: they must lead to exactly the tables in use."""

import threading

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

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
    migrate.upgrade(engine, "whatsapp", "0001")
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO inbox (id, kind, at, arrived, state) VALUES ('m', 'text', 1, 1, 'new')"
            )
        )
    for step in (
        lambda: migrate.upgrade(engine, "whatsapp"),
        lambda: migrate.downgrade(engine, "whatsapp", "0001"),
    ):
        step()
        with engine.connect() as connection:
            assert connection.execute(sa.text("SELECT id, attempts FROM inbox")).all() == [("m", 0)]


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
