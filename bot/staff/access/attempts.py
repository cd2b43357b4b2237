"""Wrong passwords: each makes the next attempt from the same place wait longer, and nobody else.

A place is an address together with the name that was typed; or a device that signed in to that account before, which is
known by a cookie. Kept are digests, so that neither who mistyped what nor from where can be read.
"""

import hashlib
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.errors import StaffError
from bot.message import Sentence
from bot.staff.access.audit import note
from bot.staff.tables import attempts, devices

FREE = 4  # wrong attempts before the first wait
FIRST_WAIT, LONGEST_WAIT = 4, 15 * 60  # seconds; each is twice the one before
FORGET = 24 * 3600  # seconds without an attempt, after which a place starts anew
DEVICE_SECONDS = 365 * 24 * 3600


def digest(token: str) -> str:
    """Return what is kept of a secret token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class Slowed(StaffError):
    """Too many wrong attempts came from here: nothing was looked at, and `seconds` are to be waited."""

    def __init__(self, seconds: int) -> None:
        words = Sentence(
            "Too many wrong attempts from here. Wait {seconds} seconds and try again.",
            seconds=seconds,
        )
        super().__init__(words)
        self.seconds = seconds


class Attempts:
    """Counts them, in a transaction of the caller's."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock

    def place(self, connection: Connection, name: str, *, source: str, device: str | None) -> str:
        """Return what stands for where an attempt on `name` comes from."""
        known = devices.select().where(
            devices.c.digest == digest(device or ""),
            devices.c.account == name,
            devices.c.at > int(self._clock()) - DEVICE_SECONDS,
        )
        if device and connection.execute(known).first():
            return digest(f"device {device} {name}")
        return digest(f"address {source} {name}")

    def begin(self, connection: Connection, place: str, account: str | None) -> None:
        """Count an attempt as wrong before it is looked at, so that many at the same time are no way round.

        Raises Slowed where it comes too soon after the wrong ones before it; then it is not counted.
        """
        now = int(self._clock())
        connection.execute(attempts.delete().where(attempts.c.at <= now - FORGET))
        found = connection.execute(attempts.select().where(attempts.c.place == place)).first()
        wrong = found.wrong if found else 0
        if found and (left := found.at + wait(wrong) - now) > 0:
            raise Slowed(left)
        if wrong == FREE:
            note(connection, account or "unknown", "sign-in slowed")
        if found:
            ours = attempts.update().where(attempts.c.place == place)
            connection.execute(ours.values(wrong=wrong + 1, at=now))
        else:
            connection.execute(
                attempts.insert().values(place=place, account=account, wrong=1, at=now)
            )

    def forget(self, connection: Connection, place: str) -> None:
        """Start a place anew: the password was right."""
        connection.execute(attempts.delete().where(attempts.c.place == place))

    def remember(self, connection: Connection, name: str, device: str) -> None:
        """Know a device again as one that `name` signed in from."""
        now, own = int(self._clock()), digest(device)
        connection.execute(
            devices.delete().where(
                sa.or_(
                    sa.and_(devices.c.digest == own, devices.c.account == name),
                    devices.c.at <= now - DEVICE_SECONDS,
                )
            )
        )
        connection.execute(devices.insert().values(digest=own, account=name, at=now))

    @staticmethod
    def clear(connection: Connection, account: str) -> None:
        """Start every place anew for an account: it has a new password."""
        connection.execute(attempts.delete().where(attempts.c.account == account))


def wait(wrong: int) -> int:
    """Return how many seconds to wait after so many wrong attempts in a row.

    >>> [wait(wrong) for wrong in (3, 4, 5, 6, 11, 12, 999)]
    [0, 4, 8, 16, 512, 900, 900]
    """
    return 0 if wrong < FREE else min(FIRST_WAIT << min(wrong - FREE, 20), LONGEST_WAIT)
