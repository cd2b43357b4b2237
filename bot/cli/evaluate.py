"""`jawab evaluate`: scores the bot on labelled messages and compares with an earlier run."""

import json
import statistics
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bot.cli.train import ensure
from bot.dialogue.config import load_dialogue
from bot.errors import BotError
from bot.evaluation import FIGURES, Page, Scored, load_rows, score

console, errors = Console(width=160), Console(stderr=True)


def evaluate(
    files: list[Path] = typer.Argument(..., help="Labelled messages, one JSON object a line."),
    against: Path | None = typer.Option(
        None, help="Fail where a figure is worse than in this record."
    ),
    record: Path | None = typer.Option(None, help="Write the figures here."),
    wrong: bool = typer.Option(False, "--wrong", help="List every message that went wrong."),
    pictures: Path | None = typer.Option(None, help="Draw the confusions of each variety here."),
    save: Path | None = typer.Option(None, help="Write one JSON line a message here."),
) -> None:
    """Score the bot on labelled messages: per variety and action, confusions, comparison with a recorded run."""
    rows = load_rows(files)
    ensure()
    from bot.channels.terminal import Terminal  # loads Rasa, which other commands do without

    terminal = Terminal()
    scored = [
        one
        for row in track(rows, description="asking", console=errors)
        for one in score([row], terminal.say)
    ]
    page = Page.of(scored)
    _print(page, scored)
    if wrong:
        _print_wrong(page)
    if record:
        record.write_text(json.dumps(page.shares(), indent=1) + "\n", encoding="utf-8")
    if save:
        save.write_text(
            "".join(
                json.dumps(
                    {
                        "id": one.row.id,
                        "action": one.action,
                        "topics": one.topics,
                        "right": one.right,
                    }
                )
                + "\n"
                for one in scored
            ),
            encoding="utf-8",
        )
    if pictures:
        _draw(scored, pictures)
    if against:
        worse = page.fallen_below(json.loads(against.read_text(encoding="utf-8")))
        if worse:
            raise BotError(f"worse than {against}:\n" + "\n".join(worse))
        console.print(f"nothing is worse than in {against}")


def _draw(scored: list[Scored], folder: Path) -> None:
    from bot.cli.pictures import draw  # loads matplotlib, which nothing else needs

    for path in draw(scored, load_dialogue().topics, folder):
        console.print(f"drawn: {path}")


def _print(page: Page, scored: list[Scored]) -> None:
    table = Table(
        "figure", *page.by_variety, title=f"{len(scored)} messages; share (count; 95% interval)"
    )
    for name in FIGURES:
        table.add_row(name, *(str(row[name]) for row in page.by_variety.values()))
    console.print(table)
    pairs = Table("should be", "was", "times", title="confusions that happened twice or more")
    for (want, got), times in page.confusion.most_common(25):
        if times > 1:
            pairs.add_row(want, got, str(times))
    console.print(pairs)
    spent = sorted(one.ms for one in scored)
    if spent:
        console.print(
            f"a message took {statistics.median(spent):.0f} ms in the median, "
            f"{spent[int(len(spent) * 0.99)]:.0f} ms at the 99th percentile, reply included"
        )


def _print_wrong(page: Page) -> None:
    table = Table("id", "message", "accepted", "did", "why")
    for one in page.wrong:
        table.add_row(
            one.row.id,
            one.row.text,
            "/".join(one.row.actions) + " " + "+".join(one.row.topics),
            one.action + " " + "+".join(one.topics),
            "; ".join(one.reasons),
        )
    console.print(table)
