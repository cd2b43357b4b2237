"""A list of messages through the bot: read from lines or CSV, answered one by one, compared with the last time."""

import csv
import io
import json
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from bot.errors import StaffError
from bot.staff.access.attempts import digest
from bot.staff.tables import outcomes
from bot.staff.testing.trace import Recorder
from bot.staff.testing.trial import Trial
from bot.storage.database import Database

MOST_MESSAGES, MOST_BYTES, MOST_CHARACTERS = 5000, 2 * 1024 * 1024, 2000
COLUMNS = ("text", "action", "topics", "variety", "verdict", "blocks", "reply", "ms", "changed")
COMPARED = ("action", "topics", "variety", "blocks")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
Row = dict[str, Any]


def messages_in(content: str) -> list[str]:
    """Return the messages of a CSV whose first line names a column `text`, else one message a line.

    Raises StaffError where there are none, too many, or one is too long.
    """
    content = content.removeprefix("\ufeff")
    first = next(csv.reader(io.StringIO(content.partition("\n")[0])), [])
    if "text" in [name.strip().lower() for name in first]:
        place = [name.strip().lower() for name in first].index("text")
        rows = list(csv.reader(io.StringIO(content)))[1:]
        found = [_unescaped(row[place]).strip() for row in rows if len(row) > place]
    else:
        found = [line.strip() for line in content.splitlines()]
    found = [text for text in found if text]
    if not found:
        raise StaffError(
            "No message found. Paste one message a line, or a CSV with a column named text"
        )
    if len(found) > MOST_MESSAGES:
        raise StaffError(
            "{count} messages are too many; {most} at most", count=len(found), most=MOST_MESSAGES
        )
    if any(len(text) > MOST_CHARACTERS for text in found):
        raise StaffError(
            "A message has more than {most} characters; shorten it or check the quotes",
            most=MOST_CHARACTERS,
        )
    return found


def to_csv(rows: Iterable[Row], columns: Sequence[str] = COLUMNS) -> str:
    """Return rows as CSV that a spreadsheet shows and never runs; it starts with a mark so that Urdu is read right."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_escaped(row[column]) for column in columns] for row in rows)
    return "\ufeff" + out.getvalue()


def _escaped(value: Any) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _unescaped(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA else text


async def answered(bot: Recorder | Trial, texts: Iterable[str]) -> AsyncIterator[Row]:
    """Yield one row a message, each answered as the first of its own conversation."""
    for text in texts:
        record = await bot.say(text, sender=f"batch-{uuid4().hex}", keep=False)
        blocks = [block["id"] for reply in record["replies"] for block in reply["blocks"]]
        yield {
            "text": text,
            "action": record["action"],
            "topics": " ".join(record["topics"]),
            "variety": record["variety"],
            "verdict": record["verdict"]["reason"] or "",
            "blocks": " ".join(blocks),
            "reply": "\n".join(reply["text"] for reply in record["replies"]),
            "ms": record["ms"],
            "changed": "",
        }


def compare(database: Database, rows: Sequence[Row]) -> None:
    """Fill in what changed since each message was last in a list, and remember this time. Keeps no message's words."""
    with database.begin() as connection:
        for row in rows:
            key, now = digest(row["text"]), {name: row[name] for name in COMPARED}
            known = connection.execute(
                sa.select(outcomes.c.outcome).where(outcomes.c.digest == key)
            ).scalar()
            before = json.loads(known) if known else now
            row["changed"] = (
                "new"
                if known is None
                else "; ".join(
                    f"{name}: {before[name] or '-'} → {now[name] or '-'}"
                    for name in COMPARED
                    if before[name] != now[name]
                )
            )
            connection.execute(outcomes.delete().where(outcomes.c.digest == key))
            connection.execute(
                outcomes.insert().values(digest=key, outcome=json.dumps(now), at=int(time.time()))
            )
