"""Thumbs up and down, kept as counts for each text and day: no words, no visitor, no message."""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa

from bot.storage.database import Database

MOST_REMEMBERED = 50_000
tables = sa.MetaData(info={"store": "votes"})

votes = sa.Table(
    "votes",
    tables,
    sa.Column("day", sa.String, primary_key=True),  # as 2026-11-22
    sa.Column("text", sa.String, primary_key=True),
    sa.Column("variety", sa.String, primary_key=True),
    sa.Column("vote", sa.String, primary_key=True),  # up or down
    sa.Column("count", sa.Integer, nullable=False),
)
# written out: SQLAlchemy has a form of its own for each database, and both understand this one
COUNT = sa.text(
    "INSERT INTO votes (day, text, variety, vote, count) VALUES (:day, :text, :variety, :vote, 1) "
    "ON CONFLICT (day, text, variety, vote) DO UPDATE SET count = votes.count + 1"
)


class Votes:
    """Counts votes."""

    def __init__(self, url: str) -> None:
        """Open the store at `url`."""
        self.database = Database(url, tables)
        self._voted: OrderedDict[tuple[str, str], None] = OrderedDict()

    def count(
        self,
        sender: str,
        message_id: str,
        texts: Iterable[tuple[str, str]],
        vote: str,
        *,
        day: date,
    ) -> bool:
        """Count one vote on each of `texts` (id and language); False when this message was voted on before."""
        if (sender, message_id) in self._voted:
            return False
        rows = [
            {"day": day.isoformat(), "text": text, "variety": variety, "vote": vote}
            for text, variety in texts
        ]
        with self.database.begin() as connection:
            if rows:
                connection.execute(COUNT, rows)
        self._voted[sender, message_id] = None
        if len(self._voted) > MOST_REMEMBERED:
            self._voted.popitem(last=False)
        return True

    def totals(self, *, since: date) -> list[tuple[str, str, str, int]]:
        """Return text, variety, vote and count of the days from `since` on, added up."""
        query = (
            sa.select(votes.c.text, votes.c.variety, votes.c.vote, sa.func.sum(votes.c.count))
            .where(votes.c.day >= since.isoformat())
            .group_by(votes.c.text, votes.c.variety, votes.c.vote)
        )
        with self.database.begin() as connection:
            return [tuple(row) for row in connection.execute(query)]

    def purge(self, *, before: date) -> int:
        """Delete the counts of days before `before`; return how many rows."""
        with self.database.begin() as connection:
            return connection.execute(
                votes.delete().where(votes.c.day < before.isoformat())
            ).rowcount
