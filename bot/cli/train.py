"""`jawab train`: makes the model when it is missing or older than what it is made from."""

from collections.abc import Iterator
from pathlib import Path

import typer
from rich.console import Console

from bot.container import settings

MADE_FROM = (
    "config.yml",
    "domain.yml",
    "data/nlu",
    "data/rules",
    "data/lexicon",
    "data/dialogue.yml",
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
    if model is not None and not force and not _younger_than(model):
        console.print(f"model is up to date: {model}")
        return
    with console.status("training the model (about a minute)"):
        path = _train()
    console.print(f"model trained: {path}")


def newest() -> Path | None:
    """Return the newest model, or None."""
    return max(
        settings().models.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, default=None
    )


def ensure() -> Path:
    """Return a model that is up to date, training one where needed."""
    train(force=False)
    path = newest()
    assert path is not None
    return path


def _younger_than(model: Path) -> bool:
    made = model.stat().st_mtime
    return any(path.stat().st_mtime > made for path in _sources())


def _sources() -> Iterator[Path]:
    for name in MADE_FROM:
        path = Path(name)
        yield from (
            [path]
            if path.is_file()
            else (file for file in path.rglob("*") if file.suffix in {".yml", ".py"})
        )


def _train() -> str:
    import logging

    from rasa.model_training import train as rasa_train
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)
    # always forced: Rasa's cache knows a component by its own source, not by the core code it calls
    result = rasa_train(
        "domain.yml",
        "config.yml",
        ["data/nlu", "data/rules"],
        str(settings().models),
        force_training=True,
    )
    if not result.model:
        raise typer.Exit(1)
    for old in sorted(settings().models.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)[
        :-2
    ]:
        old.unlink()  # the last two are kept, to roll back to
    return str(result.model)
