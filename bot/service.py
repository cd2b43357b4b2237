"""What the adapters of one process share: settings and the approved texts, each made once, at first use."""

from functools import lru_cache

from bot import metrics
from bot.answers.gate import Gate
from bot.answers.library import Library
from bot.settings import Settings


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings of this process."""
    return Settings.from_env()


@lru_cache(maxsize=1)
def library() -> Library:
    """Return the approved texts of this process."""
    return Library(settings().data, production=settings().production)


@lru_cache(maxsize=1)
def gate() -> Gate:
    """Return the gate that every channel of this process sends through."""
    return Gate(library(), on_incident=metrics.gate_incident)
