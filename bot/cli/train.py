"""`jawab train`: makes the model when it is missing or older than what it is made from."""

import io
import logging
import os
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

import typer
from rich.console import Console

from bot.cli.progress import Progress
from bot.container import settings
from bot.errors import ModelError
from bot.project import at
from bot.storage.model_archive import archives, is_whole, keep, usable

MADE_FROM = (
    "config.yml",
    "domain.yml",
    "data/nlu",
    "data/rules",
    "data/lexicon",
    "data/dialogue.yml",
    "data/encoder",
    "bot/text",
    "bot/nlu",
    "bot/rasa_adapter/components",
)
console = Console(stderr=True)


def train(
    force: bool = typer.Option(False, "--force", help="Train even when the model is up to date."),
) -> None:
    """Train the model if it is missing or older than its data."""
    model = newest()
    if model is not None and not force and not _younger_than(model) and is_whole(model):
        console.print(f"model is up to date: {model}", soft_wrap=True)
        return
    started = time.monotonic()
    with Progress(console, "training the model (some minutes)") as progress:
        path = _train(progress)
    console.print(f"model trained in {time.monotonic() - started:.0f} s: {path}", soft_wrap=True)


def newest() -> Path | None:
    """Return the newest model, whole or not, or None."""
    return next(iter(archives(settings().models)), None)


def ensure() -> Path:
    """Return a model that is whole, training one where there is none or it is older than its data.

    Where the newest is damaged the one before serves at once: patients wait, and training takes minutes.
    """
    found = newest()
    if found is None or is_whole(found):
        train(force=False)
    return usable(settings().models)


def _younger_than(model: Path) -> bool:
    made = model.stat().st_mtime
    return any(path.stat().st_mtime > made for path in _sources())


def _sources() -> Iterator[Path]:
    for name in MADE_FROM:
        path = at(name)
        yield from (
            [path]
            if path.is_file()
            else (file for file in path.rglob("*") if file.suffix in {".yml", ".py", ".json"})
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Rasa's own bars, hundreds of lines, and its warnings about stories and slots, which there are none of."""
    before = os.environ.get("LOG_LEVEL")
    os.environ["LOG_LEVEL"] = "WARNING"  # Rasa's own switch for its bars
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        os.environ.pop("LOG_LEVEL")
        if before is not None:
            os.environ["LOG_LEVEL"] = before


def _train(progress: Progress) -> Path:
    os.environ.setdefault("RASA_CACHE_DIRECTORY", str(at(".rasa/cache")))
    from rasa.model_training import train as rasa_train
    from rasa.utils.log_utils import configure_structlog

    from bot.rasa_adapter import graph_runner

    configure_structlog(logging.ERROR)
    models = settings().models
    models.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=models, prefix=".making-") as folder,
        graph_runner.watched(progress.step),
        _quiet(),
    ):
        # always forced: Rasa's cache knows a component by its own source, not by the core code it calls
        result = rasa_train(
            str(at("domain.yml")),
            str(at("config.yml")),
            [str(at("data/nlu")), str(at("data/rules"))],
            folder,
            force_training=True,
        )
        if not result.model:
            raise ModelError(
                "training made no model; `jawab check` tells what is wrong with its data"
            )
        return keep(Path(result.model), models)
