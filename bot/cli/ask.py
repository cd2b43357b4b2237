"""`jawab ask`, `jawab chat` and `jawab explain`: the bot in the terminal, on exactly the path a channel uses."""

import json
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bot.channels.incoming import clean
from bot.cli.train import ensure
from bot.container import settings
from bot.errors import BotError
from bot.guard.verdict import Reason

if TYPE_CHECKING:
    from bot.channels.terminal import Terminal

console, errors = Console(), Console(stderr=True)
KEYS = ("action", "topics", "variety", "replies", "ms")


def _terminal() -> "Terminal":
    ensure()
    with errors.status("loading the bot (some ten seconds)"):
        from bot.channels.terminal import (
            Terminal,
        )  # loads Rasa, which `jawab ledger` and `jawab check` do without

        return Terminal()


def ask(
    text: str | None = typer.Argument(None, help="A patient's message."),
    jsonl: bool = typer.Option(False, "--jsonl", help="Read JSON lines, write one for each."),
) -> None:
    """Print the reply to one message, or answer a stream of JSON lines."""
    if jsonl:
        _answer_lines()
    elif text is None:
        raise typer.BadParameter("give a message, or --jsonl")
    else:
        _show(_terminal().say(text))


def _answer_lines() -> None:
    terminal = _terminal()
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    for number, line in enumerate(sys.stdin, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict) or not isinstance(row.get("text"), str):
                raise ValueError("each line must be an object with a string 'text'")
        except (ValueError, RecursionError) as error:
            result: dict[str, Any] = {"error": f"line {number}: {error}"}
        else:
            sender = row.get("sender")
            said = terminal.say(row["text"], str(sender) if sender is not None else None)
            result = {key: said[key] for key in KEYS}
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def chat() -> None:
    """Hold a conversation; an empty line ends it, a button's number taps it."""
    terminal, sender = _terminal(), uuid.uuid4().hex
    buttons: list[dict[str, str]] = []
    while typed := console.input("[bold]> [/bold]").strip():
        chosen = int(typed) - 1 if typed.isdigit() else -1
        button = buttons[chosen]["id"] if 0 <= chosen < len(buttons) else None
        said = terminal.say(typed, sender, button=button)
        _show(said)
        buttons = said["replies"][-1]["buttons"]


def _show(said: dict[str, Any]) -> None:
    for reply in said["replies"]:
        console.print(reply["text"], markup=False, highlight=False)
        for number, button in enumerate(reply["buttons"], start=1):
            console.print(
                f"  {number}. {button['title']}", style="cyan", markup=False, highlight=False
            )


def explain(text: str = typer.Argument(..., help="A patient's message.")) -> None:
    """Print every step from the typed words to the reply."""
    terminal = _terminal()
    parsed, said = terminal.parse(text), terminal.say(text)
    steps = Table(show_header=False, box=None, pad_edge=False)
    reading, vote = parsed.get("reading") or {}, parsed.get("vote") or {}
    verdict = reading.get("verdict") or {}
    rows = [
        ("typed", clean(text)),
        ("normalised", parsed.get("text")),
        ("variety", parsed.get("variety")),
        ("classifier", "  ".join(f"{name} {score:.2f}" for name, score in vote.get("ranking", []))),
        ("topics", ", ".join(vote.get("topics", [])) or "-"),
        ("unsure between", ", ".join(vote.get("unsure", [])) or "-"),
        *(
            (f"cue {finding['rule_id']}", f"'{finding['matched']}' asks for {finding['level']}")
            for finding in verdict.get("findings", [])
        ),
        (
            "verdict",
            f"{verdict.get('level')} ({verdict.get('intent')}), by {Reason.from_dict(verdict['reason'])}",
        ),
        ("done", f"{said['action']}; {'; '.join(said['reasons'])}"),
        *(
            ("block", f"{block['id']} {block['variety']} {block['sha256'][:16]}")
            for reply in said["replies"]
            for block in reply["blocks"]
        ),
        ("milliseconds", said["ms"]),
    ]
    for name, value in rows:
        steps.add_row(name, str(value))
    console.print(steps, markup=False, highlight=False)
    _show(said)


def batch(
    path: Path = typer.Argument(..., help="One message a line, or a CSV with a column named text."),
    out: Path = typer.Option(..., "--out", help="The CSV to write."),
) -> None:
    """Answer a list of messages, each in a conversation of its own, and write a table of what was done."""
    terminal = _terminal()
    from bot.staff.testing.batch import answered, messages_in, to_csv
    from bot.staff.testing.trace import Recorder

    try:
        texts = messages_in(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BotError(f"{path}: cannot be read as UTF-8 ({error}); save it as UTF-8") from error

    async def work() -> list[dict[str, Any]]:
        recorder = Recorder(terminal.agent, settings().data)
        return [
            row
            async for row in answered(
                recorder, track(texts, console=errors, description="answering")
            )
        ]

    out.write_text(to_csv(terminal.run(work())), encoding="utf-8")
    errors.print(f"{len(texts)} messages: {out}", markup=False)
