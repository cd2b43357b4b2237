"""The shape of every store, forward and back: Alembic's revisions under bot/storage/migrations/<store>.

A store is a group of tables that live together: in a file of its own with SQLite, side by side in one PostgreSQL
database, where each keeps its own version in `schema_<store>`.
"""

import zlib
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

from bot.errors import BotError

HERE = Path(__file__).parent / "migrations"
STORES = tuple(
    sorted(path.name for path in HERE.iterdir() if path.is_dir() and not path.name.startswith("_"))
)


def upgrade(engine: Engine, store: str, revision: str = "head") -> None:
    """Bring the tables of `store` forward to `revision`; processes that start together wait for each other.

    Tables from before there were revisions are taken to be of the first one. Raises BotError for a store that a newer
    version of the program has moved on.
    """
    with engine.begin() as connection:
        alone(connection, store)
        present = at(connection, store)
        if present == head(store) and revision == "head":
            return
        if present and present not in _known(store):
            raise BotError(
                f"the tables of {store} are of a newer version ({present}); run that version of the bot, "
                f"or bring them back with it: jawab database downgrade {store} {head(store)}"
            )
        config = _config(store, connection)
        if present is None and _unversioned(connection, store):
            command.stamp(config, _first(store))
        command.upgrade(config, revision)


def alone(connection: Connection, store: str) -> None:
    """Wait until no other process is in a transaction of `store`; in SQLite a transaction is alone by itself."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(
            f"SELECT pg_advisory_xact_lock({zlib.crc32(store.encode('ascii'))})"
        )


def downgrade(engine: Engine, store: str, revision: str) -> None:
    """Take the tables of `store` back to `revision`, or to nothing with `base`."""
    with engine.begin() as connection:
        command.downgrade(_config(store, connection), revision)


def at(connection: Connection, store: str) -> str | None:
    """Return the revision a store is at, None for one that has none."""
    return MigrationContext.configure(
        connection, opts={"version_table": version_table(store)}
    ).get_current_revision()


@lru_cache
def head(store: str) -> str:
    """Return the newest revision of a store."""
    found = ScriptDirectory.from_config(_config(store)).get_current_head()
    assert found
    return found


def revise(store: str, connection: Connection, tables: sa.MetaData, message: str) -> Path:
    """Write a revision that brings the database behind `connection` to the shape of `tables`; return its file."""
    config = _config(store, connection)
    config.attributes["tables"] = tables
    number = f"{len(_known(store)) + 1:04d}"
    command.revision(
        config, message, autogenerate=True, rev_id=number, version_path=str(HERE / store)
    )
    path = next((HERE / store).glob(f"{number}_*.py"))
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if "# ###" not in line]  # Alembic's chatter
    path.write_text("\n".join(kept).rstrip() + "\n", encoding="utf-8")
    return path


def version_table(store: str) -> str:
    """Return the name of the table that holds a store's revision."""
    return f"schema_{store}"


@lru_cache
def _known(store: str) -> frozenset[str]:
    return frozenset(
        script.revision for script in ScriptDirectory.from_config(_config(store)).walk_revisions()
    )


def _first(store: str) -> str:
    return min(_known(store))


def _unversioned(connection: Connection, store: str) -> bool:
    """Whether tables of the store are there already, made before there were revisions."""
    module = ScriptDirectory.from_config(_config(store)).get_revision(_first(store)).module
    return bool(sa.inspect(connection).has_table(module.OLDEST))


def _config(store: str, connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("version_locations", str(HERE / store))
    config.attributes.update(connection=connection, version_table=version_table(store), tables=None)
    return config
