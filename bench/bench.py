"""Measures this bot against the stock Rasa pipeline, side by side, in one run: `make bench`.

Both are trained on one sample of data/nlu and the same rules, keep conversations in SQLite, and are asked the same
messages over HTTP. Only the ratios mean something on a machine that does other work too.
"""

import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import growth
import prepare
import report
import typer
from rich.console import Console
from servers import Bot, Server, our_bot, repository_bot, stock_bot
from turns import Client, Timed, alternate

WORK = prepare.ROOT / ".cache" / "bench"
RESULTS = prepare.ROOT / "bench" / "results.json"
BLOCK = 8  # messages in a conversation
WARM_UP = 2 * BLOCK  # messages before timing begins
DIET = 1.2  # CPU seconds an example costs in 100 epochs
CLIENTS = 4  # patients at once at each server, where turns a second are counted
PROBES = 20  # messages at each point, where growth is measured
TICK = 15  # seconds between signs of life
console = Console(stderr=True, highlight=False)
Measured = dict[str, dict[str, Any]]


def bench(
    examples: int = typer.Option(600, min=100, help="Examples of data/nlu both are trained on."),
    messages: int = typer.Option(200, min=8, help="Messages each bot is timed on."),
    starts: int = typer.Option(3, min=1, help="Start-ups of each."),
    seed: int = typer.Option(7, help="Chooses examples and messages."),
    stories: bool = typer.Option(
        False,
        help="Give the stock bot each rule as a story too, so that TED and "
        "UnexpecTED have something to learn.",
    ),
    again: bool = typer.Option(
        False,
        "--again",
        help="Keep the stock bot that the last run trained, which takes "
        "most of the time, and its training figures.",
    ),
    quick: bool = typer.Option(
        False,
        "--quick",
        help="Only how a turn's time grows, with our own model: some minutes, no stock bot.",
    ),
    results: Annotated[Path, typer.Option(help="Where the figures go.")] = RESULTS,
) -> None:
    """Compare this bot with the stock Rasa pipeline."""
    if quick:
        _grow(results)
        return
    loads = [os.getloadavg()[0]]
    # a message asked for the second time is known already: turns a second are counted on messages of their own
    texts = prepare.messages(4 * messages + WARM_UP, seed=seed)
    chosen: dict[str, Any] = {"examples": examples, "seed": seed, "stories": stories}
    kept = _kept(results, chosen) if again else None
    bots, trained_on = _prepare(examples, seed=seed, stories=stories, again=again)
    measured: Measured = {bot.name: {} for bot in bots}
    if kept:
        measured["stock"]["training"] = kept
    else:
        console.print(
            f"training the stock bot costs some {trained_on * DIET / 60:.0f} minutes of CPU (--examples)"
        )
    _train(bots, measured)
    _serve(bots, measured, texts, messages, starts=starts)
    loads.append(os.getloadavg()[0])
    found = report.rows(measured)
    report.save(
        results,
        found,
        measured,
        {
            "chosen": chosen,
            "examples": trained_on,
            "messages": messages,
            "conversation": BLOCK,
            "starts": starts,
            "stock trained by an earlier run": again,
            "load at start and end": [round(load, 2) for load in loads],
        },
    )
    console.print(
        report.table(found, f"{trained_on} examples, {messages} messages, one client, SQLite")
    )
    _grow(results)
    for name, figures in measured.items():
        console.print(f"{name}: {figures['unanswered']} of {messages} messages got no reply")
    console.print(
        f"{os.cpu_count()} cores, load {loads[0]:.1f} at the start and {loads[1]:.1f} at the end; a quiet "
        f"machine has 0 at the start. Figures are in {results}"
    )


def _kept(results: Path, chosen: dict[str, Any]) -> dict[str, float]:
    """Return the stock bot's training figures from `results`; raises BenchError where that run chose other data."""
    trained = (WORK / "stock" / "models").exists() and results.exists()
    if (
        not trained
        or json.loads(results.read_text(encoding="utf-8"))["setting"].get("chosen") != chosen
    ):
        raise prepare.BenchError(
            f"{results}: no run with these examples, seed and stories; leave out --again"
        )
    figures: dict[str, float] = json.loads(results.read_text(encoding="utf-8"))["raw"]["stock"][
        "training"
    ]
    return figures


def _prepare(size: int, *, seed: int, stories: bool, again: bool) -> tuple[list[Bot], int]:
    """Return both bots, ready to be trained, and the number of examples they get; `again` leaves the stock one be."""
    with step("installing the stock environment (2.7 GB the first time)"):
        prepare.stock_environment(prepare.find_uv())
    chosen = prepare.sample(size, seed=seed)
    shutil.rmtree(WORK / "ours" if again else WORK, ignore_errors=True)
    prepare.our_folder(WORK / "ours", chosen)
    if not again:
        prepare.stock_folder(WORK / "stock", chosen, stories=stories)
    return [our_bot(WORK / "ours"), stock_bot(WORK / "stock")], sum(map(len, chosen.values()))


def _train(bots: list[Bot], measured: Measured) -> None:
    for bot in (bot for bot in bots if "training" not in measured[bot.name]):
        with step(f"training {bot.name}"):
            measured[bot.name]["training"] = bot.trained()


def _serve(
    bots: list[Bot], measured: Measured, texts: list[str], messages: int, *, starts: int
) -> None:
    """Start each bot `starts` times in turn, then talk to the last two servers in turn.

    The first of `texts`, `messages` and the warm-up, are for the latency; then as many for one process, twice for two.
    """
    with ExitStack() as stack:
        servers: dict[str, Server] = {}
        for number in range(1, starts + 1):
            for bot in bots:
                with step(f"start-up {number} of {starts}, {bot.name}"):
                    server = Server(bot)
                    stack.callback(server.stop)
                    measured[bot.name].setdefault("starts", []).append(server.ready())
                servers[bot.name] = server
                if number < starts:
                    server.stop()
        talked = messages + WARM_UP
        _talk(servers, measured, texts[:talked])
        for bot in bots:
            with step(f"turns a second, {bot.name}"):
                second = Server(bot)
                stack.callback(second.stop)
                second.ready()
                openers = [servers[bot.name].client, second.client]
                measured[bot.name]["rates"] = {
                    "1": _rate(openers[:1], texts[talked : talked + messages]),
                    "2": _rate(openers, texts[talked + messages :]),
                }
                second.stop()


def _rate(openers: list[Callable[[], Client]], texts: list[str]) -> float:
    """Return how many turns a second the servers behind `openers` take part in together, CLIENTS at each."""
    blocks = [texts[start : start + BLOCK] for start in range(0, len(texts), BLOCK)]

    def talk(place: int) -> None:
        Timed().talk(openers[place % len(openers)](), blocks[place])

    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS * len(openers)) as patients:
        list(patients.map(talk, range(len(blocks))))
    return round(len(texts) / (time.perf_counter() - started), 1)


def _grow(results: Path) -> None:
    """Measure how a turn's time grows, on training examples, and keep it."""
    with step("training this repository's model, where needed"):
        done = (
            repository_bot(prepare.ROOT)
            .spawn(
                (str(prepare.ROOT / ".venv" / "bin" / "jawab"), "train"),
                WORK.parent / "bench-train.log",
            )
            .wait()
        )
    if done:
        raise prepare.BenchError(f"training failed; see {WORK.parent / 'bench-train.log'}")
    probes = [texts[0] for texts in prepare.sample(100, seed=1).values()][:PROBES]
    with tempfile.TemporaryDirectory() as folder, step("how a turn's time grows") as tell:
        found = growth.measure(Path(folder), probes, tell)
    report.save_growth(results, found)
    console.print(report.growth_table(found))
    for name in report.steep(found):
        console.print(f"not flat: {name} (at most {report.GROWTH})", style="red")


def _talk(servers: dict[str, Server], measured: Measured, texts: list[str]) -> None:
    openers = {name: server.client for name, server in servers.items()}
    with step("warming up"):
        for _ in alternate(
            openers, texts[:WARM_UP], block=BLOCK, timed={name: Timed() for name in servers}
        ):
            pass
    timed = {name: Timed() for name in servers}
    with step("talking to both in turn") as tell:
        for sent in alternate(openers, texts[WARM_UP:], block=BLOCK, timed=timed):
            tell(f"{sent} of {len(texts) - WARM_UP} messages")
    for name, turns in timed.items():
        measured[name] |= {
            "turns": [round(seconds, 5) for seconds in turns.seconds],
            "unanswered": turns.unanswered,
            "memory": servers[name].memory(),
        }


@contextmanager
def step(label: str) -> Iterator[Any]:
    """Say what is being done, now and again until it is done; the value takes a word on how far it is."""
    started, done, state = time.monotonic(), threading.Event(), [""]

    def remind() -> None:
        while not done.wait(TICK):
            console.print(f"  {time.monotonic() - started:.0f} s  {state[0]}")

    console.print(f"{label} …")
    threading.Thread(target=remind, daemon=True).start()
    try:
        yield lambda text: state.__setitem__(0, text)
    finally:
        done.set()
    console.print(f"  done in {time.monotonic() - started:.1f} s")


def main() -> None:
    """Run; what stops a measurement is told without a traceback, with status 1."""
    try:
        typer.run(bench)
    except prepare.BenchError as error:
        console.print(str(error), style="red", markup=False)
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
