"""CORE: who waits for a person, since when and why. Names of conversations and reasons, never a patient's words.

What a call-back request holds and what staff note about it is encrypted here, and erased when its time is up.
"""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy.engine import Connection, Row

from bot.errors import StaffError
from bot.handover import entries
from bot.handover.entries import MINUTES, SOURCE_SECONDS
from bot.handover.tables import notes, tables, told, waiting
from bot.message import Sentence
from bot.storage.database import Database

logger = logging.getLogger(__name__)
RISK = {reason: rank for rank, reason in enumerate(MINUTES)}
NOTE_MOST = 1000
PRACTICE = "staff"  # the channel of the console's own tests, where nobody waits
UNREADABLE = Sentence("cannot be read: JAWAB_CONTACT_KEY is another one than it was kept with")


class WaitingRoom:
    """Patients who wait, the one queue for every channel."""

    def __init__(
        self, url: str, *, keys: str, days: int, clock: Callable[[], float] = time.time
    ) -> None:
        """`keys` are Fernet keys with commas between, the first encrypts; contact data goes after `days`."""
        self.database = Database(url, tables)
        self._fernet = MultiFernet([Fernet(key) for key in keys.split(",")])
        self._seconds, self._clock = days * 24 * 3600, clock

    def seal(self, words: str) -> str:
        """Return `words` encrypted, for keeping outside this store for a while."""
        return self._fernet.encrypt(words.encode("utf-8")).decode("ascii")

    def unseal(self, sealed: str | bytes) -> str:
        """Return what was sealed; raises StaffError where the key is another."""
        try:
            return self._fernet.decrypt(sealed).decode("utf-8")
        except InvalidToken as error:
            raise StaffError(UNREADABLE) from error

    def note(
        self,
        *,
        sender: str,
        channel: str,
        reason: str,
        cause: str,
        variety: str,
        contact: Mapping[str, str] | None = None,
        source: str = "",
    ) -> None:
        """Put a conversation on the list; one that waits for the same reason already is counted again instead.

        `source` is a keyed digest of the address it came from. From one source so many an hour are listed, the others
        are counted on the newest of them: whoever writes to flood the list does not bury who is in danger.
        """
        sealed = self.seal(json.dumps(contact)) if contact else None
        with self.database.begin() as connection:
            entries.put(
                connection,
                sender=sender,
                channel=channel,
                reason=reason,
                cause=cause,
                variety=variety,
                at=int(self._clock()),
                contact=sealed,
                source=source,
            )

    def receive(self, *, name: str, **note: Any) -> None:
        """As `note`, for one that was kept elsewhere until now (notes.py); one of the same `name` is taken once."""
        digest = _digest(name)
        with self.database.begin() as connection:
            if connection.execute(told.select().where(told.c.alert == digest)).first():
                return
            connection.execute(
                told.insert().values(alert=digest, waiting=entries.put(connection, **note))
            )

    def hear(
        self,
        alert: str,
        *,
        sender: str,
        channel: str,
        reason: str,
        cause: str,
        variety: str,
        at: int,
    ) -> bool:
        """Put what a channel's `alert` of the time `at` tells on the list, once; return whether it is settled by now.

        `alert` is its own name for ever, of which a digest is kept. A conversation that waits for the same reason
        already, or was looked after for it since, is not put there a second time.
        """
        digest = _digest(alert)
        with self.database.begin() as connection:
            known = connection.execute(told.select().where(told.c.alert == digest)).first()
            if known:
                entry = connection.execute(
                    waiting.select().where(waiting.c.number == known.waiting)
                ).first()
                return entry is None or entry.resolved_at is not None
            connection.execute(
                told.insert().values(alert=digest)
            )  # the second of two processes fails here
            found = connection.execute(
                sa.select(waiting.c.number).where(
                    waiting.c.sender == sender,
                    waiting.c.reason == reason,
                    sa.or_(waiting.c.resolved_at.is_(None), waiting.c.resolved_at >= at),
                )
            ).scalar()
            number = found or entries.insert(
                connection,
                sender=sender,
                channel=channel,
                reason=reason,
                since=at,
                cause=cause[:200],
                variety=variety,
            )
            connection.execute(told.update().where(told.c.alert == digest).values(waiting=number))
        return False

    def open(self) -> list[Row]:
        """Return who waits: the gravest reason first, and of one reason the newest first."""
        with self.database.begin() as connection:
            found = connection.execute(
                waiting.select().where(waiting.c.resolved_at.is_(None))
            ).all()
        return sorted(found, key=lambda one: (RISK[one.reason], -one.since, -one.number))

    def claim(self, connection: Connection, number: int, account: str) -> None:
        """Let `account` look after an entry; raises StaffError where a colleague was faster."""
        found = self._one(connection, number)
        if found.claimed_by not in (None, account):
            raise StaffError("{name} has taken this one already", name=found.claimed_by)
        connection.execute(
            waiting.update().where(waiting.c.number == number).values(claimed_by=account)
        )

    def release(self, connection: Connection, number: int, account: str) -> None:
        """Give an entry back to the list."""
        self._claimed(connection, number, account)
        connection.execute(
            waiting.update().where(waiting.c.number == number).values(claimed_by=None)
        )

    def add_note(self, connection: Connection, number: int, account: str, words: str) -> None:
        """Keep a note on an entry that `account` looks after."""
        self._claimed(connection, number, account)
        if not 0 < len(words.strip()) <= NOTE_MOST:
            raise StaffError("A note has 1 to {most} characters", most=NOTE_MOST)
        connection.execute(
            notes.insert().values(
                waiting=number,
                account=account,
                at=int(self._clock()),
                words=self.seal(words.strip()).encode("ascii"),
            )
        )

    def resolve(self, connection: Connection, number: int, account: str) -> None:
        """Take an entry that `account` looks after off the list."""
        self._claimed(connection, number, account)
        connection.execute(
            waiting.update()
            .where(waiting.c.number == number)
            .values(resolved_by=account, resolved_at=int(self._clock()))
        )

    def contact(self, entry: Row) -> dict[str, str] | None:
        """Return whom to call, None where nobody asked for a call."""
        return json.loads(self.unseal(entry.contact)) if entry.contact else None

    def notes(self, number: int) -> list[dict[str, Any]]:
        """Return the notes on an entry, oldest first."""
        with self.database.begin() as connection:
            found = connection.execute(
                notes.select().where(notes.c.waiting == number).order_by(notes.c.number)
            ).all()
        return [
            {"account": one.account, "at": one.at, "words": self.unseal(one.words)} for one in found
        ]

    def export(self, sender: str) -> list[dict[str, Any]]:
        """Return everything on record of a conversation, readable, as JSON-ready data."""
        with self.database.begin() as connection:
            found = connection.execute(waiting.select().where(waiting.c.sender == sender)).all()
        return [
            {**entry._asdict(), "contact": self.contact(entry), "notes": self.notes(entry.number)}
            for entry in found
        ]

    def erase(self, sender: str) -> int:
        """Delete everything on record of a conversation; return how many entries that were."""
        own = sa.select(waiting.c.number).where(waiting.c.sender == sender)
        with self.database.begin() as connection:
            connection.execute(notes.delete().where(notes.c.waiting.in_(own)))
            connection.execute(told.delete().where(told.c.waiting.in_(own)))
            gone = connection.execute(waiting.delete().where(waiting.c.sender == sender))
            return int(gone.rowcount)

    def tidy(self) -> int:
        """Erase contact data and notes whose time is up, answered or not; return how many entries lost theirs.

        Where an entry came from is forgotten after a day.
        """
        now = int(self._clock())
        before = now - self._seconds
        old = sa.select(waiting.c.number).where(waiting.c.since <= before)
        with self.database.begin() as connection:
            connection.execute(notes.delete().where(notes.c.waiting.in_(old)))
            connection.execute(
                waiting.update()
                .where(waiting.c.since <= now - SOURCE_SECONDS, waiting.c.source != "")
                .values(source="")
            )
            emptied = connection.execute(
                waiting.update()
                .where(waiting.c.since <= before, waiting.c.contact.is_not(None))
                .values(contact=None)
            )
            return int(emptied.rowcount)

    @staticmethod
    def _one(connection: Connection, number: int) -> Row:
        found = connection.execute(waiting.select().where(waiting.c.number == number)).first()
        if found is None or found.resolved_at is not None:
            raise StaffError("This one is not on the list any more; reload the page")
        return found

    def _claimed(self, connection: Connection, number: int, account: str) -> None:
        if self._one(connection, number).claimed_by != account:
            raise StaffError("Take it first; a colleague may have it")


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8")).hexdigest()
