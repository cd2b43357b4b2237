"""What to do about a message, given what was said before: pure functions over plain data.

A `Reading` is what the NLU pipeline made of one message; `Memory` is what earlier messages left behind; `decide` joins
them into a `Decision`. Memory can raise the level of caution, never lower it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.data import read_yaml
from bot.errors import DataError
from bot.guard.verdict import LEVELS, RANK, Verdict, more_cautious

VARIETIES = ("en", "ur", "roman")
MOST_TOPICS = 3
LANGUAGE_BUTTON = "language:"
CALLBACK = "callback"       # the button that asks for a call


@dataclass(frozen=True)
class Dialogue:
    """`data/dialogue.yml`, validated."""

    intents: Mapping[str, Mapping[str, str]]
    after_a_case: frozenset[str]
    counterparts: Mapping[str, Mapping[str, str]]
    menu: tuple[str, ...]
    buttons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)    # what only a button can ask for

    def level(self, intent: str | None) -> str:
        """Return the level an intent asks for; one it does not know is steered."""
        return self._entry(intent or "").get("level", "steer")

    def says(self, intent: str) -> str:
        """Return the id of the text an intent is met with."""
        return self._entry(intent).get("says", "steer")

    def _entry(self, intent: str) -> Mapping[str, str]:
        return self.intents.get(intent) or self.buttons.get(intent) or {}

    @property
    def topics(self) -> tuple[str, ...]:
        """The intents that have an answer."""
        return tuple(name for name, entry in self.intents.items() if entry["level"] == "answer")


@lru_cache(maxsize=4)
def load_dialogue(path: Path = Path("data/dialogue.yml")) -> Dialogue:
    """Return the dialogue data of `path`; raises DataError with every problem at once."""
    content = read_yaml(path)
    intents, buttons = content["intents"], content.get("buttons") or {}
    problems = [f"{path}: intents.{name}.level is '{entry.get('level')}'; write one of {', '.join(LEVELS)}"
                for name, entry in {**buttons, **intents}.items() if entry.get("level") not in LEVELS]
    problems += [f"{path}: intents.{name}.says is missing; name a text of data/answers"
                 for name, entry in intents.items() if entry.get("level") != "answer" and not entry.get("says")]
    named = [*content["after_a_case"], *content["menu"],
             *(topic for pairs in content["counterparts"].values() for pair in pairs.items() for topic in pair)]
    problems += [f"{path}: '{name}' is named but not among the intents" for name in named if name not in intents]
    if problems:
        raise DataError("\n".join(problems))
    return Dialogue(intents, frozenset(content["after_a_case"]), content["counterparts"], tuple(content["menu"]),
                    buttons)


@dataclass(frozen=True)
class Reading:
    """What one message says: its variety, the verdict on it, its topics, and topics it may mean instead.

    `asks_language` is the variety a switch asks for ("other" for one we lack); `group` is women or men when a message
    says no more than that; `button` is the id of a tapped button, in which case there is no text.
    """

    verdict: Verdict
    variety: str | None
    topics: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    asks_language: str | None = None
    group: str | None = None
    button: str | None = None

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Reading":
        """Return the reading that a pipeline or a button left in a message's parse data."""
        verdict = data["verdict"]
        return cls(Verdict(verdict["level"], verdict["intent"], verdict["reason"]), data.get("variety"),
                   tuple(data.get("topics") or ()), tuple(data.get("unsure") or ()), data.get("asks_language"),
                   data.get("group"), data.get("button"))


@dataclass(frozen=True)
class Memory:
    """What earlier messages left behind; travels in the bot's own messages."""

    case_told: bool = False
    chosen: str | None = None       # the language the patient asked for: holds until they ask again
    last_variety: str | None = None
    last_topics: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()   # topics of a clarifying question not yet answered

    @classmethod
    def from_dict(cls, data: Mapping[str, Any] | None) -> "Memory":
        """Return the memory kept in a bot message's metadata; an empty one for None."""
        data = data or {}
        return cls(bool(data.get("case_told")), data.get("chosen"), data.get("last_variety"),
                   tuple(data.get("last_topics") or ()), tuple(data.get("offered") or ()))

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
    reasons: tuple[str, ...] = ()
    memory: Memory = field(default_factory=Memory)


def decide(reading: Reading, memory: Memory, dialogue: Dialogue) -> Decision:
    """Return what to do about a message. Never raises for a well-formed reading."""
    reading, reasons = _with_context(reading, memory, dialogue)
    level, intent, topics = reading.verdict.level, reading.verdict.intent, reading.topics[:MOST_TOPICS]
    variety = _variety(reading, memory)
    case_told = memory.case_told or intent == "case"
    if level == "answer" and memory.case_told and set(topics) & dialogue.after_a_case:
        level, intent = more_cautious(level, "steer"), "case"
        reasons.append("a case was told earlier in the conversation")
    if level == "answer" and not topics:     # it hesitates between two topics: no answer yet
        level, intent = "decline", "uncovered_medical"
    says, offers = _says(reading, memory, level, intent, topics, dialogue)
    if level == "steer" and intent == "case" and reading.verdict.intent != "case":
        says = ("case_remembered", *says)
    answered = topics if RANK[level] <= RANK["handoff"] else ()
    left = Memory(case_told, _chosen(reading, memory), variety, answered or memory.last_topics,
                  reading.unsure if says == ("clarify",) else ())
    return Decision(level, intent, variety, says, answered, offers, tuple(reasons), left)


def _with_context(reading: Reading, memory: Memory, dialogue: Dialogue) -> tuple[Reading, list[str]]:
    """Resolve what a message leaves out: "and for men?", "yes", "both"."""
    verdict, reasons = reading.verdict, [reading.verdict.reason]
    below = RANK[verdict.level] <= RANK["answer"]
    topics: tuple[str, ...] = ()
    if below and reading.group and memory.last_topics:
        pairs = dialogue.counterparts.get(reading.group, {})
        topics = tuple(dict.fromkeys(pairs.get(topic, topic) for topic in memory.last_topics))
        reasons.append(f"a follow-up on {', '.join(memory.last_topics)}, for {reading.group}")
    elif below and memory.offered and verdict.intent == "affirm":
        topics = memory.offered
        reasons.append("yes to the question asked back")
    if not topics:
        return reading, reasons
    answered = Verdict("answer", topics[0], reasons[-1], verdict.findings)
    return Reading(answered, reading.variety, topics, (), reading.asks_language, None, reading.button), reasons


def _variety(reading: Reading, memory: Memory) -> str:
    if reading.asks_language in VARIETIES:
        return reading.asks_language
    return memory.chosen or reading.variety or memory.last_variety or "en"


def _chosen(reading: Reading, memory: Memory) -> str | None:
    return reading.asks_language if reading.asks_language in VARIETIES else memory.chosen


def _says(reading: Reading, memory: Memory, level: str, intent: str, topics: Sequence[str],
          dialogue: Dialogue) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids of the texts said before the answers, and the buttons offered."""
    if level in ("crisis", "emergency"):
        return (dialogue.says(intent),), ()
    if level == "steer":
        return (dialogue.says(intent),), (*(topic for topic in topics if topic not in dialogue.after_a_case), "handoff")
    if level in ("handoff", "support"):
        return (dialogue.says(intent),), (CALLBACK,) if intent == "handoff" else ()
    if level == "answer":
        return (), ()
    if level == "language":
        known = reading.asks_language in VARIETIES
        return (("language",), ()) if known else (
            ("language_unavailable",), tuple(LANGUAGE_BUTTON + name for name in VARIETIES))
    if reading.unsure:
        return ("clarify",), reading.unsure[:2]
    if level == "decline":
        return (dialogue.says(intent),), ("handoff",)
    return (dialogue.says(intent),), dialogue.menu[:3] if intent in ("greet", "what_can_you_do") else ()
