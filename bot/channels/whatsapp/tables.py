"""The channel's tables. Every step commits here before the next one starts; nothing that matters is only in memory.

Patients' words stand in `inbox.body` until the message is answered and are then erased. Phone numbers stand in
`chats.address` only, because a reply has to go somewhere; every other table knows a chat by a random name. WhatsApp's
own message ids decode to the number, so a message is known by an HMAC of its id; the id itself stands in
`inbox.body.quote` and `outbox.quote` while a reply is still to be shown under the message.
"""

from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.storage.database import Database

tables = sa.MetaData(info={"store": "whatsapp"})

chats = sa.Table(
    "chats",
    tables,
    sa.Column("id", sa.String, primary_key=True),  # random; Rasa's sender id
    sa.Column(
        "address_kind", sa.String, nullable=False
    ),  # "to" for a phone number, "recipient" for a user id
    sa.Column("address", sa.String, nullable=False),
    sa.Column("variety", sa.String),  # language of the last reply
    sa.Column(
        "heard_at", sa.Integer, nullable=False
    ),  # the patient's last message: opens the 24-hour window
    sa.Column("quiet_until", sa.Integer),  # staff write themselves until then
    sa.Column("waiting_until", sa.Integer, index=True),  # when a patient has waited too long
)

identities = sa.Table(
    "identities",
    tables,
    sa.Column(
        "key", sa.String, primary_key=True
    ),  # HMAC of our number and theirs, or of their user id
    sa.Column("kind", sa.String, nullable=False),  # "wa" or "user"
    sa.Column("chat", sa.String, nullable=False, index=True),
)

inbox = sa.Table(
    "inbox",
    tables,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),  # order of arrival
    sa.Column(
        "id", sa.String, nullable=False, unique=True
    ),  # our name of the message: a second delivery has the same
    sa.Column("chat", sa.String, index=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("at", sa.Integer, nullable=False),
    sa.Column("arrived", sa.Integer, nullable=False),
    sa.Column("state", sa.String, nullable=False, index=True),  # new, working, done
    sa.Column("leased_until", sa.Integer),  # working: whoever does so has died if this has passed
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("body", sa.JSON),
)

outbox = sa.Table(
    "outbox",
    tables,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column(
        "key", sa.String, nullable=False, unique=True
    ),  # what it answers: planned twice, sent once
    sa.Column("receipt", sa.String, nullable=False, unique=True),  # comes back with every status
    sa.Column("chat", sa.String, nullable=False, index=True),
    sa.Column("action", sa.String, nullable=False, index=True),
    sa.Column("body", sa.JSON),  # text, buttons, variety
    sa.Column("quote", sa.String),  # WhatsApp's id of the message to quote, until it has left
    sa.Column("state", sa.String, nullable=False, index=True),  # queued, sending, sent, failed
    sa.Column("due", sa.Float, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("sent_as", sa.String, index=True),  # our name of the message it became
    sa.Column(
        "held", sa.Integer
    ),  # Meta's code, 0 for no connection: why it waited, unlike `failed`
    sa.Column("status", sa.String),
    sa.Column("failed", sa.Integer),  # Meta's error code
    sa.Column("made", sa.Integer, nullable=False),
)

offers = sa.Table(
    "offers",
    tables,
    sa.Column("nonce", sa.String, primary_key=True),
    sa.Column("chat", sa.String, nullable=False),
    sa.Column("button", sa.String, nullable=False),
    sa.Column("made", sa.Integer, nullable=False),
    sa.Column("tapped", sa.Integer),
    sa.Column("tapped_by", sa.String),  # the message that brought the tap
)

alerts = sa.Table(
    "alerts",
    tables,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("key", sa.String, nullable=False, unique=True),  # one alert for one cause
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("chat", sa.String, nullable=False),
    sa.Column("at", sa.Integer, nullable=False),
    sa.Column("seen_at", sa.Integer),
)


class Store(Database):
    """The channel's database."""

    def __init__(self, url: str) -> None:
        """Open `url` and make what tables it lacks."""
        super().__init__(url, tables)


def add(connection: Connection, table: sa.Table, **values: Any) -> bool:
    """Insert a row unless its unique key is there already; return whether it was new. Decides inside the database."""
    return bool(connection.execute(_insert(table, tuple(values)), values).rowcount)


@lru_cache
def _insert(table: sa.Table, columns: tuple[str, ...]) -> sa.sql.elements.TextClause:
    """Return the statement, made once: SQLAlchemy would compile its own form of it anew for every row."""
    names, places = ", ".join(columns), ", ".join(f":{column}" for column in columns)
    return sa.text(f"INSERT INTO {table.name} ({names}) VALUES ({places}) ON CONFLICT DO NOTHING")


def one(connection: Connection, query: Any) -> Row | None:
    """Return the first row of `query`, or None."""
    return connection.execute(query).first()
