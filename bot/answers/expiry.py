"""What somebody must be told of the texts' dates, before and after they pass: at a start, and above the console."""

from datetime import timedelta

from bot.answers.library import Library
from bot.message import Sentence

SOON = timedelta(days=30)  # in which somebody still finds two signers


def running_out(library: Library) -> tuple[str, ...]:
    """Return the texts in force whose date passes soon."""
    limit = library.today + SOON
    standings = {name: library.standing(name) for name in sorted(library.answers())}
    return tuple(
        name
        for name, standing in standings.items()
        if standing.usable and standing.expires and standing.expires <= limit
    )


def warnings(library: Library) -> tuple[Sentence, ...]:
    """Return what operators and staff must know of the texts' dates and their ledger, the worst first."""
    found = []
    if late := library.in_grace():
        found.append(
            Sentence(
                "{count} texts for patients in danger have run out and are sent only for a time of grace: "
                "sign them again today ({names})",
                count=len(late),
                names=", ".join(late),
            )
        )
    if library.torn:
        found.append(
            Sentence(
                "The ledger's last signature or recall was not written to its end: do it again"
            )
        )
    if soon := running_out(library):
        found.append(
            Sentence(
                "{count} texts run out within {days} days, the first on {first}: have them signed again",
                count=len(soon),
                days=SOON.days,
                first=min(str(library.standing(name).expires) for name in soon),
            )
        )
    return tuple(found)
