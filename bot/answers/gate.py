"""The last check before a message leaves: are these bytes a composition of texts that may be sent now?

It trusts no claim of the code before it. It looks only at the text and the buttons, and takes them apart again.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.answers.compose import DISCLAIMER, JOINT, NEEDS_DISCLAIMER, Composer, needs_notice
from bot.answers.library import NOTICE, Block, Library
from bot.answers.texts import LANGUAGES
from bot.errors import told

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Passed:
    """What may be sent: the text, the buttons, and the blocks the text is made of (its receipt)."""

    text: str
    buttons: tuple[dict[str, str], ...]
    blocks: tuple[Block, ...]
    variety: str
    replaced: bool = False


class Gate:
    """Stands at the end of every channel."""

    def __init__(
        self, library: Library, *, on_incident: Callable[[str], None] = lambda place: None
    ) -> None:
        """`on_incident` hears of every message that is replaced, and where that was."""
        self._library, self._composer, self._on_incident = library, Composer(library), on_incident

    def check(
        self, text: Any, buttons: Iterable[Any] = (), *, variety: str = "en", place: str = "reply"
    ) -> Passed:
        """Return what may be sent in place of `text` and `buttons`: themselves, or the service-trouble text.

        `variety` is the language of the fallback only, `place` where the message was about to leave. Logs an incident,
        without the text, when it replaces.
        """
        try:
            blocks = self.take_apart(text) if isinstance(text, str) else None
            buttons = tuple(buttons)
            known = blocks and all(self._known(button, blocks[0].variety) for button in buttons)
            if blocks and known and self._well_formed(blocks):
                kept = tuple(
                    {"id": str(button["id"]), "title": str(button["title"])} for button in buttons
                )
                return Passed(text, kept, tuple(blocks), blocks[0].variety)
        except Exception as error:  # whatever is wrong with it, it was not shown to be approved
            logger.error("gate failed: the message is replaced: %s", told(error))
        digest = hashlib.sha256(repr(text).encode("utf-8", "replace")).hexdigest()[:16]
        logger.error(
            "gate incident: unapproved message replaced: place=%s digest=%s", place, digest
        )
        self._on_incident(place)
        variety = variety if variety in LANGUAGES else "en"
        return Passed(self._library.trouble(variety), (), (), variety, replaced=True)

    def take_apart(self, text: str) -> list[Block] | None:
        """Return the approved blocks that make up `text` exactly, or None."""
        lines = text.split(JOINT)
        for variety in LANGUAGES:
            known = {
                words: block
                for words, block in self._library.texts(variety).items()
                if block.kind != "interface"
            }
            longest = max((block.text.count(JOINT) + 1 for block in known.values()), default=0)
            found = _segment(lines, known, longest)
            if found:
                return found
        return None

    @staticmethod
    def _well_formed(blocks: Sequence[Block]) -> bool:
        """Whether the parts that belong to a message are in it, once, behind what they belong to."""
        ids = [block.id for block in blocks]
        if len(ids) != len(set(ids)) or all(block.kind == "part" for block in blocks):
            return False
        if needs_notice(blocks) and ids[-1] != NOTICE:
            return False
        if any(block.kind in NEEDS_DISCLAIMER for block in blocks):
            last = max(
                place for place, block in enumerate(blocks) if block.kind in NEEDS_DISCLAIMER
            )
            return DISCLAIMER in ids[last + 1 :]
        return True

    def _known(self, button: Any, variety: str) -> bool:
        return (
            isinstance(button, dict)
            and isinstance(button.get("id"), str)
            and button.get("title") is not None
            and button["title"] == self._composer.title(button["id"], variety)
        )


def _segment(lines: list[str], known: dict[str, Block], longest: int) -> list[Block] | None:
    """Return the blocks whose texts, joined, are `lines`; every way is tried."""
    reached: dict[int, list[Block]] = {0: []}
    for place in range(len(lines)):
        if place not in reached:
            continue
        for end in range(place + 1, min(place + longest, len(lines)) + 1):
            block = known.get(JOINT.join(lines[place:end]))
            if block:
                reached[end] = [*reached[place], block]
    return reached.get(len(lines)) or None
