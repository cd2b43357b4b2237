"""The audit trail: who did what and when, written in the transaction of the act itself."""

import re
import time

from sqlalchemy.engine import Connection, Row

from bot.message import Sentence, sentences
from bot.staff.tables import audit

MOST_SHOWN = 500
ACTS = sentences(  # the trail is kept in English; these let a page say it in another language
    "account added as {role}",
    "account disabled",
    "password link made",
    "password set",
    "password chosen with a link",
    "signed in",
    "sign-in refused",
    "sign-in slowed",
    "password confirmed",
    "password disowned",
    "signed out",
    "refused",
    "list tested",
    "{count} messages",
    "conversation read",
    "waiting: claim",
    "waiting: release",
    "waiting: note",
    "waiting: resolve",
    "text signed as {role}, {standing}",
    "text recalled as {role}",
    "first signature as {role}",
    "questions exported",
    "{count} questions",
    "draft saved",
    "message marked",
    "right",
    "wrong",
    "mark taken back",
    "terminal",
    "unknown",
)
PATTERNS = [
    (one, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(one)))) for one in ACTS
]


def note(connection: Connection, account: str, act: str, subject: str = "") -> None:
    """Add one act of `account` to the trail; `subject` names what it was done to, never a patient's words."""
    connection.execute(
        audit.insert().values(at=int(time.time()), account=account, act=act, subject=subject[:200])
    )


def understood(kept: str) -> str:
    """Return an act of the trail as the sentence it was made from, and anything else as it is.

    >>> understood("account added as viewer").values
    {'role': 'viewer'}
    """
    for template, pattern in PATTERNS:
        if found := pattern.fullmatch(kept):
            return Sentence(
                template, **{name: Sentence(value) for name, value in found.groupdict().items()}
            )
    return kept


def recent(connection: Connection) -> list[Row]:
    """Return the last acts, newest first."""
    return connection.execute(
        audit.select().order_by(audit.c.number.desc()).limit(MOST_SHOWN)
    ).all()
