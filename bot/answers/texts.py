"""The texts as clinicians and translators write them: one file each under `data/answers`, three languages in each."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.answers.clinic import Clinic
from bot.errors import DataError
from bot.message import Sentence
from bot.storage.yaml_file import read_yaml
from bot.text.languages import CODES

LANGUAGES = CODES
KINDS = (
    "answer",
    "steer",
    "emergency",
    "check_in",
    "crisis",
    "support",
    "handoff",
    "callback",
    "decline",
    "smalltalk",
    "clarify",
    "media",
    "language",
    "trouble",
    "part",
    "interface",
)
KEYS = {
    "id",
    "kind",
    "title",
    "text",
    "source",
    "passage",
    "numbers",
    "hedges",
    "contested",
    "evidence",
}
TITLE_MOST = 20  # code points: WhatsApp refuses a longer reply button, and a cut label would be unsigned text
TEXT_MOST = 900  # code points: three answers, disclaimer and notice stay under WhatsApp's 4096
PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Answer:
    """One text in three languages, and what it rests on. `text` and `title` map a language to its words."""

    id: str
    kind: str
    text: Mapping[str, str]
    title: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    passage: tuple[str, ...] = ()
    contested: bool = False
    evidence: Mapping[str, Any] = field(default_factory=dict)


def load_answers(folder: Path, clinic: Clinic, article: str | None = None) -> dict[str, Answer]:
    """Return every text under `folder` by its id, the clinic's details filled in.

    With `article` given, every passage must stand in it word for word. Raises DataError with all problems at once.
    """
    answers: dict[str, Answer] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*.yml")):
        try:
            content = read_yaml(path)
            entry = content["answer"]
            found = list(problems_in(entry, path, article))
        except DataError as error:
            problems += error.problems
            continue
        except (KeyError, TypeError, AttributeError) as error:
            problems.append(
                Sentence(
                    "{path}: not an answer file ({error}); it must start with 'answer:'",
                    path=path,
                    error=error,
                )
            )
            continue
        problems += found
        if not found:
            answers[entry["id"]] = _answer(entry, clinic)
    if problems:
        raise DataError(f"{len(problems)} problem(s) in {folder}:", problems=problems)
    return answers


def _answer(entry: Mapping[str, Any], clinic: Clinic) -> Answer:
    return Answer(
        id=entry["id"],
        kind=entry["kind"],
        title=dict(entry.get("title") or {}),
        text={language: clinic.fill(text, language) for language, text in entry["text"].items()},
        source=entry["source"],
        passage=tuple(entry.get("passage") or ()),
        contested=bool(entry.get("contested")),
        evidence=dict(entry.get("evidence") or {}),
    )


def problems_in(entry: Mapping[str, Any], path: Path, article: str | None = None) -> Iterator[str]:
    """Yield what is wrong with one answer file, each as `file: key: fix`."""
    if entry.get("id") != path.stem:
        yield f"{path}: id is '{entry.get('id')}'; make it the file's name, '{path.stem}'"
    if entry.get("kind") not in KINDS:
        yield f"{path}: kind is '{entry.get('kind')}'; write one of {', '.join(KINDS)}"
    for key in sorted(set(entry) - KEYS):
        yield f"{path}: {key} is not a key of an answer; remove it or correct its name"
    if not entry.get("source"):
        yield f"{path}: source is missing; name the passage, or 'editorial'"
    text, title = entry.get("text") or {}, entry.get("title") or {}
    yield from _language_problems(path, "text", text, most=TEXT_MOST)
    if title or entry.get("kind") == "answer":
        yield from _language_problems(path, "title", title, most=TITLE_MOST)
    for language, words in text.items():
        if isinstance(words, str):
            yield from _wording_problems(path, entry, language, words)
    for passage in entry.get("passage") or ():
        if article is not None and passage not in article:
            yield f"{path}: passage '{passage[:50]}' is not in the article word for word; quote it exactly"
    if entry.get("contested") and not all(
        (entry.get("evidence") or {}).get(side) for side in ("for", "against")
    ):
        yield f"{path}: contested, but evidence.for or evidence.against is empty; fill in both"


def _language_problems(
    path: Path, key: str, texts: Mapping[str, Any], *, most: int
) -> Iterator[str]:
    for language in LANGUAGES:
        words = texts.get(language)
        if not isinstance(words, str) or not words.strip():
            yield Sentence(
                "{path}: {key} is missing; add it or delete the answer",
                path=path,
                key=f"{key}.{language}",
            )
        elif words != words.strip() or "\n\n" in words or "\r" in words:
            yield Sentence(
                "{path}: {key} has outer spaces or a blank line; remove them",
                path=path,
                key=f"{key}.{language}",
            )
        elif len(words) > most:
            yield Sentence(
                "{path}: {key} has {count} characters, {most} at most; shorten it",
                path=path,
                key=f"{key}.{language}",
                count=len(words),
                most=most,
            )
    for language in sorted(set(texts) - set(LANGUAGES)):
        yield f"{path}: {key}.{language} is not a language of ours; remove it"


def _wording_problems(
    path: Path, entry: Mapping[str, Any], language: str, words: str
) -> Iterator[str]:
    for number in entry.get("numbers") or ():
        if str(number) not in words:
            yield Sentence(
                "{path}: {key} lacks the figure {number}; the three languages must agree",
                path=path,
                key=f"text.{language}",
                number=number,
            )
    for hedge in entry.get("hedges") or ():
        if hedge.get(language, "") not in words or not hedge.get(language):
            yield Sentence(
                "{path}: {key} lacks its hedge '{hedge}'; put it back",
                path=path,
                key=f"text.{language}",
                hedge=hedge.get(language),
            )
    if entry.get("id") != "contact" and PLACEHOLDER.search(words):
        yield Sentence(
            "{path}: {key} has a placeholder; only 'contact' may have them",
            path=path,
            key=f"text.{language}",
        )
