"""Buttons leave with ids that mean something only here: random, for one chat, and known again when tapped."""

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import Connection

from bot.channels.whatsapp.tables import add, offers, one

TWICE = 60  # seconds within which a second tap on the same button is the same tap
LONGEST = 64  # no id of ours is longer; a longer one is not worth looking up


def offer(
    connection: Connection, chat: str, buttons: Sequence[dict[str, Any]], *, now: int
) -> list[dict[str, str]]:
    """Return `buttons` with the nonce each leaves with, kept for when it comes back."""
    offered = [
        {"id": button["id"], "title": button["title"], "nonce": secrets.token_urlsafe(12)}
        for button in buttons
    ]
    for button in offered:
        add(connection, offers, nonce=button["nonce"], chat=chat, button=button["id"], made=now)
    return offered


def tapped(
    connection: Connection, chat: str, nonce: str | None, *, by: str, now: int
) -> tuple[str | None, bool]:
    """Return the button id behind a nonce, None for one not offered to this chat; and whether it is a second tap.

    `by` is the id of the message that brought the tap: the same one again, after a crash, is no second tap.
    """
    row = (
        one(connection, offers.select().where(offers.c.nonce == nonce))
        if nonce and len(nonce) <= LONGEST
        else None
    )
    if row is None or row.chat != chat:
        return None, False
    again = row.tapped_by not in (None, by) and now - row.tapped < TWICE
    if not again:
        connection.execute(
            offers.update().where(offers.c.nonce == nonce).values(tapped=now, tapped_by=by)
        )
    return row.button, again
