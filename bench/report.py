"""Turns what was measured into a table, a verdict on each target, and results.json."""

import json
import math
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.table import Table

TARGETS = {"latency": 0.5, "memory": 0.5, "start-up": 0.5, "training": 0.3}  # ours / stock, at most
AT_LEAST = {"turns a second": 2.0}  # ours / stock, at least
GROWTH = 1.5  # the slowest turn over the first of a row that should be flat, at most
Growth = dict[str, dict[str, float]]  # what grows: how far it has grown: median turn in ms


@dataclass(frozen=True)
class Row:
    """One figure of both bots."""

    name: str
    unit: str
    ours: float
    stock: float

    @property
    def ratio(self) -> float:
        """Ours over stock."""
        return self.ours / self.stock

    @property
    def target(self) -> float:
        """The ratio to stay under, or of what should be many to reach."""
        return (TARGETS | AT_LEAST)[self._kind]

    @property
    def met(self) -> bool:
        """Whether it does."""
        return self.ratio >= self.target if self._kind in AT_LEAST else self.ratio <= self.target

    @property
    def _kind(self) -> str:
        return self.name.partition(",")[0]


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest of `values` that `share` of them do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def rows(measured: dict[str, dict[str, Any]]) -> list[Row]:
    """Return the rows of the table from the raw figures of each bot, by its name."""

    def row(name: str, unit: str, figure: Any) -> Row:
        return Row(name, unit, figure(measured["ours"]), figure(measured["stock"]))

    return [
        row("latency, median", "ms", lambda bot: statistics.median(bot["turns"]) * 1000),
        row("latency, p99", "ms", lambda bot: percentile(bot["turns"], 0.99) * 1000),
        row("turns a second, 1 process", "1/s", lambda bot: bot["rates"]["1"]),
        row("turns a second, 2 processes", "1/s", lambda bot: bot["rates"]["2"]),
        row("memory, RSS", "MB", lambda bot: bot["memory"]["rss"]),
        row("memory, PSS", "MB", lambda bot: bot["memory"]["pss"]),
        row("start-up, median", "s", lambda bot: statistics.median(bot["starts"])),
        row("training, wall", "s", lambda bot: bot["training"]["wall"]),
        row("training, CPU", "s", lambda bot: bot["training"]["cpu"]),
    ]


def table(found: Sequence[Row], title: str) -> Table:
    """Return the table to print."""
    drawn = Table("", "unit", "ours", "stock", "ours/stock", "target", "", title=title)
    for column in drawn.columns[2:6]:
        column.justify = "right"
    for row in found:
        drawn.add_row(
            row.name,
            row.unit,
            f"{row.ours:,.1f}",
            f"{row.stock:,.1f}",
            f"{row.ratio:.2f}",
            f"{row.target:.2f}",
            "met" if row.met else "NOT MET",
        )
    return drawn


def growth_table(found: Growth) -> Table:
    """Return the table of how a turn's time grows, a line for each point of each row."""
    drawn = Table(
        "",
        "",
        "turn, ms",
        "to the first",
        title="how a turn's time grows (our bot, vectors remembered)",
    )
    for column in drawn.columns[1:]:
        column.justify = "right"
    for name, row in found.items():
        first = next(iter(row.values()))
        for point, took in row.items():
            drawn.add_row(name, point, f"{took:.1f}", f"{took / first:.2f}")
    return drawn


def steep(found: Growth) -> list[str]:
    """Return the rows that are not flat."""
    return [
        name for name, row in found.items() if max(row.values()) > GROWTH * next(iter(row.values()))
    ]


def save(
    path: Path, found: Sequence[Row], measured: dict[str, dict[str, Any]], setting: dict[str, Any]
) -> None:
    """Write the figures, the raw ones behind them, and the machine and setting they were taken in."""
    _write(
        path,
        {
            "taken": _now(),
            "setting": setting,
            "machine": machine(),
            "rows": [
                {**asdict(row), "ratio": round(row.ratio, 3), "target": row.target, "met": row.met}
                for row in found
            ],
            "raw": measured,
        },
    )


def save_growth(path: Path, found: Growth) -> None:
    """Write the growth beside what else `path` holds."""
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    _write(
        path,
        known
        | {
            "growth": {"taken": _now(), "machine": machine(), "at most": GROWTH, "median ms": found}
        },
    )


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "rasa": version("rasa"),
        "load": [round(load, 2) for load in os.getloadavg()],
    }
