"""Many turns in the staff's store, and how long the page "What patients ask" takes over them.

`python bench/demand.py` fills a store of its own with 100,000 turns of 90 days and prints milliseconds.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.analytics.questions import Asked
from bot.analytics.tables import tables
from bot.analytics.votes import Votes
from bot.dialogue.config import load_dialogue
from bot.guard.verdict import CLASSIFIER, Reason
from bot.staff.access.sessions import Person
from bot.staff.analytics_pages import Demand
from bot.storage.database import Database
from bot.storage.yaml_file import read_yaml

DAYS, ONE_IN = 90, 8  # every eighth message has no approved answer
ACTIONS = ("steer", "smalltalk", "handoff", "support", "emergency", "crisis", "language")
BATCH = 5000
TIMES = 30
console = Console()


def fill(book: Asked, number: int) -> None:
    """Count `number` turns of the last DAYS days in `book`, with questions out of data/nlu among them."""
    chance, topics, questions, now = (
        random.Random(7),
        load_dialogue().topics,
        _questions(),
        time.time(),
    )
    was = book._clock
    for place in range(number):
        at = now - (1 - place / number) * (DAYS - 1) * 24 * 3600
        book._clock = lambda at=at: at
        variety, channel = (
            chance.choice(("roman", "roman", "ur", "en")),
            chance.choice(("web", "whatsapp")),
        )
        said = {"variety": variety, "action": "answer", "topics": [chance.choice(topics)]}
        if place % ONE_IN == 0:
            said |= {
                "action": "decline",
                "topics": [],
                "reasons": [Reason(CLASSIFIER, "uncovered_medical", 0.8).to_dict()],
            }
        elif place % 2:
            said |= {"action": chance.choice(ACTIONS), "topics": []}
        book.note(
            said, chance.choice(questions[variety]), sender=f"web-{place // 3}", channel=channel
        )
        if place % BATCH == BATCH - 1:
            book.flush()
    book.flush()
    book._clock = was


def _questions() -> dict[str, list[str]]:
    return {
        variety: [
            line.removeprefix("- ")
            for name in ("uncovered_medical", "uncovered_risks")
            for entry in read_yaml(Path("data/nlu") / variety / f"{name}.yml")["nlu"]
            for line in entry["examples"].splitlines()
        ]
        for variety in ("en", "ur", "roman")
    }


def main() -> None:
    """Print the median milliseconds of noting a turn, of writing a second's, and of the page."""
    with tempfile.TemporaryDirectory() as folder:
        book, votes = (
            Asked(Database(f"sqlite:///{folder}/staff.db", tables)),
            Votes(f"sqlite:///{folder}/votes.db"),
        )
        fill(book, 100_000)
        editor, chosen = (
            Person("bench", "editor", ""),
            {"days": str(DAYS), "channel": "", "variety": ""},
        )
        known = Demand(book, votes)
        for name, step in (
            ("noting a turn", lambda: note(book)),
            ("writing one turn", lambda: (note(book), book.flush())),
            (
                "the page, with a question new to it",
                lambda: Demand(book, votes).page(editor, chosen),
            ),
            ("the page once more", lambda: known.page(editor, chosen)),
        ):
            console.print(f"{name}: {_median(step):.3f} ms")


def note(book: Asked) -> None:
    """Note one turn."""
    book.note({"action": "answer", "topics": ["halal"]}, "x", sender="web-1", channel="web")


def _median(step: Callable[[], Any]) -> float:
    spent = []
    for _ in range(TIMES):
        started = time.perf_counter()
        step()
        spent.append((time.perf_counter() - started) * 1000)
    return statistics.median(spent)


if __name__ == "__main__":
    main()
