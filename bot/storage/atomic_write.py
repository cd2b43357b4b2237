"""Files that others read while we write them: a reader finds the old one or the new one, never half of one."""

import os
from contextlib import suppress
from pathlib import Path


def replace(path: Path, content: str) -> None:
    """Put `content` in the place of the file at `path`, on disk before this returns; raises OSError where it cannot."""
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}.new")  # no name that is read as a text
    try:
        with new.open("wb") as stream:
            stream.write(content.encode("utf-8"))
            stream.flush()
            if path.exists():
                os.fchmod(stream.fileno(), path.stat().st_mode)
            os.fsync(stream.fileno())
        new.replace(path)
    finally:
        with suppress(OSError):
            new.unlink()
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Have a folder's new name for a file on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
