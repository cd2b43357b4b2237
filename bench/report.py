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

TARGETS = {"latency": 0.7, "memory": 0.5, "start-up": 0.5, "training": 0.3}   # ours / stock, at most


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
        """The ratio to stay under."""
        return TARGETS[self.name.partition(",")[0]]

    @property
    def met(self) -> bool:
        """Whether it does."""
        return self.ratio <= self.target


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
        drawn.add_row(row.name, row.unit, f"{row.ours:,.1f}", f"{row.stock:,.1f}", f"{row.ratio:.2f}",
                      f"{row.target:.2f}", "met" if row.met else "NOT MET")
    return drawn


def save(path: Path, found: Sequence[Row], measured: dict[str, dict[str, Any]], setting: dict[str, Any]) -> None:
    """Write the figures, the raw ones behind them, and the machine and setting they were taken in."""
    path.write_text(json.dumps({
        "taken": datetime.now(UTC).isoformat(timespec="seconds"), "setting": setting, "machine": machine(),
        "rows": [{**asdict(row), "ratio": round(row.ratio, 3), "target": row.target, "met": row.met} for row in found],
        "raw": measured}, indent=1) + "\n", encoding="utf-8")


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    return {"cores": os.cpu_count(), "python": platform.python_version(), "rasa": version("rasa"),
            "load": [round(load, 2) for load in os.getloadavg()]}
