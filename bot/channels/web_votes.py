"""Thumbs up and down, kept as counts for each text and day: no words, no visitor, no message."""

import sqlite3
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import closing
from datetime import date
from pathlib import Path

MOST_REMEMBERED = 50_000
TABLE = """CREATE TABLE IF NOT EXISTS votes (day TEXT, text TEXT, variety TEXT, vote TEXT, count INTEGER,
           PRIMARY KEY (day, text, variety, vote))"""
COUNT = """INSERT INTO votes VALUES (?, ?, ?, ?, 1)
           ON CONFLICT (day, text, variety, vote) DO UPDATE SET count = count + 1"""


class Votes:
    """Counts votes in an SQLite file."""

    def __init__(self, path: Path) -> None:
        """`path` is made when the first vote comes."""
        self._path = path
        self._voted: OrderedDict[tuple[str, str], None] = OrderedDict()

    def count(self, sender: str, message_id: str, texts: Iterable[tuple[str, str]], vote: str, *, day: date) -> bool:
        """Count one vote on each of `texts` (id and language); False when this message was voted on before."""
        if (sender, message_id) in self._voted:
            return False
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._path)) as database, database:
            database.execute(TABLE)
            database.executemany(COUNT, [(day.isoformat(), text, variety, vote) for text, variety in texts])
        self._voted[sender, message_id] = None
        if len(self._voted) > MOST_REMEMBERED:
            self._voted.popitem(last=False)
        return True

    def totals(self, *, since: date) -> list[tuple[str, str, str, int]]:
        """Return text, variety, vote and count of the days from `since` on, added up."""
        if not self._path.exists():
            return []
        with closing(sqlite3.connect(self._path)) as database:
            database.execute(TABLE)
            return database.execute("SELECT text, variety, vote, sum(count) FROM votes WHERE day >= ? "
                                    "GROUP BY text, variety, vote", (since.isoformat(),)).fetchall()

    def purge(self, *, before: date) -> int:
        """Delete the counts of days before `before`; return how many rows."""
        if not self._path.exists():
            return 0
        with closing(sqlite3.connect(self._path)) as database, database:
            database.execute(TABLE)
            return database.execute("DELETE FROM votes WHERE day < ?", (before.isoformat(),)).rowcount
