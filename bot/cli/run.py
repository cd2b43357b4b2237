"""`jawab run`: serves the bot, and says where a patient can type."""

import typer
from rich.console import Console

from bot.answers.expiry import warnings
from bot.cli.staff import accounts
from bot.cli.train import ensure
from bot.container import library, settings
from bot.server.listening import bind

console = Console(stderr=True)


def run(
    port: int | None = typer.Option(None, help="Port.", show_default="JAWAB_PORT, or 5005"),
) -> None:
    """Train if needed, then serve the chat page and every channel that has its settings."""
    listening = bind(settings().host, port or settings().port)
    for warning in warnings(library()):  # texts that forbid a start say so before training, too
        console.print(f"Warning: {warning}.", style="bold red", markup=False, soft_wrap=True)
    model = ensure()
    with console.status("loading Rasa (some ten seconds)"):
        from bot.server.app import serve
    address = f"http://{settings().host}:{port or settings().port}"
    serve(model, listening, ready=lambda: _announce(address))


def _announce(address: str) -> None:
    """Say where to go, once the server answers there."""
    _print(
        "",
        f"Jawab is ready. Open {address}/chat/ and type a question. Ctrl-C stops it.",
        f"On a page of a clinic: {address}/chat/demo.html",
    )
    if not settings().staff:
        return
    _print(f"For the clinic's staff: {address}/staff/")
    people = accounts()
    if people.all():
        return
    if not console.is_terminal:  # what opens the first account is no line of a journal
        _print(
            "Nobody has a staff account yet. In a terminal, `jawab staff link` shows how to make the first."
        )
    elif token := people.first_link():
        _print(
            "Nobody has a staff account yet. Make the first one, once, within a day:",
            f"{address}/staff/set-up/{token}",
        )


def _print(*lines: str) -> None:
    for line in lines:
        console.print(line, soft_wrap=True, markup=False, highlight=False)
