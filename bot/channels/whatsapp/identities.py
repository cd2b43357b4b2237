"""Who is who: a chat is found by an HMAC of our number and the writer's, never by the number itself.

Messages are called by an HMAC too: WhatsApp's own ids (wamid.…) hold the patient's number in base64.

A writer may come with a phone number, a business-scoped user id, or both. Both together link the two. When one of the
two no longer fits the other, the number has changed hands, and a new chat starts without the old one's history.
"""

import hashlib
import hmac
import secrets

from sqlalchemy.engine import Connection, Row

from bot.channels.whatsapp.payloads import Person
from bot.channels.whatsapp.tables import add, chats, identities, one


class Chats:
    """Finds and makes chats for one number of ours."""

    def __init__(self, *, key: str, phone_number_id: str) -> None:
        """`key` is the secret of this installation: without it nobody can tell who a chat belongs to."""
        self._key, self._number = key.encode("utf-8"), phone_number_id

    def of(self, connection: Connection, person: Person, *, at: int) -> str | None:
        """Return the chat of `person`, a new one where needed, and note that they wrote `at`; None for nobody."""
        keys = self._keys(person)
        if not keys:
            return None
        chat = self._known(connection, keys) or f"wa-{secrets.token_urlsafe(16)}"
        kind, address = ("to", person.wa_id) if person.wa_id else ("recipient", person.user_id)
        if not add(connection, chats, id=chat, address_kind=kind, address=address, heard_at=at):
            heard = max(at, self.row(connection, chat).heard_at)
            connection.execute(
                chats.update()
                .where(chats.c.id == chat)
                .values(address_kind=kind, address=address, heard_at=heard)
            )
        for identity, name in keys.items():
            if not add(connection, identities, key=name, kind=identity, chat=chat):
                connection.execute(
                    identities.update().where(identities.c.key == name).values(chat=chat)
                )
        return chat

    def find(self, connection: Connection, person: Person) -> str | None:
        """Return the chat of somebody who wrote before, or None."""
        return self._known(connection, self._keys(person))

    def message(self, message_id: str) -> str:
        """Return what a message is called wherever it has to be known again, by its id at WhatsApp."""
        return message_name(self._key, message_id)

    def part(self, connection: Connection, person: Person) -> None:
        """Forget who the chat of `person` belonged to: the next message from any of their ids starts a new one."""
        chat = self.find(connection, person)
        if chat:
            _unlink(connection, chat)

    @staticmethod
    def row(connection: Connection, chat: str) -> Row:
        """Return what is kept of a chat."""
        found = one(connection, chats.select().where(chats.c.id == chat))
        assert found is not None
        return found

    def _keys(self, person: Person) -> dict[str, str]:
        given = {"wa": person.wa_id, "user": person.user_id}
        return {kind: self._hmac(kind, value) for kind, value in given.items() if value}

    def _hmac(self, kind: str, value: str) -> str:
        message = "\0".join((self._number, kind, value)).encode("utf-8", "replace")
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()

    def _known(self, connection: Connection, keys: dict[str, str]) -> str | None:
        """Return the chat that all of `keys` fit, or None: the ids of a chat are never two of one kind."""
        found = {
            row.kind: row.chat
            for row in connection.execute(
                identities.select().where(identities.c.key.in_(keys.values()))
            )
        }
        fitting = None
        for chat in (
            found.get("user"),
            found.get("wa"),
        ):  # a user id is never handed on, a number is
            if chat and self._fits(connection, chat, keys):
                fitting = fitting or chat
            elif chat:
                _unlink(connection, chat)
        return fitting

    @staticmethod
    def _fits(connection: Connection, chat: str, keys: dict[str, str]) -> bool:
        held = connection.execute(identities.select().where(identities.c.chat == chat)).all()
        return all(keys.get(row.kind, row.key) == row.key for row in held)


def message_name(key: bytes, message_id: str) -> str:
    """Return the name of a message. Revision 0003 of both stores brought what was kept before to this form."""
    named = hmac.new(key, b"message\0" + message_id.encode("utf-8", "replace"), hashlib.sha256)
    return "m-" + named.hexdigest()[:32]


def _unlink(connection: Connection, chat: str) -> None:
    connection.execute(identities.delete().where(identities.c.chat == chat))
