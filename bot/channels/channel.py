"""What a channel declares of itself, once. Whoever counts, shows, erases or clears goes through these records.

A channel is a folder here with a module `channel` that holds its record as CHANNEL; nothing else lists channels.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from bot import channels
from bot.handover.queue import PRACTICE
from bot.settings import Settings


class Service(Protocol):
    """A channel that a server runs."""

    def routes(self) -> list[Any]:
        """Return its routes."""

    def running(self, agent: Any) -> AbstractAsyncContextManager[None]:
        """Do its work beside the routes for as long as the context is open; `agent` is the thread that holds Rasa's."""

    def ready(self) -> Mapping[str, bool]:
        """Return what the channel needs to answer, and whether it is there; may block."""

    def measure(self) -> None:
        """Set its gauges; may block."""


class Kept(Protocol):
    """What a channel keeps of patients besides the conversation itself; every call may block."""

    def of_phone(self, phone: str) -> str | None:
        """Return the conversation of a telephone number; None where nobody wrote from it, or the channel knows none."""

    def export(self, conversation: str) -> Any:
        """Return everything on record of a conversation, as JSON-ready data."""

    def erase(self, conversation: str) -> Mapping[str, int]:
        """Delete everything on record of a conversation; return how many rows of what."""

    def purge(self, *, now: float) -> Mapping[str, int]:
        """Delete what was kept long enough; return how many rows of what."""


@dataclass(frozen=True)
class Channel:
    """One way by which messages come in; a forgotten field errs towards calling somebody."""

    name: str  # also the value of every label `channel` in the metrics
    reaches_staff: bool = True  # whether who is in danger or asks for a person waits in the console
    opens: Callable[[Settings], Service | None] | None = None  # None from it: switched off
    keeps: Callable[[Settings], Kept | None] | None = None
    knows_phones: bool = False


TERMINAL = Channel("terminal", reaches_staff=False)
TRIAL = Channel(PRACTICE, reaches_staff=False)  # what staff try out in their console


@lru_cache(maxsize=1)
def every() -> tuple[Channel, ...]:
    """Return the record of each channel that patients can write on."""
    return tuple(
        importlib.import_module(f"{channels.__name__}.{found.name}.channel").CHANNEL
        for found in pkgutil.iter_modules(channels.__path__)
        if found.ispkg
    )


def services(settings: Settings) -> list[Service]:
    """Return the channels that are switched on, ready to be served."""
    opened = (channel.opens(settings) for channel in every() if channel.opens)
    return [service for service in opened if service is not None]


def kept(settings: Settings) -> dict[str, Kept]:
    """Return what the channels that are switched on keep, by the channel's name."""
    found = {channel.name: channel.keeps(settings) for channel in every() if channel.keeps}
    return {name: one for name, one in found.items() if one is not None}
