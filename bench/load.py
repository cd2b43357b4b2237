"""Has many patients talk to one server at once, and tells how long they wait: `make load`.

Every patient has a session of their own, sends a message, reads and types for a while (exponential, `--pause` seconds
on average), and sends the next. The server is this repository's, with its trained model, one process, SQLite.
"""

import asyncio
import json
import random
import resource
import statistics
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import prepare
import typer
from aiohttp import ClientSession, ClientTimeout, TCPConnector
from report import percentile
from rich.console import Console
from rich.table import Table
from servers import Server, repository_bot

WATCH = 5.0  # seconds between two looks at the server's memory
PATIENCE = 60  # seconds a patient waits before it counts as an error
TARGET = 500  # ms, of the 99th percentile
console = Console(stderr=True, highlight=False)


@dataclass
class Waits:
    """How long each message took, in seconds, and what went wrong, by what it was."""

    seconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)  # MB the server held, every few seconds


def load(
    sessions: int = typer.Option(200, min=1, help="Patients at once."),
    messages: int = typer.Option(6, min=1, help="Messages of each."),
    pause: float = typer.Option(
        10.0, min=0.0, help="Seconds a patient reads and types, on average."
    ),
    seed: int = typer.Option(7, help="Chooses messages and pauses."),
    results: str = typer.Option("bench/load.json", help="Where the figures are kept."),
) -> None:
    """Measure how long patients wait when many talk at once, and what the server holds meanwhile.

    A soak of half an hour at half the load: --sessions 100 --messages 180 --results bench/soak.json
    """
    texts = prepare.messages(840, seed=seed)
    with tempfile.TemporaryDirectory() as var:
        server = Server(repository_bot(Path(var)))
        try:
            console.print(
                f"server ready after {server.ready():.1f} s; {sessions} patients, {messages} messages each, "
                f"some {(messages + 1) * pause:.0f} s"
            )
            waits, took = asyncio.run(
                _all(server, texts, sessions=sessions, messages=messages, pause=pause, seed=seed)
            )
        finally:
            server.stop()
    _tell(
        waits,
        took,
        Path(results),
        {"sessions": sessions, "messages": messages, "pause": pause, "seed": seed},
    )
    raise SystemExit(1 if waits.errors else 0)


async def _all(
    server: Server, texts: list[str], *, sessions: int, messages: int, pause: float, seed: int
) -> tuple[Waits, float]:
    """Return what all the patients met, and the seconds from the first message to the last reply."""
    waits, started = Waits(), time.perf_counter()
    watching = asyncio.create_task(_watch(server, waits.memory))
    async with ClientSession(
        f"http://127.0.0.1:{server.port}",
        connector=TCPConnector(limit=0),
        timeout=ClientTimeout(total=PATIENCE),
    ) as http:
        await asyncio.gather(
            *(
                _patient(
                    http,
                    random.Random(f"{seed}-{number}"),
                    texts,
                    waits,
                    messages=messages,
                    pause=pause,
                )
                for number in range(sessions)
            )
        )
    watching.cancel()
    return waits, time.perf_counter() - started


async def _watch(server: Server, memory: list[float]) -> None:
    while True:
        memory.append(server.memory()["rss"])
        await asyncio.sleep(WATCH)


async def _patient(
    http: ClientSession,
    dice: random.Random,
    texts: list[str],
    waits: Waits,
    *,
    messages: int,
    pause: float,
) -> None:
    # they come over the time of one pause, not all in one instant
    await asyncio.sleep(dice.uniform(0, pause))
    try:
        session = (await _post(http, "/chat/sessions", {}))["session"]
        for _ in range(messages):
            body = {"session": session, "id": uuid4().hex, "text": dice.choice(texts)}
            started = time.perf_counter()
            answer = await _post(http, "/chat/messages", body)
            waits.seconds.append(time.perf_counter() - started)
            if not answer["replies"]:
                waits.errors["no reply"] += 1
            await asyncio.sleep(dice.expovariate(1 / pause) if pause else 0)
    except Exception as error:  # counted and told; the other patients go on
        waits.errors[type(error).__name__] += 1


async def _post(http: ClientSession, path: str, body: dict[str, Any]) -> Any:
    async with http.post(path, json=body) as answer:
        answer.raise_for_status()
        return await answer.json()


def _tell(waits: Waits, took: float, results: Path, setting: dict[str, Any]) -> None:
    """Print the figures and keep them."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures = {
        "messages": len(waits.seconds),
        "errors": sum(waits.errors.values()),
        "messages a second": len(waits.seconds) / took,
        "median, ms": statistics.median(waits.seconds) * 1000 if waits.seconds else float("nan"),
        "p95, ms": percentile(waits.seconds, 0.95) * 1000 if waits.seconds else float("nan"),
        "p99, ms": percentile(waits.seconds, 0.99) * 1000 if waits.seconds else float("nan"),
        # the first fifth fills caches and pools
        "memory after a fifth, MB": waits.memory[len(waits.memory) // 5],
        "memory at the end, MB": waits.memory[-1],
        "server CPU, start included, s": used.ru_utime + used.ru_stime,
    }
    table = Table(
        "",
        "measured",
        title=f"{setting['sessions']} sessions, a message every {setting['pause']:g} s each",
    )
    table.columns[1].justify = "right"
    for name, value in figures.items():
        table.add_row(name, f"{value:,.1f}")
    console.print(table)
    for name, times in waits.errors.items():
        console.print(f"{times} times {name}", style="red")
    console.print(f"target: p99 under {TARGET} ms and no error; figures are in {results}")
    results.write_text(
        json.dumps(
            {"setting": setting, "figures": {k: round(v, 2) for k, v in figures.items()}}, indent=1
        )
        + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    typer.run(load)
