"""The `jawab` command."""

import os
import sys

import typer
from rich.console import Console

from bot.cli import (
    alerts,
    ask,
    backup,
    check,
    database,
    evaluate,
    ledger,
    privacy,
    review,
    run,
    staff,
    train,
)
from bot.errors import BotError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    help="Jawab: answers patients from vetted texts only.",
)
app.command("run")(run.run)
app.command("train")(train.train)
app.command("chat")(ask.chat)
app.command("ask")(ask.ask)
app.command("explain")(ask.explain)
app.command("batch")(ask.batch)
app.command("check")(check.check)
app.command("evaluate")(evaluate.evaluate)
app.command("backup")(backup.backup)
app.add_typer(ledger.app, name="ledger")
app.add_typer(privacy.app, name="privacy")
app.add_typer(staff.app, name="staff")
app.add_typer(review.app, name="review")
app.add_typer(alerts.app, name="alerts")
app.add_typer(database.app, name="database")


def main() -> None:
    """Run the command line; an error of ours is shown in full and ends with status 1, without a traceback."""
    os.umask(0o077)  # what patients wrote is for the bot's own user, whoever else has the machine
    try:
        app()
    except BotError as error:
        Console(stderr=True).print(
            str(error), style="red", markup=False, highlight=False, soft_wrap=True
        )
        sys.exit(1)
