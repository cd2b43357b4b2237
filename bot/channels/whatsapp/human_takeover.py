"""People first: while staff write from the phone app the bot is quiet, and nobody waits for staff without end.

Quiet ends when its time is up, when staff send the agreed word, or when a patient has waited too long. A patient waits
from the moment they ask for a person, or write while the bot is quiet, until staff write.
"""

from dataclasses import dataclass

from sqlalchemy.engine import Connection, Row

from bot.channels.whatsapp.payloads import Echo
from bot.channels.whatsapp.tables import chats


@dataclass(frozen=True)
class Quiet:
    """The deadlines, in minutes, and the word that hands a chat back to the bot."""

    quiet_minutes: int
    handoff_minutes: int
    resume_word: str

    def staff_wrote(self, connection: Connection, chat: str, echo: Echo) -> None:
        """Note that staff wrote to a patient: the bot is quiet, and the patient waits no longer."""
        resumed = echo.text.strip().casefold() == self.resume_word.casefold()
        until = None if resumed else echo.at + self.quiet_minutes * 60
        connection.execute(
            chats.update().where(chats.c.id == chat).values(quiet_until=until, waiting_until=None)
        )

    def patient_waits(self, connection: Connection, chat: str, *, now: int) -> None:
        """Note that a patient waits for staff; one who waits already waits no longer for it."""
        connection.execute(
            chats.update()
            .where(chats.c.id == chat, chats.c.waiting_until.is_(None))
            .values(waiting_until=now + self.handoff_minutes * 60)
        )


def is_quiet(chat: Row, *, now: int) -> bool:
    """Whether staff are writing to this patient themselves."""
    return chat.quiet_until is not None and now < chat.quiet_until


def overdue(connection: Connection, *, now: int) -> list[Row]:
    """Return the chats whose patient has waited too long."""
    return connection.execute(chats.select().where(chats.c.waiting_until <= now)).all()


def hand_back(connection: Connection, chat: str) -> None:
    """Let the bot answer again, and end the waiting."""
    connection.execute(
        chats.update().where(chats.c.id == chat).values(quiet_until=None, waiting_until=None)
    )
