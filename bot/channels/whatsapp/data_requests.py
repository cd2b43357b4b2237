"""What this channel keeps of one chat: shown to whoever it is about, and taken away when they ask."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.channels.whatsapp.identities import Chats
from bot.channels.whatsapp.inbox import DONE
from bot.channels.whatsapp.payloads import Person, person_of
from bot.channels.whatsapp.tables import Store, alerts, chats, identities, inbox, offers, outbox

COUNTRY = "92"
OF_A_CHAT = {
    "chats": chats.c.id,
    "identities": identities.c.chat,
    "inbox": inbox.c.chat,
    "outbox": outbox.c.chat,
    "offers": offers.c.chat,
    "alerts": alerts.c.chat,
}


def find(store: Store, phone: str, *, key: str, phone_number_id: str) -> str | None:
    """Return the chat of a telephone number, with or without its country (then Pakistan's), or None.

    Who shows no number is found by their user id.
    """
    book = Chats(key=key, phone_number_id=phone_number_id)
    if any(mark.isalpha() for mark in phone):
        with store.begin() as connection:
            return book.find(connection, person_of(phone.strip()))
    digits = "".join(str(int(char)) for char in phone if char.isdecimal()).removeprefix("00")
    digits = COUNTRY + digits.removeprefix("0") if digits.startswith("0") else digits
    with store.begin() as connection:
        return book.find(connection, Person(wa_id=digits))


def export(store: Store, chat: str) -> dict[str, list[dict[str, Any]]]:
    """Return every row of a chat, by table, as JSON-ready data."""
    with store.begin() as connection:
        return {
            name: [
                dict(row._mapping)
                for row in connection.execute(column.table.select().where(column == chat))
            ]
            for name, column in OF_A_CHAT.items()
        }


def erase(store: Store, chat: str) -> dict[str, int]:
    """Delete every row of a chat; return how many, by table.

    A message's id stays, without chat or words, while Meta can deliver it again: it must not be answered anew.
    """
    with store.begin() as connection:
        emptied = connection.execute(
            inbox.update().where(inbox.c.chat == chat).values(chat=None, body=None, state=DONE)
        ).rowcount
        counts = {
            name: _delete(connection, column, chat)
            for name, column in OF_A_CHAT.items()
            if name != "inbox"
        }
    return {**counts, "inbox": int(emptied)}


def _delete(connection: Connection, column: sa.Column, chat: str) -> int:
    return int(connection.execute(column.table.delete().where(column == chat)).rowcount)
