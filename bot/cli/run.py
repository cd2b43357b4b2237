"""`jawab run`: serves the bot, and says where a patient can type."""

import threading
import time
import urllib.error
import urllib.request

import typer
from rich.console import Console

from bot.answers.expiry import warnings
from bot.cli.staff import accounts
from bot.cli.train import ensure
from bot.container import library, settings

console = Console(stderr=True)


def run(
    port: int | None = typer.Option(None, help="Port.", show_default="JAWAB_PORT, or 5005"),
) -> None:
    """Train if needed, then serve the chat page and the channels of credentials.yml."""
    address = f"http://{settings().host}:{port or settings().port}"
    for warning in warnings(library()):  # texts that forbid a start say so before training, too
        console.print(f"Warning: {warning}.", style="bold red", markup=False, soft_wrap=True)
    model = ensure()
    threading.Thread(target=_announce, args=(address,), daemon=True).start()
    with console.status("loading Rasa (some ten seconds)"):
        from bot.server.app import serve
    serve(model, port or settings().port)


def _announce(address: str) -> None:
    """Print the address once the server answers there."""
    started = time.monotonic()
    while time.monotonic() - started < 300:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):
                break
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    else:
        return
    console.print(
        f"\nJawab is ready. Open [bold]{address}/chat/[/bold] and type a question. Ctrl-C stops it."
    )
    if settings().staff and (token := accounts().first_link()):
        console.print(
            f"Nobody has a staff account yet. Make the first one, once, within a day:\n"
            f"{address}/staff/set-up/{token}",
            soft_wrap=True,
            markup=False,
            highlight=False,
        )
