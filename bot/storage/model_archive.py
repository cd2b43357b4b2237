"""Trained models on disk: each archive with its SHA-256 beside it, read whole before it is used."""

import hashlib
import logging
import os
import tarfile
import zlib
from pathlib import Path

from bot.errors import ModelError
from bot.storage import atomic_write

logger = logging.getLogger(__name__)
ENDING, SEAL = ".tar.gz", ".sha256"
KEPT = 2  # the last two, to roll back to
MENDS = "`jawab train --force` makes a new one"


def archives(folder: Path) -> list[Path]:
    """Return the models under `folder`, the newest first."""
    return sorted(folder.glob(f"*{ENDING}"), key=lambda path: path.stat().st_mtime, reverse=True)


def usable(folder: Path) -> Path:
    """Return the newest model that is whole, saying which newer ones are not; raises ModelError where none is."""
    damaged: list[str] = []
    for path in archives(folder):
        if is_whole(path):
            if damaged:
                logger.error(
                    "model damaged: %s; the one before is used: %s; %s",
                    ", ".join(damaged),
                    path.name,
                    MENDS,
                )
            return path
        damaged.append(path.name)
    if damaged:
        raise ModelError(
            "{folder}: no model is whole ({names}); {mends}",
            folder=folder,
            names=", ".join(damaged),
            mends=MENDS,
        )
    raise ModelError("{folder} holds no model; run `jawab train`", folder=folder)


def is_whole(path: Path) -> bool:
    """Return whether the archive is what was sealed; one without a seal must at least unpack to its end."""
    try:
        sealed = _seal(path).read_text(encoding="ascii").split()[:1]
    except (OSError, UnicodeDecodeError):
        sealed = []
    return sealed == [_digest(path)] if sealed and len(sealed[0]) == 64 else _unpacks(path)


def keep(made: Path, folder: Path) -> Path:
    """Move a model into `folder` with its seal, in one step, and return where it is; older ones than two go.

    Everybody on the machine may read it: it holds no patient's word, and who builds an image is not
    who runs it.
    """
    target = folder / made.name
    folder.chmod(0o755)
    made.chmod(0o644)
    with made.open("rb") as stream:
        os.fsync(stream.fileno())
    atomic_write.replace(_seal(target), f"{_digest(made)}  {target.name}\n")
    _seal(target).chmod(0o644)
    made.replace(target)
    whole = [path for path in archives(folder) if is_whole(path)][:KEPT]
    for path in archives(folder):
        if path.stat().st_mtime < whole[-1].stat().st_mtime:
            path.unlink()
            _seal(path).unlink(missing_ok=True)
    return target


def _seal(path: Path) -> Path:
    return path.with_name(path.name + SEAL)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _unpacks(path: Path) -> bool:
    try:
        with tarfile.open(path, "r:gz") as archive:
            names = [member.name for member in archive]
            while archive.fileobj and archive.fileobj.read(1 << 20):
                pass  # gzip's checksum stands behind the last file
    except (OSError, EOFError, tarfile.TarError, zlib.error):
        return False
    return bool(names)
