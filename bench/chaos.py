"""Kills a part of a cluster again and again while patients write, and counts what was lost or doubled: none may be.

PostgreSQL, Redis, Caddy and two processes of the bot on loopback, as tests/cluster starts them; every `--every` seconds
one of them is killed and brought back: a process, Redis, a process, PostgreSQL. Patients send a message that was not
answered again, with its id.
"""

import itertools
import json
import sys
import tempfile
import time
from pathlib import Path

import typer
from rich.console import Console

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from cluster.live import Cluster, Load, nothing_lost_or_doubled  # noqa: E402
from cluster.servers import Postgres, redis  # noqa: E402

from tests.running import Meta  # noqa: E402

RESULTS = ROOT / "bench" / "chaos.json"
console = Console(stderr=True, highlight=False)


def chaos(
    turns: int = typer.Option(10_000, min=1, help="Messages to be answered."),
    every: float = typer.Option(20.0, min=5.0, help="Seconds from one killing to the next."),
) -> None:
    """Run until so many turns are answered, then compare what patients were told with what is on record."""
    with tempfile.TemporaryDirectory() as folder, Meta() as meta:
        place = Path(folder)
        place.chmod(0o755)  # the user postgres walks through it
        postgres, locks = (
            Postgres(place / "postgres").start().wait(),
            redis(place / "redis").start().wait(),
        )
        try:
            with Cluster(place, postgres, locks, meta) as cluster:
                _tell(*_run(cluster, turns=turns, every=every))
        finally:
            locks.stop()
            postgres.stop()


def _run(cluster: Cluster, *, turns: int, every: float) -> tuple[Load, int, float]:
    """Return the load that was, how many killings it met, and how many seconds it took."""
    parts = itertools.cycle([cluster.bots[0], cluster.redis, cluster.bots[1], cluster.postgres])
    started, killed = time.monotonic(), 0
    with Load(cluster.url) as load:
        while len(load.answered) < turns:
            _kill(next(parts))
            killed += 1
            console.print(
                f"{len(load.answered)} of {turns} answered, {killed} killed, longest {load.longest:.1f} s"
            )
            time.sleep(every)
    nothing_lost_or_doubled(cluster, load)
    return load, killed, time.monotonic() - started


def _kill(part: object) -> None:
    if hasattr(part, "kill"):
        part.kill()
        time.sleep(3)
        part.start().wait()
    else:
        part.process.kill()
        part.process.wait(20)
        part.__enter__()


def _tell(load: Load, killed: int, seconds: float) -> None:
    found = {
        "answered": len(load.answered),
        "lost": 0,
        "doubled": 0,
        "killed": killed,
        "seconds": round(seconds),
        "trouble texts": load.trouble,
        "sent again": sum(load.problems.values()),
        "longest wait in seconds": round(load.longest, 1),
    }
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    console.print(found)


if __name__ == "__main__":
    typer.run(chaos)
