"""Staff accounts: names, roles, argon2 passwords, one-time links, and how long a guesser waits."""

import re
import secrets
import time
from collections.abc import Callable
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.engine import Connection, Row

from bot.errors import StaffError
from bot.message import Sentence, sentences
from bot.staff.access.attempts import Attempts, digest
from bot.staff.access.audit import note
from bot.staff.access.passwords import MOST, good
from bot.staff.tables import accounts, devices, links, sessions
from bot.storage.database import Database

ROLES = sentences("viewer", "editor", "signer", "admin")  # each may do what those before it may
NAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")
LINK_SECONDS = 24 * 3600
LINK_GONE = Sentence(
    "This link was used already or is too old. Ask for a new one: jawab staff password NAME"
)
TERMINAL = "terminal"
CONFIRMED_ROLES = (
    "signer",
    "admin",
)  # a password of theirs that a colleague's link made needs their word
_hasher = PasswordHasher()


class Accounts:
    """The accounts of one database."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database, self._clock = database, clock
        self._attempts = Attempts(clock)

    def all(self) -> list[Row]:
        """Return every account by name."""
        with self._database.begin() as connection:
            return connection.execute(accounts.select().order_by(accounts.c.name)).all()

    def add(self, name: str, role: str, *, by: str = TERMINAL) -> str:
        """Make an account without a password; return the token of the link it is chosen with."""
        with self._database.begin() as connection:
            self._insert(connection, name, role)
            note(connection, by, f"account added as {role}", name)
            return self._link(connection, name, by)

    def link(self, name: str, *, by: str = TERMINAL) -> str:
        """Return a new one-time token for `name`; earlier ones are void."""
        with self._database.begin() as connection:
            self._existing(connection, name)
            note(connection, by, "password link made", name)
            return self._link(connection, name, by)

    def first_link(self) -> str | None:
        """Return the token that makes the first admin, None where there are accounts already."""
        with self._database.begin() as connection:
            if connection.execute(accounts.select().limit(1)).first():
                return None
            return self._link(connection, None, TERMINAL)

    def set_password(self, name: str, password: str, *, by: str = TERMINAL) -> None:
        """Give `name` a new password; whoever is signed in with the old one is signed out."""
        hashed = _hasher.hash(good(password, name))
        with self._database.begin() as connection:
            self._existing(connection, name)
            self._keep(connection, name, hashed)
            note(connection, by, "password set", name)

    def disable(self, name: str, *, by: str = TERMINAL) -> None:
        """Shut an account and end its sessions; its acts stay on the trail."""
        with self._database.begin() as connection:
            self._existing(connection, name)
            connection.execute(
                accounts.update().where(accounts.c.name == name).values(disabled=True)
            )
            connection.execute(sessions.delete().where(sessions.c.account == name))
            connection.execute(links.delete().where(links.c.account == name))
            connection.execute(devices.delete().where(devices.c.account == name))
            note(connection, by, "account disabled", name)

    def waiting(self, token: str) -> Row | None:
        """Return the link behind `token`, None where it is unknown, used or too old."""
        with self._database.begin() as connection:
            return self._valid_link(connection, token)

    def redeem(self, token: str, name: str, password: str) -> str:
        """Use up a link: set the password of its account, or make the first admin as `name`; return the name.

        Raises StaffError where the link is not good any more, or name or password are not good enough.
        """
        with self._database.begin() as connection:
            found = self._valid_link(connection, token)
        if found is None:
            raise StaffError(LINK_GONE)
        name = found.account or name.strip().lower()
        hashed = _hasher.hash(good(password, name))
        with self._database.begin() as connection:
            if not connection.execute(
                links.delete().where(links.c.digest == found.digest)
            ).rowcount:
                raise StaffError("This link was used a moment ago.")
            if found.account is None:
                self._insert(connection, name, "admin")
            self._keep(connection, name, hashed, confirm=_whose_word(connection, found, name))
            note(connection, name, "password chosen with a link", name)
        return name

    def confirm(self, name: str, *, theirs: bool) -> None:
        """Keep what the owner of an account says of the password that a colleague's link made.

        One that is not theirs opens nothing any more, and whoever is signed in with it is out.
        """
        with self._database.begin() as connection:
            ours = accounts.update().where(accounts.c.name == name)
            if theirs:
                connection.execute(ours.values(confirm=None))
                note(connection, name, "password confirmed", name)
                return
            connection.execute(ours.values(confirm=None, password=None))
            connection.execute(sessions.delete().where(sessions.c.account == name))
            connection.execute(devices.delete().where(devices.c.account == name))
            note(connection, name, "password disowned", name)

    def verify(
        self, name: str, password: str, *, source: str = "", device: str | None = None
    ) -> Row | None:
        """Return the account if it may sign in with `password`, for an attempt from the address `source`.

        Wrong attempts make the next from there wait, raising Slowed; others are not held up. A `device` that signed in
        to this account before is counted by itself, so that a guesser at the next desk does not shut it out.
        """
        name = name.strip().lower()
        with self._database.begin() as connection:
            found = connection.execute(accounts.select().where(accounts.c.name == name)).first()
            place = self._attempts.place(connection, name, source=source, device=device)
            self._attempts.begin(connection, place, name if found else None)
        right = _matches(found.password if found and found.password else _nobody(), password)
        if found is None or found.disabled or not found.password:
            right = False
        with self._database.begin() as connection:
            note(
                connection,
                name if found else "unknown",
                "signed in" if right else "sign-in refused",
            )
            if right:
                self._attempts.forget(connection, place)
        return found if right else None

    def remember(self, name: str, device: str | None) -> str:
        """Return the token by which the device that `name` signed in from is known again: `device` where it has one."""
        token = device if device and len(device) < 100 else secrets.token_urlsafe(32)
        with self._database.begin() as connection:
            self._attempts.remember(connection, name, token)
        return token

    def _insert(self, connection: Connection, name: str, role: str) -> None:
        if not NAME.fullmatch(name):
            raise StaffError(
                "'{name}' is not a name; use 2 to 40 small letters, digits, dots, dashes", name=name
            )
        if role not in ROLES:
            raise StaffError(
                "'{role}' is not a role; write one of {roles}", role=role, roles=", ".join(ROLES)
            )
        if connection.execute(accounts.select().where(accounts.c.name == name)).first():
            raise StaffError("'{name}' exists already; choose another name", name=name)
        connection.execute(accounts.insert().values(name=name, role=role, made=int(self._clock())))

    @staticmethod
    def _existing(connection: Connection, name: str) -> None:
        if connection.execute(accounts.select().where(accounts.c.name == name)).first() is None:
            raise StaffError("'{name}' is no account; `jawab staff list` shows them", name=name)

    @staticmethod
    def _keep(
        connection: Connection, name: str, hashed: str, *, confirm: str | None = None
    ) -> None:
        connection.execute(
            accounts.update()
            .where(accounts.c.name == name)
            .values(password=hashed, confirm=confirm, disabled=False)
        )
        connection.execute(sessions.delete().where(sessions.c.account == name))
        connection.execute(devices.delete().where(devices.c.account == name))
        Attempts.clear(connection, name)

    def _link(self, connection: Connection, name: str | None, by: str) -> str:
        token = secrets.token_urlsafe(32)
        connection.execute(links.delete().where(links.c.account == name))
        connection.execute(
            links.insert().values(
                digest=digest(token),
                account=name,
                made_by=by,
                expires=int(self._clock()) + LINK_SECONDS,
            )
        )
        return token

    def _valid_link(self, connection: Connection, token: str) -> Row | None:
        found = connection.execute(links.select().where(links.c.digest == digest(token))).first()
        if found is None or found.expires <= self._clock():
            return None
        if found.account is None and connection.execute(accounts.select().limit(1)).first():
            return None  # the first admin is there already
        return found


@lru_cache(maxsize=1)
def _nobody() -> str:
    """Return a hash of nobody's, verified for unknown names, so that they take as long."""
    return _hasher.hash(secrets.token_hex(16))


def _whose_word(connection: Connection, link: Row, name: str) -> str | None:
    """Return who made a link that changes a password which others rely on, None where its owner need not confirm it."""
    known = connection.execute(accounts.select().where(accounts.c.name == name)).one()
    by_colleague = link.made_by not in (None, TERMINAL, name)
    if known.password and known.role in CONFIRMED_ROLES and by_colleague:
        return str(link.made_by)
    return None


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password[: MOST + 1])
    except (VerificationError, InvalidHashError):
        return False
