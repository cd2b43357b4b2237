"""CORE: notes for the waiting room on their way there: on disk before the reply leaves, in their store soon after.

A patient in danger never waits for that store, which can be locked, full or on another machine. A note is a file of its
own, written in microseconds and gone once the store has it; what a killed process left, the next one delivers. It holds
the conversation's random name and a reason, never a patient's words; whom to call is encrypted before it comes here.
"""

import fcntl
import json
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from bot.errors import told
from bot.handover.queue import WaitingRoom

logger = logging.getLogger(__name__)
SUFFIX, UNREADABLE = ".note", ".unreadable"
MOST_IN_MEMORY = 10_000


@dataclass(frozen=True)
class Note:
    """Somebody waits for a person."""

    sender: str
    channel: str
    reason: str
    cause: str
    variety: str
    at: int
    contact: str | None = None  # encrypted
    source: str = ""  # a keyed digest of the address (entries.py)


class Notes:
    """The folder of notes; any number of processes may share it."""

    def __init__(
        self,
        folder: Path,
        room: Callable[[], WaitingRoom | None],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`room` gives the waiting room when there is something to bring there."""
        self._folder, self._room, self._clock = folder, room, clock
        self._unwritten: deque[tuple[str, Note]] = deque(maxlen=MOST_IN_MEMORY)
        self._delivering = threading.Lock()

    def put(
        self,
        *,
        sender: str,
        channel: str,
        reason: str,
        cause: str,
        variety: str,
        source: str = "",
    ) -> None:
        """Keep a note; where the disk takes nothing, in memory until the store does."""
        at = int(self._clock())
        note = Note(sender, channel, reason, cause, variety, at, source=source)
        try:
            self._write(note)
        except OSError as error:
            logger.error("a note for the waiting room is in memory only: %s", told(error))
            self._unwritten.append((uuid4().hex, note))

    def put_request(self, *, sender: str, channel: str, variety: str, contact: str) -> None:
        """Keep a call-back request with its encrypted `contact`; raises OSError where the disk does not take it."""
        self._write(
            Note(
                sender,
                channel,
                reason="callback",
                cause="asked for a call",
                variety=variety,
                at=int(self._clock()),
                contact=contact,
            )
        )

    def _write(self, note: Note) -> None:
        """Put `note` into the page cache: a killed process loses nothing of it, and nobody waits for the disk."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{time.time_ns():020}-{uuid4().hex}"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(json.dumps(asdict(note)).encode("utf-8"))
            path.rename(path.with_suffix(SUFFIX))  # a half-written note has another name
        except OSError:
            path.unlink(missing_ok=True)
            raise

    def deliver(self) -> int:
        """Bring every note to the waiting room, oldest first; return how many. May block: only ever run in a thread.

        Raises what the store raises; what it did not take is tried at the next call.
        """
        delivered = 0
        with self._delivering:
            for path in sorted(self._folder.glob(f"*{SUFFIX}")):
                with _held(path) as content:
                    if content is not None:
                        delivered += self._deliver(path, content)
            while self._unwritten:
                self._hand_over(*self._unwritten[0])
                self._unwritten.popleft()
                delivered += 1
        return delivered

    def _deliver(self, path: Path, content: bytes) -> int:
        try:
            note = Note(**json.loads(content))
        except (ValueError, TypeError):  # not thrown away: somebody may have waited
            logger.error("a note for the waiting room cannot be read: %s", path.stem)
            path.rename(path.with_suffix(UNREADABLE))
            return 0
        self._hand_over(path.stem, note)
        path.unlink(missing_ok=True)
        return 1

    def _hand_over(self, name: str, note: Note) -> None:
        room = self._room()
        if room is not None:
            room.receive(name=name, **asdict(note))

    def erase(self, sender: str) -> int:
        """Drop the notes of a conversation; return how many."""
        with self._delivering:
            found = [path for path in self._folder.glob(f"*{SUFFIX}") if _is_of(path, sender)]
            for path in found:
                path.unlink(missing_ok=True)
            kept = [one for one in self._unwritten if one[1].sender != sender]
            dropped = len(self._unwritten) - len(kept)
            self._unwritten = deque(kept, maxlen=MOST_IN_MEMORY)
        return len(found) + dropped

    def waiting(self) -> int:
        """Return how many notes have not been delivered."""
        return sum(1 for _ in self._folder.glob(f"*{SUFFIX}")) + len(self._unwritten)


@contextmanager
def _held(path: Path) -> Iterator[bytes | None]:
    """Yield a note's content while no other process delivers it, None where one does or did."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        yield None
        return
    with os.fdopen(descriptor, "rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield stream.read() if path.exists() else None


def _is_of(path: Path, sender: str) -> bool:
    try:
        return bool(json.loads(path.read_bytes()).get("sender") == sender)
    except (OSError, ValueError, AttributeError):
        return False
