"""`jawab alerts`: what staff must look at, and marking it as seen."""

from datetime import UTC, datetime

import typer
from rich.console import Console
from rich.table import Table

from bot.channels.whatsapp.alerts import mark_seen, unseen
from bot.channels.whatsapp.tables import Store
from bot.container import settings
from bot.errors import SettingsError

app = typer.Typer(no_args_is_help=True, help="Alerts of the WhatsApp channel (docs/operations.md).")
console = Console()


@app.command("list")
def show() -> None:
    """Show the alerts that nobody has marked as seen."""
    table = Table("number", "when (UTC)", "what", "conversation")
    for row in unseen(_store()):
        when = datetime.fromtimestamp(row.at, UTC).strftime("%Y-%m-%d %H:%M")
        table.add_row(str(row.number), when, row.reason, row.chat)
    console.print(table)


@app.command()
def seen(number: int = typer.Argument(..., help="As `jawab alerts list` shows it.")) -> None:
    """Take one alert off the list: somebody has reached the patient, or tried."""
    mark_seen(_store(), number)
    console.print(f"alert {number} is marked as seen")
    if settings().staff:
        console.print("it stays in the waiting room until it is done there: `jawab staff waiting`")


def _store() -> Store:
    config = settings().whatsapp
    if config is None:
        raise SettingsError(
            "WhatsApp is switched off here; set its settings, as the server has them"
        )
    return Store(config.database)
