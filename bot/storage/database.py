"""One way to open a store: its tables brought to today's shape, and each `begin` a transaction that is kept."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.storage.migrate import alone, upgrade

WAIT = 30.0  # seconds for a lock; work beside the patients can wait
# never a hang: seconds to connect, milliseconds for a statement; and a connection lost meanwhile is made anew
POSTGRESQL: dict[str, Any] = {
    "pool_size": 4,
    "pool_pre_ping": True,
    "connect_args": {"connect_timeout": 3, "options": "-c statement_timeout=10000"},
}


class Database:
    """The store that `tables` belong to (bot/storage/migrate.py), in SQLite or PostgreSQL."""

    def __init__(self, url: str, tables: sa.MetaData) -> None:
        """Open `url` and bring the store's tables to today's shape; `tables.info` names the store."""
        store = tables.info["store"]
        self._turn = (
            threading.Lock()
        )  # SQLite has one writer; waiting here is fairer than its own retries
        self.engine = open_engine(url, writer=store)
        self.embedded = self.engine.dialect.name == "sqlite"
        upgrade(self.engine, store)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Yield a connection whose changes are kept together or not at all; one writer at a time for each store.

        In a cluster that holds across processes too, so that what a transaction read is still true when it writes.
        """
        with self._turn, self.engine.begin() as connection:
            yield connection


def open_engine(url: str, *, writer: str | None = None, wait: float = WAIT) -> Engine:
    """Return an engine for `url`; with `writer` each of its transactions is the only one of that name at its time.

    It waits so many seconds for a lock that somebody else holds, and then fails.
    """
    address = sa.engine.make_url(url)
    if address.get_backend_name() == "sqlite":
        if address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(
            url,
            poolclass=sa.pool.QueuePool,
            pool_size=4,
            connect_args={"check_same_thread": False, "timeout": wait},
        )
        sa.event.listen(engine, "connect", _durable)
        if writer:
            sa.event.listen(engine, "connect", _leave_transactions)
            sa.event.listen(engine, "begin", _begin_immediate)
        return engine
    engine = sa.create_engine(url, **POSTGRESQL)
    if wait != WAIT:
        sa.event.listen(engine, "connect", partial(_wait_for_locks, seconds=wait))
    if writer:
        sa.event.listen(engine, "begin", lambda connection: alone(connection, writer))
    return engine


def _wait_for_locks(connection: Any, record: Any, *, seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {int(seconds * 1000)}")
    connection.commit()


def _durable(connection: Any, record: Any) -> None:
    """Have a connection put every commit on disk with one write, and overwrite what it deletes.

    What is deleted can still stand in the write-ahead log until `wal_checkpoint(TRUNCATE)`.
    """
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")  # acknowledged means on disk, power cuts included
    connection.execute("PRAGMA secure_delete=ON")  # erased words leave no copy in the file


def _leave_transactions(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy begins them, not the driver


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql(
        "BEGIN IMMEDIATE"
    )  # a reader that turns writer could otherwise be refused
