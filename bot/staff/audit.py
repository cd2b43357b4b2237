"""The audit trail: who did what and when, written in the transaction of the act itself."""

import time

from sqlalchemy.engine import Connection, Row

from bot.staff.store import audit

MOST_SHOWN = 500


def note(connection: Connection, account: str, act: str, subject: str = "") -> None:
    """Add one act of `account` to the trail; `subject` names what it was done to, never a patient's words."""
    connection.execute(audit.insert().values(at=int(time.time()), account=account, act=act, subject=subject[:200]))


def recent(connection: Connection) -> list[Row]:
    """Return the last acts, newest first."""
    return connection.execute(audit.select().order_by(audit.c.number.desc()).limit(MOST_SHOWN)).all()
