"""What staff do with somebody who waits, the same from the page and from the terminal. Each act is on the trail."""

from bot.errors import StaffError
from bot.handover.queue import WaitingRoom
from bot.staff.access.audit import note


def look_after(room: WaitingRoom, act: str, number: int, *, account: str, words: str = "") -> None:
    """Do `act` (claim, note, release, resolve) with an entry as `account`; raises StaffError where it may not be."""
    with room.database.begin() as connection:
        if act == "claim":
            room.claim(connection, number, account)
        elif act == "release":
            room.release(connection, number, account)
        elif act == "note":
            room.add_note(connection, number, account, words)
        elif act == "resolve":
            room.resolve(connection, number, account)
        else:
            raise StaffError("Nothing was asked for")
        note(connection, account, f"waiting: {act}", str(number))
