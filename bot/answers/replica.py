"""CORE: texts and ledger of a cluster. The database holds them; the files under `data` are its export on each machine.

What is signed, recalled or edited anywhere is written here first, and one at a time; every process looks here twice a
second and brings its files in step. Without PostgreSQL there is no shelf, and the files are all there is.
"""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.answers.ledger import Ledger
from bot.answers.ledger_file import START, head, line, sha256, whole
from bot.errors import LedgerError
from bot.storage.atomic_write import replace
from bot.storage.database import Database

logger = logging.getLogger(__name__)
LEDGER, CLINIC, ANSWERS = "ledger.jsonl", "clinic.yml", "answers"
tables = sa.MetaData(info={"store": "texts"})

entries = sa.Table(
    "ledger",
    tables,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.String, nullable=False),
    sa.Column("line", sa.Text, nullable=False),  # the entry exactly as it stands in the file
)

files = sa.Table(
    "files",
    tables,
    sa.Column("file", sa.String, primary_key=True),  # clinic.yml, answers/pain.yml …
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("sha256", sa.String, nullable=False),
    sa.Column("at", sa.Integer, nullable=False),
)


class Shelf:
    """The texts of a cluster, seen from one machine."""

    def __init__(self, url: str, data: Path, *, clock: Callable[[], float] = time.time) -> None:
        """`data` is this machine's export; nothing is compared yet."""
        self.database, self._data, self._clock = Database(url, tables), data, clock

    def meet(self) -> None:
        """Bring database and files together at a start: whichever knows more of the same history gives.

        A release that was signed on another machine brings its texts along. Raises LedgerError where both went on by
        themselves.
        """
        ours = Ledger.load(self._data / LEDGER).entries
        with self.database.begin() as connection:
            theirs = [json.loads(line) for line in self._lines(connection)]
            common = min(len(ours), len(theirs))
            if common and ours[common - 1]["hash"] != theirs[common - 1]["hash"]:
                raise LedgerError(
                    "{path} and the database went on from different entries; if the database is right, "
                    "move the file away and run `jawab ledger export`",
                    path=self._data / LEDGER,
                )
            if len(ours) > len(theirs):
                self._give(connection, ours[len(theirs) :])
        self.pull()

    def append(self, entry: Mapping[str, Any]) -> None:
        """Keep an entry made on top of the last one; raises LedgerError where somebody else was faster."""
        with self.database.begin() as connection:
            last = connection.execute(
                entries.select().order_by(entries.c.seq.desc()).limit(1)
            ).first()
            if entry["prev"] != (last.hash if last else START):
                raise LedgerError(
                    "Somebody else signed or recalled at the same moment; do it again"
                )
            connection.execute(entries.insert().values(**_row(entry)))
        self.pull()

    def save(self, file: str, content: str, *, was: str) -> None:
        """Keep the draft of `file`; raises LedgerError where it is not `was` any more."""
        with self.database.begin() as connection:
            here = files.c.file == file
            present = connection.execute(sa.select(files.c.content).where(here)).scalar()
            if present != was:
                raise LedgerError(
                    "{file} was changed on another machine meanwhile; open it again", file=file
                )
            connection.execute(files.update().where(here).values(**self._draft(file, content)))
        self.pull()

    def pull(self) -> bool:
        """Bring the files in step with the database; return whether anything was different."""
        with self.database.begin() as connection:
            newest = connection.execute(
                sa.select(entries.c.hash).order_by(entries.c.seq.desc()).limit(1)
            ).scalar()
            wanted = {
                row.file: row.sha256
                for row in connection.execute(sa.select(files.c.file, files.c.sha256))
            }
            stale = [
                file for file, digest in wanted.items() if _digest(self._data / file) != digest
            ]
            content = (
                dict(
                    connection.execute(
                        sa.select(files.c.file, files.c.content).where(files.c.file.in_(stale))
                    ).all()
                )
                if stale
                else {}
            )
            behind = newest is not None and newest != _head(self._data / LEDGER)
            lines = self._lines(connection) if behind else []
        gone = (
            [path for path in self._answers() if f"{ANSWERS}/{path.name}" not in wanted]
            if wanted
            else []
        )
        for file, text in content.items():
            replace(self._data / file, text)
        for path in gone:
            path.unlink(missing_ok=True)
        if lines:  # last: a new signature must not meet the old words
            replace(self._data / LEDGER, "\n".join(lines) + "\n")
            Ledger.load(
                self._data / LEDGER
            )  # what does not hold together is told here; and not sent
        return bool(content or gone or lines)

    def _give(self, connection: Connection, new: list[Mapping[str, Any]]) -> None:
        connection.execute(entries.insert(), [_row(entry) for entry in new])
        connection.execute(files.delete())
        kept = [self._data / CLINIC, *self._answers()]
        connection.execute(
            files.insert(),
            [
                self._draft(str(path.relative_to(self._data)), path.read_bytes().decode("utf-8"))
                for path in kept
            ],
        )
        logger.info("texts given to the database: entries=%s files=%s", len(new), len(kept))

    def _answers(self) -> list[Path]:
        return sorted((self._data / ANSWERS).glob("*.yml"))

    def _draft(self, file: str, content: str) -> dict[str, Any]:
        return {
            "file": file,
            "content": content,
            "at": int(self._clock()),
            "sha256": sha256(content),
        }

    @staticmethod
    def _lines(connection: Connection) -> list[str]:
        return list(connection.execute(sa.select(entries.c.line).order_by(entries.c.seq)).scalars())


def record(ledger: Ledger, path: Path, entry: Mapping[str, Any], shelf: Shelf | None) -> None:
    """Make `entry` count: in the file at `path`, and in a cluster on the shelf that the file is an export of."""
    if shelf is None:
        ledger.append(path, entry)
    else:
        shelf.append(entry)
        ledger.add(entry)


def _row(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"seq": entry["seq"], "hash": entry["hash"], "line": line(entry)}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def _head(path: Path) -> str:
    """Return the hash that the file at `path` ends with; empty for a torn last line: it is written anew."""
    content = path.read_bytes() if path.exists() else b""
    return "" if whole(content)[1] else head(content)
