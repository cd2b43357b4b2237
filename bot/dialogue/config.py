"""What each intent leads to, and what an earlier message changes about a later one: `data/dialogue.yml`, read once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from bot.errors import DataError
from bot.guard.verdict import LEVELS
from bot.project import at
from bot.storage.yaml_file import read_yaml


@dataclass(frozen=True)
class Dialogue:
    """`data/dialogue.yml`, validated."""

    intents: Mapping[str, Mapping[str, str]]
    after_a_case: frozenset[str]
    after_danger: frozenset[str]
    leaned_on: frozenset[str]
    counterparts: Mapping[str, Mapping[str, str]]
    menu: tuple[str, ...]
    buttons: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict
    )  # what only a button can ask for
    repairs: frozenset[str] = frozenset()
    denials: frozenset[str] = frozenset()

    def level(self, intent: str | None) -> str:
        """Return the level an intent asks for; one it does not know is steered."""
        return self._entry(intent or "").get("level", "steer")

    def says(self, intent: str) -> str:
        """Return the id of the text an intent is met with."""
        return self._entry(intent).get("says", "steer")

    @property
    def topics(self) -> tuple[str, ...]:
        """The intents that have an answer."""
        return self._at("answer")

    @property
    def uncovered(self) -> tuple[str, ...]:
        """The intents that are declined, because no approved text covers them."""
        return self._at("decline")

    def for_group(self, group: str, topics: Sequence[str]) -> tuple[str, ...]:
        """Return what `topics` become when asked for women, for men, or for both."""
        if group != "both":
            return tuple(
                dict.fromkeys(
                    self.counterparts.get(group, {}).get(topic, topic) for topic in topics
                )
            )
        halves = [
            half
            for topic in topics
            for half in (
                topic,
                *(pairs[topic] for pairs in self.counterparts.values() if topic in pairs),
            )
        ]
        return tuple(dict.fromkeys(halves))

    def _entry(self, intent: str) -> Mapping[str, str]:
        return self.intents.get(intent) or self.buttons.get(intent) or {}

    def _at(self, level: str) -> tuple[str, ...]:
        return tuple(name for name, entry in self.intents.items() if entry["level"] == level)


@lru_cache(maxsize=4)
def load_dialogue(path: Path | None = None) -> Dialogue:
    """Return the dialogue data of `path`; raises DataError with every problem at once."""
    path = path or at("data/dialogue.yml")
    content = read_yaml(path)
    intents, buttons = content["intents"], content.get("buttons") or {}
    problems = [
        f"{path}: intents.{name}.level is '{entry.get('level')}'; write one of {', '.join(LEVELS)}"
        for name, entry in {**buttons, **intents}.items()
        if entry.get("level") not in LEVELS
    ]
    problems += [
        f"{path}: intents.{name}.says is missing; name a text of data/answers"
        for name, entry in intents.items()
        if entry.get("level") != "answer" and not entry.get("says")
    ]
    named = [
        *content["after_a_case"],
        *content["after_danger"],
        *content["leaned_on"],
        *content["menu"],
        *content["repairs"],
        *content["denials"],
        *(
            topic
            for pairs in content["counterparts"].values()
            for pair in pairs.items()
            for topic in pair
        ),
    ]
    problems += [
        f"{path}: '{name}' is named but not among the intents"
        for name in named
        if name not in intents
    ]
    if problems:
        raise DataError("\n".join(problems))
    return Dialogue(
        intents,
        frozenset(content["after_a_case"]),
        frozenset(content["after_danger"]),
        frozenset(content["leaned_on"]),
        content["counterparts"],
        tuple(content["menu"]),
        buttons,
        frozenset(content["repairs"]),
        frozenset(content["denials"]),
    )
