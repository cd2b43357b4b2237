"""`jawab check`: validates every data file and reports all problems at once."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from rich.console import Console

from bot.answers.clinic import load_clinic
from bot.answers.ledger import Ledger
from bot.answers.store import LANGUAGES, load_answers
from bot.data import read_yaml
from bot.dialogue import LANGUAGE_BUTTON, Dialogue, load_dialogue
from bot.errors import BotError, DataError
from bot.guard.matcher import GuardMatcher
from bot.guard.rules import load_rules
from bot.service import settings
from bot.text.variety import load_detector
from bot.text.words import load_lexicon
from bot.understanding.cues import load_cues

console = Console()
NEEDED = ("clarify", "language", "language_unavailable", "case_remembered", "disclaimer", "notice", "contact",
          "contact_unfilled", "service_trouble", "unreadable", "media", "ui_welcome")


def check() -> None:
    """Validate answers, ledger, guard rules, training data, dialogue, lexicon and clinic."""
    problems = problems_in(settings().data)
    if problems:
        raise DataError(f"{len(problems)} problem(s):\n" + "\n".join(problems))
    console.print("every data file is in order")


def problems_in(folder: Path) -> list[str]:
    """Return what is wrong anywhere under `folder`, each as `file: key: fix`."""
    parts: list[Callable[[Path], Iterator[str]]] = [_answers, _ledger, _guard, _dialogue, _training, _lexicon]
    found: list[str] = []
    for part in parts:
        try:
            found += part(folder)
        except BotError as error:
            found += str(error).splitlines()
        except (OSError, KeyError, TypeError) as error:
            found.append(f"{folder}: {type(error).__name__}: {error}; restore the file")
    return found


def _answers(folder: Path) -> Iterator[str]:
    answers = load_answers(folder / "answers", load_clinic(folder / "clinic.yml"))
    yield from (f"{folder}/answers/{name}.yml is missing; the bot cannot do without it"
                for name in NEEDED if name not in answers)
    seen: dict[tuple[str, str], str] = {}
    for name, answer in answers.items():
        for language, text in answer.text.items():
            if other := seen.get((language, text)):
                yield f"{folder}/answers/{name}.yml: text.{language} is the same as in {other}.yml; reword one"
            seen[language, text] = name


def _ledger(folder: Path) -> Iterator[str]:
    ledger = Ledger.load(folder / "ledger.jsonl")
    answers = load_answers(folder / "answers", load_clinic(folder / "clinic.yml"))
    for name, answer in answers.items():
        standing = ledger.standing(answer, today=date.today())
        if not standing.usable:
            yield f"{folder}/answers/{name}.yml is {standing.status}; run `jawab ledger sign {name}`"


def _guard(folder: Path) -> Iterator[str]:
    rules, _ = load_rules(folder / "guard")
    matcher = GuardMatcher.load(folder / "guard", load_lexicon().words)
    known = load_dialogue(folder / "dialogue.yml").intents
    for rule in rules:
        where = f"{folder}/guard/{rule.category}.yml: {rule.id}"
        if rule.intent not in known:
            yield f"{where}.intent '{rule.intent}' is not an intent of dialogue.yml; correct it"
        for text in rule.must_match:
            if rule.id not in {finding.rule_id for finding in matcher.find(text)}:
                yield f"{where}.must_match: '{text}' is not matched; mend the phrases"
        for text in rule.must_not_match:
            if rule.id in {finding.rule_id for finding in matcher.find(text)}:
                yield f"{where}.must_not_match: '{text}' is matched; mend the phrases"


def _dialogue(folder: Path) -> Iterator[str]:
    dialogue: Dialogue = load_dialogue(folder / "dialogue.yml")
    answers = load_answers(folder / "answers", load_clinic(folder / "clinic.yml"))
    for intent in dialogue.intents:
        text = intent if dialogue.level(intent) == "answer" else dialogue.says(intent)
        if text not in answers:
            yield f"{folder}/dialogue.yml: intents.{intent} says '{text}', which data/answers lacks; write it"
    domain = read_yaml(Path("domain.yml"))
    missing = sorted(set(dialogue.intents) - set(domain["intents"]))
    yield from (f"domain.yml: intents lacks '{name}'; add it" for name in missing)
    if LANGUAGE_BUTTON.rstrip(":") not in answers:
        yield f"{folder}/answers/language.yml is missing; the language buttons need it"


def _training(folder: Path) -> Iterator[str]:
    intents = set(load_dialogue(folder / "dialogue.yml").intents)
    for variety in (*LANGUAGES, "mixed"):
        have = {path.stem for path in (folder / "nlu" / variety).glob("*.yml")}
        yield from (f"{folder}/nlu/{variety}/{name}.yml is missing; every variety needs it" for name in intents - have)
        yield from (f"{folder}/nlu/{variety}/{name}.yml is of no intent; rename it" for name in have - intents)


def _lexicon(folder: Path) -> Iterator[str]:
    load_lexicon(folder / "lexicon")
    load_cues(folder / "lexicon")
    load_detector(folder / "lexicon")
    return iter(())
