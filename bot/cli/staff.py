"""`jawab staff`: the accounts of the staff console, from the terminal."""

import time
from datetime import timedelta
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from bot.analytics.dates import moment
from bot.analytics.questions import UNANSWERED, Asked, Choice, day_of
from bot.analytics.votes import Votes
from bot.container import settings, waiting_room
from bot.errors import StaffError
from bot.handover.queue import WaitingRoom
from bot.staff.access.accounts import ROLES, Accounts
from bot.staff.access.audit import recent
from bot.staff.handover.actions import look_after
from bot.staff.tables import tables
from bot.storage.database import Database

app = typer.Typer(no_args_is_help=True, help="Who may use the staff console, and as what.")
console = Console()
MOST_GROUPED, MOST_GROUPS = 300, 15
OFF = "the staff console is off; set JAWAB_STAFF=true (docs/staff.md)"


@app.command()
def add(
    name: str = typer.Argument(..., help="Small letters, digits, dots, dashes."),
    role: str = typer.Option("viewer", help="One of " + ", ".join(ROLES) + "."),
    link: bool = typer.Option(
        False, "--link", help="Print a one-time link instead of asking for a password."
    ),
) -> None:
    """Make an account."""
    people = accounts()
    token = people.add(name, role)
    _choose(people, name, token, link=link)


@app.command()
def password(
    name: str = typer.Argument(..., help="Whose password is forgotten."),
    link: bool = typer.Option(
        False, "--link", help="Print a one-time link instead of asking for one."
    ),
) -> None:
    """Give an account a new password; also opens a disabled account again, and ends a guesser's wait."""
    people = accounts()
    token = people.link(name)
    _choose(people, name, token, link=link)


@app.command(name="link")
def first() -> None:
    """Show the link that makes the first account; it works once and for a day, and voids an earlier one."""
    token = accounts().first_link()
    if token is None:
        raise StaffError(
            "there are accounts already; `jawab staff password NAME --link` makes a link for one of them"
        )
    _show(token)


@app.command(name="list")
def show() -> None:
    """Show all accounts."""
    table = Table("name", "role", "state")
    for one in accounts().all():
        table.add_row(one.name, one.role, state(one.disabled, one.password, one.confirm))
    console.print(table)


@app.command()
def disable(name: str = typer.Argument(..., help="Who may no longer sign in.")) -> None:
    """Shut an account and end its sessions at once."""
    accounts().disable(name)
    console.print(f"{name} can no longer sign in")


@app.command()
def waiting(
    claim: int | None = typer.Option(None, metavar="NO.", help="Take this one."),
    note: tuple[int, str] = typer.Option(
        (0, ""), metavar="NO. WORDS", show_default=False, help="Keep a note on one you took."
    ),
    release: int | None = typer.Option(None, metavar="NO.", help="Give this one back to the list."),
    resolve: int | None = typer.Option(None, metavar="NO.", help="This one is done."),
    name: str | None = typer.Option(None, "--as", help="Your account; needed for all of these."),
) -> None:
    """Show who waits for a person, the gravest first; take, note, give back and close."""
    room = waiting_room()
    if room is None:
        raise StaffError(OFF)
    acts = [
        ("claim", claim, ""),
        ("note", *note),
        ("release", release, ""),
        ("resolve", resolve, ""),
    ]
    wanted = [(act, number, words) for act, number, words in acts if number]
    if wanted:
        account = _colleague(name)
        for act, number, words in wanted:
            look_after(room, act, number, account=account, words=words)
        for number in dict.fromkeys(number for _, number, _ in wanted):
            _print_own(room, number, account)
        return
    _print_list(room)


def _colleague(name: str | None) -> str:
    """Return whose account `name` is; raises StaffError where it may not look after patients."""
    found = next((one for one in accounts().all() if one.name == (name or "").lower()), None)
    if found is None or found.disabled or ROLES.index(found.role) < ROLES.index("editor"):
        raise StaffError(
            "--as: name an account that is an editor or more and is not disabled; "
            "`jawab staff list` shows them"
        )
    return str(found.name)


def _print_own(room: WaitingRoom, number: int, account: str) -> None:
    """Show whom to call and what was noted, to whoever looks after them."""
    entry = next((one for one in room.open() if one.number == number), None)
    if entry is None or entry.claimed_by != account:
        console.print(f"number {number}: " + ("done" if entry is None else "given back"))
        return
    console.print(
        f"number {number} is yours: {entry.reason}, {entry.channel}, conversation {entry.sender}",
        markup=False,
        soft_wrap=True,
    )
    for key, words in (room.contact(entry) or {}).items():
        console.print(f"  {key}: {words}", markup=False, soft_wrap=True)
    for kept in room.notes(number):
        console.print(
            f"  {moment(kept['at'])}, {kept['account']}: {kept['words']}",
            markup=False,
            soft_wrap=True,
        )


def _print_list(room: WaitingRoom) -> None:
    table = Table("no.", "reason", "since", "due", "channel", "reads", "times", "taken by")
    for one in room.open():
        table.add_row(
            str(one.number),
            one.reason,
            moment(one.since),
            moment(one.due),
            one.channel,
            one.variety,
            str(one.times),
            one.claimed_by or "nobody",
        )
    console.print(table)


@app.command()
def trail() -> None:
    """Show the last acts of everybody, newest first."""
    table = Table("when", "who", "what", "to what")
    with database().begin() as connection:
        for act in recent(connection):
            table.add_row(moment(act.at), act.account, act.act, act.subject)
    console.print(table)


@app.command()
def asked(
    days: int = typer.Option(30, min=1, max=3650, help="How many days back."),
    csv: Path | None = typer.Option(None, help="Write the counts of each day to this file."),
    questions: Path | None = typer.Option(
        None, help="Write the questions without an answer to this file."
    ),
) -> None:
    """Show what patients ask, and what no text answers yet."""
    from bot.analytics.statistics import (
        NUMBER_COLUMNS,
        QUESTION_COLUMNS,
        alike,
        figures,
        number_rows,
        question_rows,
    )
    from bot.staff.testing.batch import (
        to_csv,
    )  # these load Rasa and scikit-learn, which other commands do without

    book, today = Asked(database()), day_of(time.time())
    choice = Choice(today - timedelta(days=days - 1))
    groups = alike(book.questions(choice, (UNANSWERED,), most=MOST_GROUPED))
    if csv:
        csv.write_text(to_csv(number_rows(book, choice), NUMBER_COLUMNS), encoding="utf-8")
    if questions:
        questions.write_text(to_csv(question_rows(groups, ()), QUESTION_COLUMNS), encoding="utf-8")
    found = figures(book, Votes(settings().address("votes")), choice, today=today)
    table = Table("counted", "which", "messages", title=f"{found.total} messages in {days} days")
    for kind, counts in (
        ("action", found.actions),
        ("topic", found.topics),
        ("language", found.varieties),
        ("channel", found.channels),
        ("no good answer", found.doubts),
    ):
        for name, count in counts:
            table.add_row(kind, name, str(count))
    console.print(table)
    for group in groups[:MOST_GROUPS]:
        console.print(
            f"{len(group.questions)} from {group.chats} chats: {group.examples[0].words}",
            markup=False,
        )


def accounts() -> Accounts:
    """Return the console's accounts; raises StaffError where it is switched off."""
    return Accounts(database())


def database() -> Database:
    """Return the console's store; raises StaffError where it is switched off."""
    chosen = settings().staff
    if chosen is None:
        raise StaffError(OFF)
    return Database(chosen.database, tables)


def state(disabled: bool, password: str | None, confirm: str | None) -> str:
    """Return how an account stands, in words."""
    if disabled:
        return "disabled"
    if password is None:
        return "has not chosen a password yet"
    return f"has not confirmed the password from {confirm}'s link" if confirm else "active"


def address(token: str) -> str:
    """Return where a one-time link leads on this machine."""
    return f"http://{settings().host}:{settings().port}/staff/set-up/{token}"


def _choose(people: Accounts, name: str, token: str, *, link: bool) -> None:
    if link:
        _show(token)
        return
    chosen = typer.prompt(
        "Password (12 characters or more)", hide_input=True, confirmation_prompt=True
    )
    people.redeem(token, name, chosen)
    console.print(f"{name} can sign in")


def _show(token: str) -> None:
    console.print(
        "Good once, for a day; behind a proxy put your own name in front of /staff:\n"
        + address(token),
        soft_wrap=True,
        markup=False,
        highlight=False,
    )
