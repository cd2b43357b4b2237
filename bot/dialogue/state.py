"""What the dialogue core works on: the reading of one message, the memory of earlier ones, the decision."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.guard.verdict import Reason, Verdict


@dataclass(frozen=True)
class Reading:
    """What one message says: its variety, the verdict on it, its topics, and topics it may mean instead.

    `calm` is the intent of a message whose danger is doubted, should there be none; `case` says that one was surely
    told, whatever outranks it: a doubtful steer steers one turn only. `asks_language` is the variety a switch asks for
    ("other" for one we lack); `group` is women, men or both when a message says no more than that; `pick` is 2 for
    "the second one"; `button` is the id of a tapped button, in which case there is no text;
    `beside` is a question without an approved answer that is asked beside the topics.
    """

    verdict: Verdict
    variety: str | None
    topics: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    asks_language: str | None = None
    group: str | None = None
    button: str | None = None
    pick: int | None = None
    calm: str | None = None
    case: bool = False
    beside: str | None = None

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Reading":
        """Return the reading that a pipeline or a button left in a message's parse data."""
        verdict = data["verdict"]
        return cls(
            Verdict(verdict["level"], verdict["intent"], Reason.from_dict(verdict["reason"])),
            data.get("variety"),
            tuple(data.get("topics") or ()),
            tuple(data.get("unsure") or ()),
            data.get("asks_language"),
            data.get("group"),
            data.get("button"),
            data.get("pick"),
            data.get("calm"),
            bool(data.get("case")),
            data.get("beside"),
        )


@dataclass(frozen=True)
class Memory:
    """What earlier messages left behind; travels in the bot's own messages."""

    case_told: bool = False
    chosen: str | None = None  # the language the patient asked for: holds until they ask again
    last_variety: str | None = None
    last_topics: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()  # topics of a clarifying question not yet answered
    buttons: tuple[str, ...] = ()  # what was last offered to choose from
    danger: str | None = None  # a crisis or emergency after which nothing was asked yet
    declined: str | None = None  # the last question, where it was one without an approved answer
    doubted: str | None = (
        None  # the danger that was asked about and neither confirmed nor denied yet
    )
    held: tuple[
        str, ...
    ] = ()  # what that message asks should there be no danger: topics, or an intent

    @classmethod
    def from_dict(cls, data: Mapping[str, Any] | None) -> "Memory":
        """Return the memory kept in a bot message's metadata; an empty one for None."""
        data = data or {}
        return cls(
            bool(data.get("case_told")),
            data.get("chosen"),
            data.get("last_variety"),
            tuple(data.get("last_topics") or ()),
            tuple(data.get("offered") or ()),
            tuple(data.get("buttons") or ()),
            data.get("danger"),
            data.get("declined"),
            data.get("doubted"),
            tuple(data.get("held") or ()),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the memory as JSON-ready data."""
        return asdict(self)


@dataclass(frozen=True)
class Decision:
    """What is done: the action, the intent it stands for, the texts said, the topics answered, the buttons offered."""

    action: str
    intent: str
    variety: str
    says: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    memory: Memory = field(default_factory=Memory)
