"""How a turn's time grows: with the length of its conversation, and with the number of conversations in the store."""

import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from report import Growth
from servers import Server, echo, repository_bot
from turns import Client, Timed

LENGTHS = (1, 10, 100, 1000)  # turns in the conversation
CROWDS = (10, 100, 1_000, 10_000, 100_000)  # conversations in the store
AT_ONCE = 500  # conversations filled in by one statement
COPY = """
INSERT INTO events (sender_id, type_name, timestamp, intent_name, action_name, data)
WITH RECURSIVE number(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM number WHERE n + 1 < :last)
SELECT 'crowd-' || n, type_name, timestamp, intent_name, action_name, data FROM number, events
WHERE sender_id = (SELECT sender_id FROM events ORDER BY id LIMIT 1) ORDER BY n, id"""
FLOOR = "bare server, no bot"
Tell = Callable[[str], None]


def measure(folder: Path, probes: Sequence[str], tell: Tell) -> Growth:
    """Return the median turn in ms, by length and by crowd, of this repository's bot with its data in `folder`.

    The same `probes` are sent at every point, after a first time that fills the caches: what is measured is growth.
    """
    found: Growth = {FLOOR: {"echo": _floor(folder, probes)}}
    with _running(Server(repository_bot(folder))) as server:
        Timed().talk(server.client(), probes)
        for name, points in (
            ("conversations", _crowds(server, folder / "conversations.db", probes)),
            ("turns in the conversation", _lengths(server, probes)),
        ):
            found[name] = {}
            for point, seconds in points:
                found[name][str(point)] = round(statistics.median(seconds) * 1000, 2)
                tell(f"{point:,} {name}: {found[name][str(point)]} ms")
    return found


def _lengths(server: Server, probes: Sequence[str]) -> Iterator[tuple[int, list[float]]]:
    """Yield the seconds of turns at each of LENGTHS in one conversation; of first turns in one each."""
    yield 1, _firsts(server.client, probes)
    client, said = server.client(), 0
    for length in LENGTHS[1:]:
        while said < length - 1:
            client.say(probes[said % len(probes)])
            said += 1
        timed = Timed()
        timed.talk(client, probes)
        said += len(probes)
        yield length, timed.seconds


def _crowds(
    server: Server, database: Path, probes: Sequence[str]
) -> Iterator[tuple[int, list[float]]]:
    """Yield the seconds of the turns of new conversations beside each of CROWDS."""
    there = 0
    for crowd in CROWDS:
        fill(database, there, crowd)
        there = crowd
        yield crowd, _firsts(server.client, probes)


def fill(database: Path, there: int, crowd: int) -> None:
    """Put copies of the first conversation into an SQLite store, until `crowd` of them are there."""
    with closing(sqlite3.connect(database, timeout=60)) as connection:
        for first in range(there, crowd, AT_ONCE):
            with connection:
                connection.execute(COPY, {"first": first, "last": min(first + AT_ONCE, crowd)})


def _firsts(opener: Callable[[], Client], probes: Sequence[str]) -> list[float]:
    timed = Timed()
    for probe in probes:
        timed.talk(opener(), [probe])
    return timed.seconds


def _floor(folder: Path, probes: Sequence[str]) -> float:
    """Return the ms in which a server that only says the same again answers: no bot can be faster."""
    with _running(Server(echo(folder))) as server:
        timed = Timed()
        for _ in range(5):
            timed.talk(server.client(), probes)
        return round(statistics.median(timed.seconds) * 1000, 2)


@contextmanager
def _running(server: Server) -> Iterator[Server]:
    try:
        server.ready()
        time.sleep(1)  # what a server does after its first answer is no turn's
        yield server
    finally:
        server.stop()
