"""`jawab privacy`: shows and erases what is kept of one conversation, and clears what was kept long enough."""

import json
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from bot.container import settings
from bot.errors import BotError

if TYPE_CHECKING:
    from bot.privacy.data_requests import Records

app = typer.Typer(no_args_is_help=True, help="What is kept of patients (docs/operations.md).")
errors = Console(stderr=True)
CONVERSATION = typer.Option(None, help="web-… or wa-…, as in the log or an export.")
PHONE = typer.Option(None, help="A WhatsApp patient's number in place of --conversation.")


@app.command()
def export(conversation: str | None = CONVERSATION, phone: str | None = PHONE) -> None:
    """Print as JSON everything on record of a conversation."""
    records = _records()
    typer.echo(
        json.dumps(
            records.export(_named(records, conversation, phone)), ensure_ascii=False, indent=1
        )
    )


@app.command()
def erase(conversation: str | None = CONVERSATION, phone: str | None = PHONE) -> None:
    """Delete everything on record of a conversation, in every store."""
    records = _records()
    found = _named(records, conversation, phone)
    for table, count in records.erase(found).items():
        typer.echo(f"{table}: {count} erased")
    if "whatsapp" not in records.channels:
        typer.echo(
            "WhatsApp is switched off here; if this server ever had it, erase there with its settings"
        )
    typer.echo(
        "votes: hold counts of each day and text, nothing of one conversation\n"
        "backups: hold it until they are thrown away (docs/operations.md)\n"
        "A message that was being answered may have been written again: run this once more, it must say 0."
    )


@app.command()
def purge() -> None:
    """Delete whatever is older than the settings let it become; the running server does so every day."""
    for store, count in _records().purge().items():
        typer.echo(f"{store}: {count} deleted")


def _records() -> "Records":
    with errors.status("opening the stores (some ten seconds)"):
        from bot.privacy.data_requests import Records  # loads Rasa, which other commands do without

        return Records.open(settings())


def _named(records: "Records", conversation: str | None, phone: str | None) -> str:
    """Return the conversation that is meant; raises BotError unless exactly one is."""
    if (conversation is None) == (phone is None):
        raise BotError("name either --conversation or --phone")
    found = conversation or records.of_phone(phone or "")
    if not found:
        raise BotError("--phone: nobody wrote from this number, or it was erased")
    return found
