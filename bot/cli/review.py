"""`jawab review`: what reviewers marked, and the files it becomes."""

from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from bot.analytics.dates import moment
from bot.cli.staff import database
from bot.container import settings
from bot.errors import StaffError
from bot.staff.testing.labels import EXPORTED, Marks, evaluation_rows, training_examples

app = typer.Typer(
    no_args_is_help=True, help="Messages that reviewers marked right or wrong (docs/staff.md)."
)
console = Console()


@app.command("list")
def show() -> None:
    """Show the marks, newest first."""
    table = Table("no.", "when", "who", "message", "was", "should be", "what becomes of it")
    for one in Marks(database()).all():
        table.add_row(
            str(one.number),
            moment(one.at),
            one.account,
            one.mark.text,
            f"{one.mark.action} {one.mark.topics}",
            f"{one.mark.wanted_action} {one.mark.wanted_topics}",
            one.state,
        )
    console.print(table)


@app.command()
def export(
    rows: Path = typer.Option(..., help="Where the rows for `jawab evaluate` go."),
    examples: Path = typer.Option(..., help="Where the training examples go, for people to read."),
) -> None:
    """Write what was marked into two files for review; what contradicts itself is left out."""
    training = (settings().data / "nlu").resolve()
    for path in (rows, examples):
        if training in path.resolve().parents:
            raise StaffError(
                "{path}: nothing is written into the training data by itself; choose another folder",
                path=path,
            )
    found = Marks(database()).all()
    rows.write_text(evaluation_rows(found), encoding="utf-8")
    examples.write_text(training_examples(found), encoding="utf-8")
    left = sum(one.state != EXPORTED for one in found)
    console.print(
        f"{len(found) - left} marks written, {left} left out (`jawab review list` says why)"
    )
