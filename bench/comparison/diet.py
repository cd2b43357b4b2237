"""Rasa's default NLU pipeline with DIET, in the stock environment that `make bench` installs."""

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from prepare import (
    ROOT,
    STOCK,
    STOCK_ENVIRONMENT,
    find_uv,
    read_yaml,
    stock_environment,
    write_yaml,
)

LEFT_OUT = {
    "EntitySynonymMapper",
    "ResponseSelector",
    "FallbackClassifier",
}  # nothing here for them to learn
ONE = ("OMP_NUM_THREADS", "TF_INTRA_OP_PARALLELISM_THREADS", "TF_INTER_OP_PARALLELISM_THREADS")
DROPPED = ("JAWAB_", "PYTHON", "VIRTUAL_ENV")


class Diet:
    """The stock pipeline up to DIET, on one thread."""

    def prepare(self, texts: Sequence[str]) -> None:
        """Install the stock environment unless it is there."""
        stock_environment(find_uv())

    def fit(self, texts: Sequence[str], intents: Sequence[str], varieties: Sequence[str]) -> None:
        """Train in a process of its own."""
        self._intents = sorted(set(intents))
        self._kept = tempfile.TemporaryDirectory()
        self._folder = Path(self._kept.name)
        blocks: dict[str, list[str]] = {intent: [] for intent in self._intents}
        for text, intent in zip(texts, intents, strict=True):
            blocks[intent].append(text)
        write_yaml(
            self._folder / "nlu.yml",
            {
                "version": "3.1",
                "nlu": [
                    {"intent": intent, "examples": "".join(f"- {text}\n" for text in own)}
                    for intent, own in blocks.items()
                ],
            },
        )
        write_yaml(self._folder / "config.yml", pipeline())
        self._call("train")

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return DIET's confidences."""
        return self._asked(texts)[0]

    def seconds(self, texts: Sequence[str]) -> list[float]:
        """Return the CPU seconds of parsing each text, taken in the process that parses."""
        return self._asked(texts)[1]

    def save(self, folder: Path) -> None:
        """Copy the packed model."""
        for path in (self._folder / "models").glob("*.tar.gz"):
            (folder / path.name).write_bytes(path.read_bytes())

    def _asked(self, texts: Sequence[str]) -> tuple[np.ndarray, list[float]]:
        (self._folder / "texts.json").write_text(json.dumps(list(texts)), encoding="utf-8")
        self._call("parse")
        answers: list[dict[str, Any]] = json.loads(
            (self._folder / "answers.json").read_text(encoding="utf-8")
        )
        rows = [
            [answer["ranking"].get(intent, 0.0) for intent in self._intents] for answer in answers
        ]
        return np.array(rows), [answer["seconds"] for answer in answers]

    def _call(self, what: str) -> None:
        """Run the worker in the stock environment; raises RuntimeError with its last words."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(DROPPED)
        }
        done = subprocess.run(
            [
                str(STOCK_ENVIRONMENT / "bin" / "python"),
                str(ROOT / "bench" / "comparison" / "diet_worker.py"),
                what,
            ],
            cwd=self._folder,
            capture_output=True,
            text=True,
            env={**environment, **dict.fromkeys(ONE, "1"), "RASA_TELEMETRY_ENABLED": "false"},
        )
        if done.returncode:
            raise RuntimeError(
                f"the stock environment could not {what}: {done.stderr.strip()[-300:]}"
            )


def pipeline() -> dict[str, Any]:
    """Return the stock configuration without policies and what has nothing to do; DIET tells of every intent."""
    config = read_yaml(STOCK / "config.yml")
    kept = [dict(part) for part in config["pipeline"] if part["name"] not in LEFT_OUT]
    for part in kept:
        if part["name"] == "DIETClassifier":
            part["ranking_length"] = 0  # all; by default the ten likeliest
    return {
        "recipe": config["recipe"],
        "assistant_id": "stock",
        "language": config["language"],
        "pipeline": kept,
    }
