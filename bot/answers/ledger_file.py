"""The ledger's file: one JSON object a line, each holding the hash of the line before it.

A line without its end was never an act: whoever wrote it was told that it failed, or died before it was on disk. It
is left out, loudly, and the next write moves it into `ledger.jsonl.torn`.
"""

import fcntl
import hashlib
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.errors import LedgerError

logger = logging.getLogger(__name__)
START = "0" * 64


def sha256(text: str) -> str:
    """Return the SHA-256 of the UTF-8 bytes of `text`, in hex."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def line(entry: Mapping[str, Any]) -> str:
    """Return `entry` as its line of the file, without the line's end."""
    return json.dumps(entry, ensure_ascii=False, sort_keys=True)


def hash_of(entry: Mapping[str, Any]) -> str:
    """Return the hash that `entry` must carry: of all of it but the hash itself."""
    return sha256(line({key: value for key, value in entry.items() if key != "hash"}))


def head(content: bytes) -> str:
    """Return the hash of the last entry in the content of a ledger file: what the next one goes on from."""
    last = whole(content)[0].splitlines()[-1:]
    return str(json.loads(last[0])["hash"]) if last else START


def whole(content: bytes) -> tuple[bytes, bytes]:
    """Return the lines of a ledger file that are whole, and the torn one behind them, mostly empty.

    A last line that lacks nothing but its end is whole: leaving out a recall would be the worse mistake.
    """
    cut = content.rfind(b"\n") + 1
    lines, last = content[:cut], content[cut:]
    if not last or _complete(last) or not (lines or last.startswith(b"{")):
        return content, b""
    return lines, last


def _complete(last: bytes) -> bool:
    try:
        entry = json.loads(last)
        return bool(entry["hash"] == hash_of(entry))
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def read(path: Path) -> tuple[list[str], bool]:
    """Return the whole lines of the ledger at `path`, and whether a torn one stands behind them.

    Raises LedgerError for bytes that are no text; no file is no line.
    """
    lines, torn = whole(path.read_bytes() if path.exists() else b"")
    try:
        found = lines.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise LedgerError(
            "{path}: not UTF-8 ({error}); restore the file from its last copy",
            path=path,
            error=error,
        ) from error
    if torn:
        logger.error(
            "%s: its last line is torn and counts for nothing: a signature or a recall was not written to its "
            "end; do it again, and the file is mended",
            path.name,
        )
    return found, bool(torn)


def append(path: Path, entry: Mapping[str, Any]) -> None:
    """Write `entry` as the last line of `path`, on disk before this returns, or leave the file as it was.

    Raises LedgerError where the file's last entry is not the one that `entry` goes on from, OSError where the disk
    does not take it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        # the terminal and the console may sign at the same moment
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        lines = _mended(path, descriptor)
        if entry["prev"] != head(lines):
            raise LedgerError(
                "{path}: somebody else signed or recalled at the same moment; do it again",
                path=path,
            )
        missing = "\n" if lines and not lines.endswith(b"\n") else ""
        _put(descriptor, f"{missing}{line(entry)}\n".encode(), at=len(lines))
    finally:
        os.close(descriptor)


def _put(descriptor: int, content: bytes, *, at: int) -> None:
    try:
        written = 0
        while written < len(content):
            written += os.pwrite(descriptor, content[written:], at + written)
        os.fsync(descriptor)
    except BaseException:  # a full disk, Ctrl-C: no half line stays behind
        _cut(descriptor, at)
        raise


def _mended(path: Path, descriptor: int) -> bytes:
    """Return the lines of the file, its torn last line moved into a file beside it where there is one."""
    lines, torn = whole(path.read_bytes())
    if torn:
        with path.with_name(f"{path.name}.torn").open("ab") as aside:
            aside.write(torn + b"\n")
            aside.flush()
            os.fsync(aside.fileno())
        _cut(descriptor, len(lines))
        logger.warning("%s is mended: its torn last line stands in %s.torn", path.name, path.name)
    return lines


def _cut(descriptor: int, size: int) -> None:
    os.ftruncate(descriptor, size)
    os.fsync(descriptor)
