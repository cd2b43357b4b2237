"""`jawab check`: validates every data file and reports all problems at once."""

from rich.console import Console

from bot.channels.whatsapp.text_limits import problems_in as whatsapp_problems
from bot.container import settings
from bot.errors import DataError
from bot.staff.i18n.extract import problems_in as staff_problems
from bot.validation import problems_in

console = Console()
FURTHER = {"whatsapp": whatsapp_problems, "staff": staff_problems}


def check() -> None:
    """Validate answers, ledger, guard rules, training data, dialogue, lexicon, clinic and the console's Urdu."""
    problems = problems_in(settings().data, FURTHER)
    if problems:
        raise DataError(f"{len(problems)} problem(s):\n" + "\n".join(problems))
    console.print("every data file is in order")
