"""Cleaning that every channel shares: patient text is words, never a command."""

from dataclasses import dataclass
from typing import Any

from bot.text.normalise import COMMAND, normalise, visible

MOST_CHARACTERS = (
    20_000  # past this only the start is kept; the guard steers anything near that length
)
UNREADABLE = (
    "…"  # what an empty message becomes, so that it is met with a text and not with silence
)


@dataclass(frozen=True)
class Incoming:
    """A cleaned message: its text, or the id of the button that was tapped."""

    text: str
    button: str | None = None


def clean(text: Any) -> str:
    """Return text that Rasa reads as words, never as a /command; never empty.

    Invisible characters go first, because they can hide a slash from a check for one.
    """
    words = visible(str(text or "").encode("utf-8", "replace").decode("utf-8"))
    words = COMMAND.sub("", words[:MOST_CHARACTERS]).strip()
    return words if normalise(words) else UNREADABLE


def tapped(button: str) -> Incoming:
    """Return the incoming message for a tapped button. Its text is only for the record and starts no command."""
    return Incoming(text=f"[{clean(button)}]", button=button)
