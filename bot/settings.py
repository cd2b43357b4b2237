"""The only reader of the environment: typed, read once, secrets never printed."""

import os
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bot.errors import SettingsError
from bot.project import at, make_private
from bot.randomness import guessable
from bot.text.languages import CODES  # a table and nothing else: it stands below everything

ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?")
FERNET_KEY, STANDARD_TO_URLSAFE = re.compile(r"[A-Za-z0-9_-]{43}="), str.maketrans("+/", "-_")
# whole numbers by field, JAWAB_ and its name in capitals: default, least, most
NUMBERS = {
    "port": (5005, 1, 65535),
    "session_hours": (24, 1, 24 * 30),
    "message_cap": (2000, 100, 20000),
    "proxies": (0, 0, 5),
    "session_rate": (20, 1, 100_000),
    "address_rate": (300, 1, 100_000),
    "most_waiting": (100, 1, 10_000),
    "keep_conversations_days": (90, 1, 3650),
    "keep_votes_days": (730, 1, 3650),
}
TOKEN_LEAST = 16
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


@dataclass(frozen=True)
class WhatsApp:
    """One WhatsApp number, and how the bot behaves on it (docs/channels.md explains each)."""

    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    access_token: str = field(repr=False)
    phone_number_id: str
    database: str
    graph_version: str = "v24.0"
    api: str = "https://graph.facebook.com"
    language: str = "ur"
    stale_minutes: int = 15
    handoff_minutes: int = 30
    quiet_minutes: int = 120
    resume_word: str = "#bot"
    keep_days: int = 30


@dataclass(frozen=True)
class Staff:
    """The staff console (docs/staff.md)."""

    database: str
    hours: int = 10  # how long one signs in for
    secure: bool = False  # whether the cookie travels over https only
    contact_key: str = field(default="", repr=False)
    contact_days: int = 30
    asked_days: int = 90


@dataclass(frozen=True)
class Settings:
    """Everything that differs between one installation and another (`.env.example` explains each)."""

    production: bool = False
    data: Path = field(default_factory=lambda: at("data"))
    models: Path = field(default_factory=lambda: at("models"))
    var: Path = field(default_factory=lambda: at("var"))
    database: str = field(
        default="", repr=False
    )  # PostgreSQL for everything; empty: SQLite files under `var`
    redis: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = 5005
    session_key: str = field(default="", repr=False)
    session_hours: int = 24
    message_cap: int = 2000
    origins: tuple[str, ...] = ()
    proxies: int = 0
    session_rate: int = 20
    address_rate: int = 300
    most_waiting: int = 100
    log: str = "plain"
    metrics_token: str = field(default="", repr=False)
    keep_conversations_days: int = 90
    keep_votes_days: int = 730
    whatsapp: WhatsApp | None = None
    staff: Staff | None = None

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Return the settings found in `env` (default: the process environment).

        Raises SettingsError naming every variable that cannot be read.
        """
        env = os.environ if env is None else env
        read = _Reader(env)
        production = read.flag("JAWAB_PRODUCTION", default=False)
        var, database, redis = at(env.get("JAWAB_VAR", "var")), *_cluster(env, read)
        settings = cls(
            production=production,
            data=at(env.get("JAWAB_DATA", "data")),
            models=at(env.get("JAWAB_MODELS", "models")),
            var=var,
            database=database,
            redis=redis,
            host=env.get("JAWAB_HOST", "127.0.0.1"),
            session_key=env.get("JAWAB_SESSION_KEY", ""),
            origins=read.origins("JAWAB_ORIGINS"),
            log=read.choice(
                "JAWAB_LOG", default="json" if production else "plain", among=("json", "plain")
            ),
            metrics_token=env.get("JAWAB_METRICS_TOKEN", "").strip(),
            **{
                name: read.number(f"JAWAB_{name.upper()}", default=default, least=least, most=most)
                for name, (default, least, most) in NUMBERS.items()
            },
            whatsapp=_whatsapp(env, read, _address(database, var, "whatsapp")),
            staff=_staff(
                env, read, _address(database, var, "staff"), shared=production or bool(database)
            ),
        )
        problems = list(read.problems)
        shared = settings.production or bool(database)
        if shared and (len(settings.session_key) < 32 or guessable(settings.session_key)):
            problems.append(
                "JAWAB_SESSION_KEY: production and JAWAB_DATABASE need a random secret of 32 characters or more, "
                "the same for every process; make one with `openssl rand -hex 32`"
            )
        token = settings.metrics_token
        if shared and token and (len(token) < TOKEN_LEAST or guessable(token)):
            problems.append(
                f"JAWAB_METRICS_TOKEN: easy to guess; it needs {TOKEN_LEAST} random characters or more, make them "
                f"with `openssl rand -hex 16`, or leave it empty: then this machine alone may read the metrics"
            )
        if problems:
            raise SettingsError("\n".join(problems))
        return settings

    def address(self, store: str) -> str:
        """Return the SQLAlchemy address of a store: a file of its own, or the one database of a cluster."""
        return _address(self.database, self.var, store)

    def make_var(self) -> None:
        """Make the folder of what patients wrote, or close it: its owner's alone, whatever the umask was."""
        make_private(self.var)

    def signing_key(self) -> str:
        """Return the key that signs session ids: the one set, or one kept under `var/` for trial runs."""
        return self.session_key or self._kept("session.key", lambda: secrets.token_hex(32))

    def contact_key(self) -> str:
        """Return the keys that encrypt contact data: those set, or one kept under `var/` for trial runs."""
        given = self.staff.contact_key if self.staff else ""
        return given or self._kept(
            "contact.key", lambda: urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")
        )

    def _kept(self, name: str, make: Callable[[], str]) -> str:
        path = self.var / name
        if not path.exists():
            self.make_var()
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as stream:
                stream.write(make())
        return path.read_text(encoding="ascii").strip()


WHATSAPP = "JAWAB_WHATSAPP_"
WHATSAPP_NEEDS = ("APP_SECRET", "VERIFY_TOKEN", "ACCESS_TOKEN", "PHONE_NUMBER_ID")


def _address(database: str, var: Path, store: str) -> str:
    return database or f"sqlite:///{var}/{store}.db"


def _cluster(env: Mapping[str, str], read: "_Reader") -> tuple[str, str]:
    """Return the addresses of PostgreSQL and Redis, empty where this is one process with files of its own."""
    database, redis = env.get("JAWAB_DATABASE", "").strip(), env.get("JAWAB_REDIS", "").strip()
    if database and urlsplit(database).scheme not in ("postgresql", "postgresql+psycopg2"):
        read.problems.append(
            "JAWAB_DATABASE: not a PostgreSQL address; write it as postgresql://user:password@host/name,"
            " or leave it empty for files under JAWAB_VAR"
        )
    if redis and urlsplit(redis).scheme not in ("redis", "rediss"):
        read.problems.append(
            "JAWAB_REDIS: not a Redis address; write it as redis://:password@host:6379/0"
        )
    if bool(database) != bool(redis):
        read.problems.append(
            "JAWAB_DATABASE and JAWAB_REDIS belong together: processes that share a database need "
            "Redis to keep one patient's messages in order; set both or neither"
        )
    return database, redis


def _whatsapp(env: Mapping[str, str], read: "_Reader", database: str) -> WhatsApp | None:
    """Return the WhatsApp settings, None where none of those it needs is there; some without the rest is a mistake."""
    given = {name: env.get(WHATSAPP + name, "").strip() for name in WHATSAPP_NEEDS}
    if not any(given.values()):
        return None
    read.problems += [
        f"{WHATSAPP}{name} is missing; WhatsApp needs all of {', '.join(WHATSAPP_NEEDS)} "
        f"(docs/channels.md)"
        for name, value in given.items()
        if not value
    ]
    api = env.get(WHATSAPP + "API", "https://graph.facebook.com")
    if urlsplit(api).scheme != "https" and urlsplit(api).hostname not in ("127.0.0.1", "localhost"):
        read.problems.append(
            f"{WHATSAPP}API: '{api}' is not https; the access token would travel in the open"
        )
    return WhatsApp(
        **{name.lower(): value for name, value in given.items()},
        api=api,
        database=database,
        graph_version=env.get(WHATSAPP + "GRAPH_VERSION", "v24.0"),
        language=read.choice(WHATSAPP + "LANGUAGE", default="ur", among=CODES),
        stale_minutes=read.number(WHATSAPP + "STALE_MINUTES", default=15, least=1, most=24 * 60),
        handoff_minutes=read.number(
            WHATSAPP + "HANDOFF_MINUTES", default=30, least=1, most=12 * 60
        ),
        quiet_minutes=read.number(WHATSAPP + "QUIET_MINUTES", default=120, least=1, most=24 * 60),
        resume_word=env.get(WHATSAPP + "RESUME_WORD", "#bot").strip(),
        keep_days=read.number(WHATSAPP + "KEEP_DAYS", default=30, least=8, most=3650),
    )


def _staff(env: Mapping[str, str], read: "_Reader", database: str, *, shared: bool) -> Staff | None:
    """Return the console's settings, None where it is off: in production unless it is switched on.

    A key made up here is of no use where it must be known elsewhere: `shared`.
    """
    production = env.get("JAWAB_PRODUCTION", "").strip().lower() in TRUE
    wanted = env.get("JAWAB_STAFF", "").strip()
    if not (read.flag("JAWAB_STAFF", default=False) if wanted else not production):
        return None
    keys = env.get("JAWAB_CONTACT_KEY", "").translate(STANDARD_TO_URLSAFE).replace(" ", "")
    each = keys.split(",")
    good = all(FERNET_KEY.fullmatch(key) and not (shared and guessable(key)) for key in each)
    if not good and (keys or shared):
        read.problems.append(
            "JAWAB_CONTACT_KEY: the console needs 32 random bytes in base64, which production never "
            "makes itself; make them with `openssl rand -base64 32`"
        )
    return Staff(
        database=database,
        hours=read.number("JAWAB_STAFF_HOURS", default=10, least=1, most=24),
        secure=production,
        contact_key=keys,
        contact_days=read.number("JAWAB_CONTACT_DAYS", default=30, least=1, most=365),
        asked_days=read.number("JAWAB_ASKED_DAYS", default=90, least=1, most=3650),
    )


class _Reader:
    """Parses variables and remembers what it could not parse."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self.problems: list[str] = []

    def flag(self, name: str, *, default: bool) -> bool:
        value = self._env.get(name, str(default)).strip().lower()
        if value not in TRUE | FALSE:
            self.problems.append(f"{name}: '{value}' is neither true nor false; write one of them")
        return value in TRUE

    def number(self, name: str, *, default: int, least: int, most: int) -> int:
        text = self._env.get(name, str(default)).strip()
        if text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most:
            return int(text)
        self.problems.append(
            f"{name}: '{text}' is not a whole number from {least} to {most}; correct it"
        )
        return default

    def choice(self, name: str, *, default: str, among: tuple[str, ...]) -> str:
        text = self._env.get(name, "").strip() or default
        if text in among:
            return text
        self.problems.append(
            f"{name}: '{text}' is not one of {', '.join(among)}; write one of them"
        )
        return default

    def origins(self, name: str) -> tuple[str, ...]:
        found = tuple(filter(None, re.split(r"[\s,]+", self._env.get(name, "").lower())))
        self.problems += [
            f"{name}: '{origin}' is not an origin; write it as https://www.example.com, with no path"
            for origin in found
            if not ORIGIN.fullmatch(origin)
        ]
        return found
