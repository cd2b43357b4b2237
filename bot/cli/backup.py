"""`jawab backup`: one archive of everything that cannot be made again, consistent while the server runs."""

import io
import os
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from bot.container import settings
from bot.errors import BotError

DATA, DUMP = ("ledger.jsonl", "clinic.yml"), "jawab.pgdump"


def backup() -> None:
    """Write a tar archive to standard output: conversations, WhatsApp's queues, votes, ledger and clinic.

    It holds patients' words: encrypt it before it touches a disk, as deploy/backup.sh does.
    """
    if sys.stdout.isatty():
        raise BotError("jawab backup writes an archive: pipe it, as deploy/backup.sh does")
    # a pipe cannot be sought in
    with (
        tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as archive,
        tempfile.TemporaryDirectory() as folder,
    ):
        for copy in _copies(Path(folder)):
            archive.add(copy, f"var/{copy.name}")
        for path in _files():
            archive.addfile(_entry(path), io.BytesIO(path.read_bytes()))


def _copies(folder: Path) -> Iterator[Path]:
    """Write into `folder` what the databases hold at one moment, and yield each file."""
    if settings().database:
        yield _dump(settings().database, folder / DUMP)
        return
    for database in sorted(settings().var.glob("*.db")):
        _copy(database, folder / database.name)
        yield folder / database.name


def _dump(address: str, copy: Path) -> Path:
    """Write PostgreSQL's own dump; `pg_restore` reads it."""
    url = sa.engine.make_url(address)
    secret = {"PGPASSWORD": url.password} if url.password else {}  # not in the list of processes
    shown = url.set(drivername="postgresql", password=None).render_as_string()
    try:
        subprocess.run(
            ["pg_dump", "--format=custom", "--no-owner", f"--file={copy}", f"--dbname={shown}"],
            check=True,
            env={**os.environ, **secret},
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise BotError(
            f"pg_dump failed ({error}); install postgresql-client, of the server's version or a newer one"
        ) from error
    return copy


def _files() -> Iterator[Path]:
    yield from (path for name in DATA if (path := settings().data / name).exists())
    yield from sorted((settings().data / "answers").glob("*.yml"))
    key = (
        settings().var / "session.key"
    )  # a trial's; production keeps its keys in the environment, and elsewhere
    if key.exists():
        yield key


def _entry(path: Path) -> tarfile.TarInfo:
    top, below = (
        ("var", settings().var)
        if path.is_relative_to(settings().var)
        else ("data", settings().data)
    )
    entry = tarfile.TarInfo(f"{top}/{path.relative_to(below)}")
    entry.size, entry.mode, entry.mtime = path.stat().st_size, 0o600, int(path.stat().st_mtime)
    return entry


def _copy(database: Path, copy: Path) -> None:
    """Copy a database as it is at one moment, whoever writes to it meanwhile."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    copy.chmod(0o600)
