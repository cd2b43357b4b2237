"""Who is signed in: random tokens in a cookie, their digests here, an end after idleness and after the working day."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from bot.staff.access.accounts import ROLES
from bot.staff.access.attempts import digest
from bot.staff.access.audit import note
from bot.staff.tables import accounts, sessions
from bot.storage.database import Database

IDLE_SECONDS = 3600
SEEN_EVERY = (
    60  # a session is marked as seen at most this often: pages would otherwise wait for the disk
)


@dataclass(frozen=True)
class Person:
    """Whoever is signed in, and the token that every form of theirs must carry."""

    name: str
    role: str
    csrf: str
    confirm: str | None = (
        None  # who made the link of a password that this person has still to own to
    )

    def may(self, role: str) -> bool:
        """Whether this person's role includes `role`."""
        return ROLES.index(self.role) >= ROLES.index(role)


class Sessions:
    """Starts, finds and ends sessions."""

    def __init__(
        self, database: Database, *, hours: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._database, self._seconds, self._clock = database, hours * 3600, clock

    def start(self, name: str) -> str:
        """Return the token of a new session; sessions that ended are swept out."""
        token, now = secrets.token_urlsafe(32), int(self._clock())
        with self._database.begin() as connection:
            connection.execute(sessions.delete().where(self._ended(now)))
            connection.execute(
                sessions.insert().values(
                    digest=digest(token),
                    account=name,
                    seen=now,
                    csrf=secrets.token_urlsafe(32),
                    expires=now + self._seconds,
                )
            )
        return token

    def person(self, token: str | None) -> Person | None:
        """Return who holds `token`, None where it is unknown or its time is up."""
        if not token:
            return None
        now = int(self._clock())
        query = (
            sa.select(sessions, accounts.c.role, accounts.c.disabled, accounts.c.confirm)
            .join(accounts, accounts.c.name == sessions.c.account)
            .where(sessions.c.digest == digest(token))
        )
        with self._database.begin() as connection:
            found = connection.execute(query).first()
            if (
                found is None
                or found.disabled
                or found.expires <= now
                or found.seen + IDLE_SECONDS <= now
            ):
                return None
            if found.seen + SEEN_EVERY <= now:
                connection.execute(
                    sessions.update().where(sessions.c.digest == found.digest).values(seen=now)
                )
        return Person(found.account, found.role, found.csrf, found.confirm)

    def end(self, token: str | None) -> None:
        """End the session of `token`."""
        with self._database.begin() as connection:
            found = connection.execute(
                sessions.select().where(sessions.c.digest == digest(token or ""))
            ).first()
            if found:
                connection.execute(sessions.delete().where(sessions.c.digest == found.digest))
                note(connection, found.account, "signed out")

    @staticmethod
    def _ended(now: int) -> sa.sql.ColumnElement:
        return sa.or_(sessions.c.expires <= now, sessions.c.seen <= now - IDLE_SECONDS)
