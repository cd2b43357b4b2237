"""`jawab ledger`: who signed what, until when, and taking it back."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from bot.answers.clinic import load_clinic
from bot.answers.expiry import SOON
from bot.answers.ledger import APPROVED, PROVISIONAL, Ledger, staggered
from bot.answers.replica import LEDGER, Shelf, record
from bot.answers.texts import Answer, load_answers
from bot.container import settings, shelf
from bot.errors import LedgerError

app = typer.Typer(no_args_is_help=True, help="The record of which texts may be sent.")
console = Console()
DAYS = 180


@app.command()
def status(id: str | None = typer.Argument(None, help="One text; default all.")) -> None:
    """Show how every text stands today."""
    answers, ledger = _answers(), _ledger()
    table = Table("text", "standing", "signed", "expires", "by")
    for name, answer in sorted(answers.items()):
        if id in (None, name):
            standing = ledger.standing(answer, today=date.today())
            entry = standing.entry or {}
            table.add_row(
                name,
                standing.status,
                entry.get("date", "-"),
                entry.get("expires", "-"),
                ", ".join(signer["role"] for signer in entry.get("signers", [])) or "-",
            )
    console.print(table)


@app.command()
def verify() -> None:
    """Check the whole chain and that every text may be sent; exit 1 if not."""
    answers, ledger = _answers(), _ledger()
    bad = {
        name: standing.status
        for name, answer in answers.items()
        if not (standing := ledger.standing(answer, today=date.today())).usable
    }
    if bad:
        raise LedgerError(
            "\n".join(
                f"data/answers/{name}.yml is {status}; run `jawab ledger sign {name}`"
                for name, status in sorted(bad.items())
            )
        )
    head = ledger.entries[-1]["hash"] if ledger.entries else "empty"
    console.print(
        f"{len(ledger.entries)} entries, chain unbroken, {len(answers)} texts may be sent; head {head}"
    )


@app.command()
def sign(
    ids: list[str] = typer.Argument(..., help="Texts to sign, or 'all' that need it."),
    role: list[str] = typer.Option(..., "--role", help="Who signs; twice for contested texts."),
    expires: str | None = typer.Option(None, help=f"YYYY-MM-DD; default in {DAYS} days."),
    seen_evidence: bool = typer.Option(
        False, "--seen-evidence", help="The signers read the evidence."
    ),
    provisional: bool = typer.Option(False, "--provisional", help="For trial runs only."),
    renew: bool = typer.Option(
        False, "--renew", help="With 'all': also those that need it not yet."
    ),
) -> None:
    """Sign texts exactly as they are now, in all languages. Signed with 'all' they run out over some weeks."""
    answers, ledger, today = _answers(), _ledger(), date.today()
    until = _day(expires) if expires else today + timedelta(days=DAYS)
    standing = PROVISIONAL if provisional else APPROVED
    together = ids == ["all"]
    if together:
        ids = sorted(answers) if renew else _needing(answers, ledger, standing, today=today)
    unknown = [name for name in ids if name not in answers]
    if unknown:
        raise LedgerError(
            "\n".join(
                f"data/answers/{name}.yml does not exist; `jawab ledger status` lists the texts"
                for name in unknown
            )
        )

    def entry(name: str) -> dict[str, Any]:
        return ledger.sign(
            answers[name],
            standing=standing,
            roles=role,
            today=today,
            expires=staggered(name, today=today, until=until) if together else until,
            seen_evidence=seen_evidence,
        )

    for name in ids:
        entry(name)  # refused before the first is written: all of them are signed or none
    for name in ids:
        signed = entry(name)
        record(ledger, settings().data / LEDGER, signed, shelf())
        console.print(f"signed {name} ({standing}) until {signed['expires']}")


def _needing(
    answers: Mapping[str, Answer], ledger: Ledger, standing: str, *, today: date
) -> list[str]:
    """Return the texts that do not stand as `standing` yet, or not for long."""
    stands = {name: ledger.standing(answer, today=today) for name, answer in answers.items()}
    limit = today + SOON
    return [
        name
        for name, one in sorted(stands.items())
        if one.status != standing or (one.expires and one.expires <= limit)
    ]


@app.command()
def recall(
    id: str = typer.Argument(..., help="The text to take out of use."),
    reason: str = typer.Option(..., help="Why; kept in the ledger."),
    role: str = typer.Option(..., "--role", help="Who recalls."),
) -> None:
    """Take a text out of use, on running servers too, within seconds."""
    ledger = _ledger()
    entry = ledger.recall(id, reason=reason, role=role, today=date.today())
    record(ledger, settings().data / LEDGER, entry, shelf())
    console.print(f"recalled {id}")


@app.command("import")
def take_in() -> None:
    """In a cluster: give this machine's texts and ledger to the database, whose history they must go on from."""
    _shelf().meet()
    console.print(f"the database and {settings().data} say the same")


@app.command()
def export() -> None:
    """In a cluster: write the database's texts and ledger over this machine's files, and check the chain."""
    _shelf().pull()
    verify()


def _shelf() -> Shelf:
    found = shelf()
    if found is None:
        raise LedgerError(
            "JAWAB_DATABASE is not set: the files are all there is, and nothing stands anywhere else"
        )
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise LedgerError(
            "--expires: '{day}' is not a date; write it as YYYY-MM-DD", day=text
        ) from error


def _answers() -> dict:
    folder = settings().data
    return load_answers(folder / "answers", load_clinic(folder / "clinic.yml"))


def _ledger() -> Ledger:
    if found := shelf():
        found.pull()
    return Ledger.load(settings().data / LEDGER)
