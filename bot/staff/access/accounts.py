"""Staff accounts: names, roles, argon2 passwords, one-time links, and the lock after too many wrong passwords."""

import hashlib
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
from bot.staff.access.audit import note
from bot.staff.tables import accounts, links, sessions
from bot.storage.database import Database

ROLES = sentences("viewer", "editor", "signer", "admin")  # each may do what those before it may
NAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")
PASSWORD_LEAST, PASSWORD_MOST = 12, 200
FAILURES_MOST, LOCKED_SECONDS = 5, 15 * 60
LINK_SECONDS = 24 * 3600
LINK_GONE = Sentence(
    "This link was used already or is too old. Ask for a new one: jawab staff password NAME"
)
TERMINAL = "terminal"
_hasher = PasswordHasher()


def digest(token: str) -> str:
    """Return what is kept of a secret token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class Accounts:
    """The accounts of one database."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database, self._clock = database, clock

    def all(self) -> list[Row]:
        """Return every account by name."""
        with self._database.begin() as connection:
            return connection.execute(accounts.select().order_by(accounts.c.name)).all()

    def add(self, name: str, role: str, *, by: str = TERMINAL) -> str:
        """Make an account without a password; return the token of the link it is chosen with."""
        with self._database.begin() as connection:
            self._insert(connection, name, role)
            note(connection, by, f"account added as {role}", name)
            return self._link(connection, name)

    def link(self, name: str, *, by: str = TERMINAL) -> str:
        """Return a new one-time token for `name`; earlier ones are void."""
        with self._database.begin() as connection:
            self._existing(connection, name)
            note(connection, by, "password link made", name)
            return self._link(connection, name)

    def first_link(self) -> str | None:
        """Return the token that makes the first admin, None where there are accounts already."""
        with self._database.begin() as connection:
            if connection.execute(accounts.select().limit(1)).first():
                return None
            return self._link(connection, None)

    def set_password(self, name: str, password: str, *, by: str = TERMINAL) -> None:
        """Give `name` a new password; whoever is signed in with the old one is signed out."""
        hashed = _hasher.hash(_good(password, name))
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
        hashed = _hasher.hash(_good(password, name))
        with self._database.begin() as connection:
            if not connection.execute(
                links.delete().where(links.c.digest == found.digest)
            ).rowcount:
                raise StaffError("This link was used a moment ago.")
            if found.account is None:
                self._insert(connection, name, "admin")
            self._keep(connection, name, hashed)
            note(connection, name, "password chosen with a link", name)
        return name

    def verify(self, name: str, password: str) -> Row | None:
        """Return the account if it may sign in with `password`; counts failures, and five lock it for a while."""
        name, now = name.strip().lower(), int(self._clock())
        with self._database.begin() as connection:
            found = connection.execute(accounts.select().where(accounts.c.name == name)).first()
        right = _matches(found.password if found and found.password else _nobody(), password)
        if found is None or found.disabled or found.locked_until > now:
            right = False
        with self._database.begin() as connection:
            note(
                connection,
                name if found else "unknown",
                "signed in" if right else "sign-in refused",
            )
            if found is not None and found.locked_until <= now:
                self._count(connection, name, right, now)
        return found if right else None

    @staticmethod
    def _count(connection: Connection, name: str, right: bool, now: int) -> None:
        ours = accounts.update().where(accounts.c.name == name)
        connection.execute(ours.values(failures=0 if right else accounts.c.failures + 1))
        connection.execute(
            ours.where(accounts.c.failures >= FAILURES_MOST).values(
                failures=0, locked_until=now + LOCKED_SECONDS
            )
        )

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
    def _keep(connection: Connection, name: str, hashed: str) -> None:
        connection.execute(
            accounts.update()
            .where(accounts.c.name == name)
            .values(password=hashed, failures=0, locked_until=0, disabled=False)
        )
        connection.execute(sessions.delete().where(sessions.c.account == name))

    def _link(self, connection: Connection, name: str | None) -> str:
        token = secrets.token_urlsafe(32)
        connection.execute(links.delete().where(links.c.account == name))
        connection.execute(
            links.insert().values(
                digest=digest(token), account=name, expires=int(self._clock()) + LINK_SECONDS
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


def _good(password: str, name: str) -> str:
    if not PASSWORD_LEAST <= len(password) <= PASSWORD_MOST:
        raise StaffError(
            "A password has {least} to {most} characters; three words will do",
            least=PASSWORD_LEAST,
            most=PASSWORD_MOST,
        )
    if name in password.lower() or len(set(password)) < 5:
        raise StaffError(
            "This password is too easy to guess; choose another one without your name in it"
        )
    return password


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password[: PASSWORD_MOST + 1])
    except (VerificationError, InvalidHashError):
        return False
