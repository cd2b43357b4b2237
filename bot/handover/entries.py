"""CORE: an entry of the waiting room as it is written, inside a transaction of the caller's.

From one source so many an hour are listed, the others are counted on the newest of them: whoever writes to flood the
list does not bury who is in danger.
"""

import logging
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.handover.tables import waiting

logger = logging.getLogger(__name__)
# minutes until somebody should have looked; the gravest reason first
MINUTES = {
    "undelivered": 10,
    "crisis": 10,
    "emergency": 10,
    "unanswered": 10,
    "handoff": 30,
    "callback": 240,
}
# entries an hour from one source; many patients of one telephone company can share an address
MOST_FROM_ONE, MOST_REQUESTS_FROM_ONE = 20, 60
HOUR, SOURCE_SECONDS = 3600, 24 * 3600


def put(
    connection: Connection,
    *,
    sender: str,
    channel: str,
    reason: str,
    cause: str,
    variety: str,
    at: int,
    contact: str | None,
    source: str = "",
) -> int:
    """Put a conversation on the list, or count it again where it waits for the same; return its number."""
    more: dict[str, Any] = {"cause": cause[:200], "variety": variety}
    if contact:
        more["contact"] = contact.encode("ascii")
    same = sa.and_(
        waiting.c.sender == sender, waiting.c.reason == reason, waiting.c.resolved_at.is_(None)
    )
    found = connection.execute(sa.select(waiting.c.number).where(same)).scalar()
    if found is None:
        source = source or _known_source(connection, sender)
        most = MOST_REQUESTS_FROM_ONE if contact else MOST_FROM_ONE
        if (full := _full(connection, source, reason, at=at, most=most)) is not None:
            return full
        return insert(
            connection,
            sender=sender,
            channel=channel,
            reason=reason,
            since=at,
            source=source,
            **more,
        )
    # who asks twice keeps the first deadline
    connection.execute(
        waiting.update().where(waiting.c.number == found).values(**more, times=waiting.c.times + 1)
    )
    return int(found)


def _known_source(connection: Connection, sender: str) -> str:
    """Return where a conversation came from before: a call-back request does not tell."""
    known = sa.select(waiting.c.source).where(waiting.c.sender == sender, waiting.c.source != "")
    return str(connection.execute(known.limit(1)).scalar() or "")


def _full(connection: Connection, source: str, reason: str, *, at: int, most: int) -> int | None:
    """Where enough of the last hour came from `source`: count one more on the newest that waits, return its number."""
    lately = sa.and_(waiting.c.source == source, waiting.c.since > at - HOUR)
    count = sa.select(sa.func.count()).select_from(waiting).where(lately)
    if not source or (connection.execute(count).scalar() or 0) < most:
        return None
    newest = (
        sa.select(waiting.c.number, waiting.c.more)
        .where(lately, waiting.c.resolved_at.is_(None))
        .order_by(waiting.c.reason != reason, waiting.c.number.desc())
        .limit(1)
    )
    found = connection.execute(newest).first()
    if found is None:  # all looked after: somebody should see that it goes on
        return None
    if not found.more:
        logger.error("more than %d an hour for the waiting room from one source", most)
    connection.execute(
        waiting.update().where(waiting.c.number == found.number).values(more=waiting.c.more + 1)
    )
    return int(found.number)


def insert(connection: Connection, *, reason: str, since: int, **values: Any) -> int:
    """Put an entry on the list; return its number."""
    made = connection.execute(
        waiting.insert().values(
            reason=reason, since=since, due=since + MINUTES[reason] * 60, **values
        )
    )
    return int(made.inserted_primary_key[0])
