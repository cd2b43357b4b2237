"""`jawab check`: validates every data file and reports all problems at once."""

import typer
from rich.console import Console
from rich.table import Table

from bot.channels.whatsapp.text_limits import problems_in as whatsapp_problems
from bot.container import settings
from bot.errors import DataError
from bot.nlu.breadth import breadth as measured
from bot.staff.access.passwords import problems_in as password_problems
from bot.staff.i18n.extract import problems_in as staff_problems
from bot.validation import problems_in

console = Console()
FURTHER = {
    "whatsapp": whatsapp_problems,
    "staff": staff_problems,
    "passwords": password_problems,
}


def check(
    breadth: bool = typer.Option(
        False, "--breadth", help="Also tell how broad the training messages are."
    ),
) -> None:
    """Validate answers, ledger, guard rules, training data, dialogue, lexicon, clinic and the console's Urdu."""
    problems = problems_in(settings().data, FURTHER)
    if problems:
        raise DataError(f"{len(problems)} problem(s):\n" + "\n".join(problems))
    console.print("every data file is in order")
    if breadth:
        _show_breadth()


def _show_breadth() -> None:
    table = Table("variety", "intent", "messages", "opening", "", "short", "long", "named", "own")
    for one in measured(settings().data):
        shares = (one.short, one.long, one.named, one.own)
        opening, often = one.commonest_opening
        cells = [one.variety, one.intent, str(one.count), opening, f"{often:.0%}"]
        table.add_row(*cells, *(f"{share:.0%}" for share in shares))
    console.print(table)
