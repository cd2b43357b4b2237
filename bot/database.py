"""One way to open a database: every `begin` is a transaction that is on disk when it ends."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection


class Database:
    """An SQLAlchemy address, SQLite or another, with its tables made."""

    def __init__(self, url: str, tables: sa.MetaData) -> None:
        """Open `url` and make what of `tables` it lacks."""
        self._turn = threading.Lock()    # SQLite has one writer; waiting here is fairer than its own retries
        address = sa.engine.make_url(url)
        if address.get_backend_name() == "sqlite":
            if address.database:
                Path(address.database).parent.mkdir(parents=True, exist_ok=True)
            self.engine = sa.create_engine(url, poolclass=sa.pool.QueuePool, pool_size=4,
                                           connect_args={"check_same_thread": False, "timeout": 30})
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_immediate)
        else:
            self.engine = sa.create_engine(url)
        tables.create_all(self.engine)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Yield a connection whose changes are kept together or not at all."""
        with self._turn, self.engine.begin() as connection:
            yield connection


def durable(connection: Any) -> None:
    """Have an SQLite connection put every commit on disk with one write, and overwrite what it deletes.

    What is deleted can still stand in the write-ahead log until `wal_checkpoint(TRUNCATE)`.
    """
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")       # acknowledged means on disk, power cuts included
    connection.execute("PRAGMA secure_delete=ON")       # erased words leave no copy in the file


def _prepare_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None                   # SQLAlchemy begins transactions, not the driver
    durable(connection)


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")       # a reader that turns writer could otherwise be refused
