"""Guard rules: what a reviewer writes in `data/guard/*.yml`, validated when it loads."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import DataError
from bot.guard.verdict import LEVELS
from bot.storage.yaml_file import read_yaml

RULE_KEYS = {
    "id",
    "level",
    "intent",
    "phrases",
    "unless_before",
    "unless_led_by",
    "must_match",
    "must_not_match",
    "note",
}
INTENT_OF_LEVEL = {
    "emergency": "emergency",
    "steer": "case",
    "handoff": "handoff",
    "support": "support",
}


@dataclass(frozen=True)
class Rule:
    """One thing the guard looks for, and the evidence that it finds that and no more."""

    id: str
    category: str
    level: str
    intent: str
    phrases: tuple[str, ...]
    unless_before: tuple[str, ...]
    unless_led_by: tuple[str, ...]
    must_match: tuple[str, ...]
    must_not_match: tuple[str, ...]


def load_rules(folder: Path) -> tuple[list[Rule], dict[str, list[str]]]:
    """Return the rules and the word groups of `folder`; raises DataError with every problem at once."""
    rules: list[Rule] = []
    groups: dict[str, list[str]] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*.yml")):
        try:
            content = read_yaml(path)
        except DataError as error:
            problems.append(str(error))
            continue
        if isinstance(content, dict) and isinstance(content.get("groups"), dict):
            groups.update({name: _flat(words) for name, words in content["groups"].items()})
        elif isinstance(content, dict) and isinstance(content.get("guard"), list):
            led_by = _flat(content.get("unless_led_by"))  # of every rule of the file
            for entry in content["guard"]:
                found = list(_problems_in(entry, path, {rule.id for rule in rules}))
                problems += found
                if not found:
                    rules.append(_rule(entry, led_by, category=path.stem))
        else:
            problems.append(
                f"{path}: starts with neither 'guard:' (a list of rules) nor 'groups:'; add one"
            )
    if problems:
        raise DataError(f"{len(problems)} problem(s) in {folder}:\n" + "\n".join(problems))
    return rules, groups


def _problems_in(entry: Any, path: Path, known: set[str]) -> Iterator[str]:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        yield f"{path}: a rule has no id; give it one"
        return
    where = f"{path}: {entry['id']}"
    for key in sorted(set(entry) - RULE_KEYS):
        yield f"{where}.{key} is not a key of a rule; remove it or correct its name"
    if entry["id"] in known:
        yield f"{where}: this id is used twice; rename one"
    if entry.get("level") not in LEVELS:
        yield f"{where}.level is '{entry.get('level')}'; write one of {', '.join(LEVELS)}"
    for key in ("phrases", "must_match", "must_not_match"):
        if not _flat(entry.get(key)):
            yield f"{where}.{key} is missing or empty; add at least one"
    if entry.get("level") not in INTENT_OF_LEVEL and "intent" not in entry:
        yield f"{where}.intent is missing; name the intent this rule stands for"


def _rule(entry: dict[str, Any], led_by: list[str], *, category: str) -> Rule:
    texts = {
        key: tuple(_flat(entry.get(key)))
        for key in ("phrases", "unless_before", "unless_led_by", "must_match", "must_not_match")
    }
    texts["unless_led_by"] += tuple(led_by)
    intent = entry.get("intent") or INTENT_OF_LEVEL[entry["level"]]
    return Rule(id=entry["id"], category=category, level=entry["level"], intent=intent, **texts)


def _flat(value: Any) -> list[str]:
    """Return the strings of a list, or of a mapping of lists (one a variety)."""
    if isinstance(value, dict):
        return [text for texts in value.values() for text in _flat(texts)]
    return [str(text) for text in value] if isinstance(value, list) else []
