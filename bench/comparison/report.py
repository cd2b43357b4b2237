"""Figures as a table to print, as Markdown, and as JSON."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from rich.box import SIMPLE
from rich.table import Table

from comparison.registry import CANDIDATES
from comparison.rows import VARIETIES
from comparison.tracks import Setting, Track, working_threshold

PACKAGES = ("scikit-learn", "numpy", "onnxruntime", "spacy", "fasttext-wheel", "rasa")
HEADS = (
    "candidate",
    "accuracy",
    "95%",
    "behind best (95%)",
    *VARIETIES,
    "macro F1",
    "case",
    "danger",
    "ECE",
    "AUROC",
    "false",
    "answered",
    "false @95",
    "train s",
    "ms",
    "p99",
    "MB",
)


def cells(track: Track, name: str) -> list[str]:
    """Return the row of a candidate."""
    found, cost = track.figures[name], costs(track, name)
    low, high = found.interval
    back, (least, most) = track.behind(name)
    distance = (
        f"{_points(back)} ({_points(least)} to {_points(most)})"
        if name != track.ranking()[0]
        else "best"
    )
    return [
        name,
        _share(found.accuracy),
        f"{_share(low)}–{_share(high)}",
        distance,
        *(_share(found.varieties[variety]) for variety in VARIETIES),
        *map(
            _share,
            (
                found.macro_f1,
                found.case,
                found.danger,
                found.calibration,
                found.auroc,
                found.false_answers,
                found.answered,
                found.false_at_95,
            ),
        ),
        f"{cost['training']:.0f}",
        f"{cost['median']:.2f}",
        f"{cost['p99']:.2f}",
        f"{cost['size'] / 1e6:.1f}",
    ]


def costs(track: Track, name: str) -> dict[str, float]:
    """Return mean CPU seconds of training, CPU ms of a message, and bytes on disk."""
    raw = track.raw[name]
    return {
        "training": float(np.mean(raw.training)),
        "median": float(np.median(raw.message)),
        "p99": float(np.quantile(raw.message, 0.99)),
        "size": raw.size,
    }


def table(track: Track) -> Table:
    """Return the table to print, best first, failures with their reasons under it."""
    drawn = Table(
        title=track.told,
        caption="\n".join([legend(), *failures(track)]),
        caption_justify="left",
        box=SIMPLE,
        pad_edge=False,
    )
    for number, head in enumerate(HEADS):
        drawn.add_column(head, justify="right" if number else "left", no_wrap=True)
    for name in track.ranking():
        drawn.add_row(*cells(track, name))
    return drawn


def failures(track: Track) -> list[str]:
    """Return a line for each candidate that failed."""
    return [f"{name} FAILED: {reason}" for name, reason in track.failed.items()]


def markdown(track: Track) -> str:
    """Return the table as Markdown, with what each candidate is."""
    lines = [
        f"{track.told[0].upper()}{track.told[1:]}.",
        "",
        _row(HEADS),
        _row(["---", *["---:"] * (len(HEADS) - 1)]),
    ]
    lines += [_row(cells(track, name)) for name in track.ranking()]
    lines += [
        "",
        legend(),
        "",
        *(f"- `{name}`: {CANDIDATES[name].what}" for name in track.ranking()),
    ]
    return "\n".join(lines + [f"- {line}" for line in failures(track)])


def legend() -> str:
    """Return what the columns mean."""
    return (
        f"danger: self_harm, violence or emergency on top. false: of off_topic and uncovered messages, best topic "
        f"at {working_threshold():.2f} or above; answered: of topics, the same; @95: where 95% of topics are "
        f"answered. AUROC: topics against those. train s, ms, p99: CPU, one thread."
    )


def line(track: Track, name: str) -> str:
    """Return one line on a candidate just scored."""
    if name in track.failed:
        return f"  {name} FAILED: {track.failed[name]}"
    found, cost = track.figures[name], costs(track, name)
    return f"  {name}: accuracy {_share(found.accuracy)}, {cost['training']:.0f} s to train, {cost['median']:.2f} ms"


def save(path: Path, tracks: Sequence[Track], setting: Setting) -> None:
    """Write every figure, with the setting and the versions behind them."""
    path.write_text(
        json.dumps(
            {
                "taken": datetime.now(UTC).isoformat(timespec="seconds"),
                "setting": asdict(setting),
                "machine": {
                    "cores": os.cpu_count(),
                    "python": platform.python_version(),
                    "load": [round(load, 2) for load in os.getloadavg()],
                },
                "versions": {name: _version(name) for name in PACKAGES},
                "threshold": working_threshold(),
                "tracks": {track.name: content(track) for track in tracks},
            },
            indent=1,
        )
        + "\n",
        encoding="utf-8",
    )


def content(track: Track) -> dict[str, Any]:
    """Return a track as JSON-ready data."""
    found = {}
    for name in track.ranking():
        back, ends = track.behind(name)
        found[name] = {
            "what": CANDIDATES[name].what,
            **_rounded(asdict(track.figures[name])),
            "behind": _rounded({"by": back, "interval": ends}),
            "cost": _rounded(costs(track, name)),
        }
    return {"told": track.told, "candidates": found, "failed": track.failed}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_rounded(one) for one in value]
    return round(value, 4) if isinstance(value, float) else value


def _row(texts: Sequence[str]) -> str:
    return "| " + " | ".join(text.replace("|", "\\|") for text in texts) + " |"


def _share(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def _points(value: float) -> str:
    return f"{value * 100:.1f}"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
