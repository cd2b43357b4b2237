"""ADAPTER: a server of a cluster keeps its texts in step with the shelf: a recall reaches it in about a second."""

import logging

from bot.container import shelf
from bot.server.background import Work, repeated

logger = logging.getLogger(__name__)
EVERY = 0.5  # seconds


def work() -> list[Work]:
    """Return what looks at the shelf for as long as a server runs, where there is one."""
    found = shelf()
    if found is None:
        return []

    def follow() -> None:
        if found.pull():
            logger.info("texts brought in step with the database")

    # the database being away: patients meet the trouble text anyhow
    return [
        repeated(
            follow, every=EVERY, again=EVERY, what="texts cannot be compared with the database"
        )
    ]
