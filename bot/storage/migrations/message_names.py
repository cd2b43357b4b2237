"""What revisions 0003 of two stores need: WhatsApp's message ids give way to an HMAC of them.

The ids (wamid.…) decode to the patient's telephone number. Frozen here in the form that
bot/channels/whatsapp/identities.py gave them at that revision, so that a message kept before is known again after.
"""

import hashlib
import hmac
import re

from bot.settings import Settings

ID = re.compile(r"wamid\.[\w+/=-]+|made-[0-9a-f]{64}")
NAME = re.compile(r"m-[0-9a-f]{32}")


class Names:
    """Turns ids into names, with the key that this installation signs with; reads it when it is first needed."""

    def __init__(self) -> None:
        """A store without a message needs no key."""
        self._key = b""

    def of(self, message_id: str | None) -> str | None:
        """Return the name of a message; what is a name already stays."""
        if message_id is None or NAME.fullmatch(message_id):
            return message_id
        if not self._key:
            self._key = Settings.from_env().signing_key().encode("utf-8")
        named = hmac.new(self._key, b"message\0" + message_id.encode("utf-8"), hashlib.sha256)
        return "m-" + named.hexdigest()[:32]

    def within(self, text: str) -> str:
        """Return `text` with every id in it replaced by its name."""
        return ID.sub(lambda found: str(self.of(found.group())), text)
