"""Puts approved texts together into one message: what is said, how to reach the clinic, the disclaimer, the notice."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.answers.library import NOTICE, Block, Library

JOINT = "\n"  # never a blank line: Rasa's own channels would split the message there
DISCLAIMER = "disclaimer"
NEEDS_DISCLAIMER = {"answer", "steer"}
NEEDS_CONTACT = {"steer", "handoff", "decline"}
URGENT = {"crisis", "emergency"}
WITHOUT_NOTICE = URGENT | {
    "check_in"
}  # "not yet reviewed" under "go to hospital now" would say: do not trust this
MOST_ANSWERS = 3
BUTTON_TEXTS = {"yes": "ui_yes", "no": "ui_no"}


@dataclass(frozen=True)
class Button:
    """A choice the patient can tap; `id` is what the channel gets back."""

    id: str
    title: str


@dataclass(frozen=True)
class Reply:
    """One message: its text, its buttons, the blocks it is made of, and what it does."""

    text: str
    variety: str
    action: str
    topics: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    blocks: tuple[Block, ...] = field(default=(), repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the reply as JSON-ready data, blocks without their texts."""
        return {
            "text": self.text,
            "variety": self.variety,
            "action": self.action,
            "topics": list(self.topics),
            "buttons": [{"id": button.id, "title": button.title} for button in self.buttons],
            "blocks": [
                {"id": block.id, "variety": block.variety, "sha256": block.sha256}
                for block in self.blocks
            ],
        }


class Composer:
    """Composes replies from a library of approved texts."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def compose(
        self,
        *,
        action: str,
        says: Sequence[str],
        topics: Sequence[str],
        variety: str,
        offers: Sequence[str] = (),
    ) -> Reply:
        """Return the message that says the texts `says`, then the answers on `topics`, in `variety`.

        `offers` are ids of texts whose titles become buttons. A text that may not be sent falls back to the decline
        text; in danger, or where that may not be sent either, to service trouble. Never to an unapproved one.
        """
        answers = [
            block
            for topic in topics[:MOST_ANSWERS]
            if (block := self._library.block(topic, variety))
        ]
        spoken = [block for name in says if (block := self._library.block(name, variety))]
        if not answers and not spoken and action in URGENT:
            return self.trouble(variety)  # it sends to a hospital; "no approved answer" would not
        if not answers and not spoken:
            action, spoken = (
                "decline",
                [block for block in [self._library.block("decline", variety)] if block],
            )
        if not spoken and not answers:
            return self.trouble(variety)
        blocks = self._finish([*spoken, *answers], variety)
        if blocks is None:
            return self.trouble(variety)
        return Reply(
            JOINT.join(block.text for block in blocks),
            variety,
            action,
            tuple(block.id for block in answers),
            self._buttons(offers, variety),
            tuple(blocks),
        )

    def trouble(self, variety: str) -> Reply:
        """Return the service-trouble message."""
        return Reply(self._library.trouble(variety), variety, "steer")

    def _finish(self, blocks: list[Block], variety: str) -> list[Block] | None:
        """Add contact, disclaimer and notice; None when a part that must be there may not be sent."""
        kinds = {block.kind for block in blocks}
        parts: list[str] = []
        if kinds & NEEDS_CONTACT:
            usable = self._library.clinic.filled_in and self._library.block("contact", variety)
            parts.append("contact" if usable else "contact_unfilled")
        if kinds & NEEDS_DISCLAIMER:
            parts.append(DISCLAIMER)
        for part in parts:
            block = self._library.block(part, variety)
            if block is None:
                return None
            blocks.append(block)
        if needs_notice(blocks):
            notice = self._library.block(NOTICE, variety)
            return [*blocks, notice] if notice else None
        return blocks

    def _buttons(self, offers: Sequence[str], variety: str) -> tuple[Button, ...]:
        titles = [(offer, self.title(offer, variety)) for offer in offers]
        return tuple(Button(offer, title) for offer, title in titles if title)

    def title(self, offer: str, variety: str) -> str | None:
        """Return the approved label of a button id: a topic, `handoff`, or `language:<variety>`."""
        name, _, language = offer.partition(":")
        return self._library.title(name, language or variety)


def needs_notice(blocks: Sequence[Block]) -> bool:
    """Return whether a message of `blocks` must end with the trial notice."""
    if any(block.kind in WITHOUT_NOTICE for block in blocks):
        return False
    return any(block.provisional for block in blocks)
