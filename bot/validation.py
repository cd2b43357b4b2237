"""Validates every data file and reports all problems at once: file, key, fix."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

import phonenumbers

from bot.answers.clinic import load_clinic
from bot.answers.ledger import Ledger
from bot.answers.terms import load_terms, term_problems
from bot.answers.texts import LANGUAGES, load_answers
from bot.dialogue.config import Dialogue, load_dialogue
from bot.dialogue.decide import LANGUAGE_BUTTON
from bot.errors import BotError, DataError
from bot.guard.rules import load_rules
from bot.message import Sentence
from bot.nlu.cues import FOLLOW_UP, load_cues
from bot.project import at
from bot.storage.yaml_file import read_yaml
from bot.text.variety import load_detector
from bot.text.words import load_lexicon

Check = Callable[[Path], Iterator[str]]
HEADING = re.compile(r"\d+ problem\(s\) in .*:$")
PHONE = re.compile(r"\+?[\d\s().-]+")
EXAMPLES_LEAST = 5
SEVERAL = "several"  # messages that ask several things, which Rasa does not read
NEEDED = (
    "clarify",
    "language",
    "language_unavailable",
    "case_remembered",
    "disclaimer",
    "notice",
    "contact",
    "contact_unfilled",
    "service_trouble",
    "unreadable",
    "media",
    "ui_welcome",
)


def problems_in(folder: Path, further: Mapping[str, Check] | None = None) -> list[str]:
    """Return what is wrong anywhere under `folder`, each as `file: key: fix`.

    `further` are checks of parts that stand above this one: channels, the console.
    """
    parts: dict[str, Check] = {
        "answers": answer_problems,
        "clinic.yml": clinic_problems,
        "ledger.jsonl": _ledger,
        "guard": _guard,
        "dialogue.yml": _dialogue,
        "nlu": _training,
        "lexicon": _lexicon,
        "lexicon/terms.yml": _terms,
        **(further or {}),
    }
    found: list[str] = []
    for name, part in parts.items():
        try:
            for problem in part(folder):
                found.append(problem)
        except BotError as error:
            found += [line for line in str(error).splitlines() if not HEADING.match(line)]
        except (OSError, KeyError, TypeError, AttributeError, ValueError) as error:
            fault = " ".join(str(error).split())
            found.append(f"{folder / name}: {type(error).__name__}: {fault}; restore the file")
    return list(dict.fromkeys(found))  # several parts read the answers


def answer_problems(folder: Path) -> Iterator[str]:
    """Yield what the texts under `folder` lack, or say twice; raises DataError where one is no text at all."""
    answers = load_answers(folder / "answers", load_clinic(folder / "clinic.yml"))
    yield from (
        f"{folder}/answers/{name}.yml is missing; the bot cannot do without it"
        for name in NEEDED
        if name not in answers
    )
    seen: dict[tuple[str, str], str] = {}
    for name, answer in answers.items():
        for language, text in answer.text.items():
            if other := seen.get((language, text)):
                yield Sentence(
                    "{path}: {key} is the same as in {other}; reword one",
                    key=f"text.{language}",
                    path=f"{folder}/answers/{name}.yml",
                    other=f"{other}.yml",
                )
            seen[language, text] = name


def clinic_problems(folder: Path) -> Iterator[str]:
    """Yield what patients could not dial of the clinic's own numbers."""
    phones = load_clinic(folder / "clinic.yml").details["phone"].values()
    for phone in sorted(
        {one.strip() for text in phones for one in re.split(r"[,/،]", text)} - {""}
    ):
        if not _dials(phone):
            yield (
                f"{folder}/clinic.yml: phone: '{phone}' is no telephone number; write it as patients dial it, "
                f"042-35761999 or +92 300 1234567"
            )


def _dials(phone: str) -> bool:
    if not PHONE.fullmatch(phone):  # phonenumbers would read letters as the keys they stand on
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(phone, "PK"))
    except phonenumbers.NumberParseException:
        return False


def _ledger(folder: Path) -> Iterator[str]:
    ledger = Ledger.load(folder / "ledger.jsonl")
    answers = load_answers(folder / "answers", load_clinic(folder / "clinic.yml"))
    for name, answer in answers.items():
        standing = ledger.standing(answer, today=date.today())
        if not standing.usable:
            yield f"{folder}/answers/{name}.yml is {standing.status}; run `jawab ledger sign {name}`"


def _guard(folder: Path) -> Iterator[str]:
    from bot.guard.matcher import GuardMatcher  # loads spaCy, which other commands do without

    rules, _ = load_rules(folder / "guard")
    matcher = GuardMatcher.load(folder / "guard", load_lexicon(folder / "lexicon"))
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
    answers = {
        path.stem for path in (folder / "answers").glob("*.yml")
    }  # what is wrong with them is told elsewhere
    for intent in dialogue.intents:
        text = intent if dialogue.level(intent) == "answer" else dialogue.says(intent)
        if text not in answers:
            yield f"{folder}/dialogue.yml: intents.{intent} says '{text}', which data/answers lacks; write it"
    domain = read_yaml(at("domain.yml"))
    missing = sorted(set(dialogue.intents) - set(domain["intents"]))
    yield from (f"domain.yml: intents lacks '{name}'; add it" for name in missing)
    if LANGUAGE_BUTTON.rstrip(":") not in answers:
        yield f"{folder}/answers/language.yml is missing; the language buttons need it"


def _training(folder: Path) -> Iterator[str]:
    intents = set(load_dialogue(folder / "dialogue.yml").intents) - {FOLLOW_UP}
    for variety in (*LANGUAGES, "mixed"):
        have = {path.stem for path in (folder / "nlu" / variety).glob("*.yml")} - {SEVERAL}
        yield from (
            f"{folder}/nlu/{variety}/{name}.yml is missing; every variety needs it"
            for name in intents - have
        )
        yield from (
            f"{folder}/nlu/{variety}/{name}.yml is of no intent; rename it"
            for name in have - intents
        )
        for path in sorted((folder / "nlu" / variety).glob("*.yml")):
            yield from _several(path, intents) if path.stem == SEVERAL else _examples(path)


def _several(path: Path, intents: set[str]) -> Iterator[str]:
    """Yield what is wrong with the messages that ask several things at once."""
    for number, entry in enumerate(read_yaml(path).get(SEVERAL) or (), 1):
        labels, text = entry.get("labels") or (), entry.get("text")
        yield from (
            f"{path}: {SEVERAL}[{number}].labels: '{name}' is no intent of dialogue.yml; correct it"
            for name in labels
            if name not in intents
        )
        if not labels or not isinstance(text, str) or not text.strip():
            yield f"{path}: {SEVERAL}[{number}] needs labels and a text; write them or delete it"


def _examples(path: Path) -> Iterator[str]:
    try:
        entries = read_yaml(path)["nlu"]
        lines = [
            line.strip()
            for entry in entries
            for line in entry["examples"].splitlines()
            if line.strip()
        ]
        named = {entry["intent"] for entry in entries}
    except DataError as error:
        yield str(error)
        return
    except (KeyError, TypeError, AttributeError) as error:
        yield f"{path}: not training data ({error}); it must be 'nlu:' with intent and examples"
        return
    if named != {path.stem}:
        yield f"{path}: intent is {', '.join(map(str, named))}; make it the file's name, '{path.stem}'"
    yield from (
        f"{path}: examples: '{line[:40]}' does not start with '- '; add it"
        for line in lines
        if not line.startswith("- ")
    )
    if len(lines) < EXAMPLES_LEAST:
        yield f"{path}: examples: {len(lines)} are too few; write {EXAMPLES_LEAST} at least"


def _lexicon(folder: Path) -> Iterator[str]:
    load_lexicon(folder / "lexicon")
    load_cues(folder / "lexicon")
    load_detector(folder / "lexicon")
    return iter(())


def _terms(folder: Path) -> Iterator[str]:
    answers = load_answers(folder / "answers", load_clinic(folder / "clinic.yml"))
    terms = load_terms(folder / "lexicon" / "terms.yml")
    for problem in term_problems(answers, terms, load_lexicon(folder / "lexicon")):
        yield f"{folder}/answers/{problem}"
