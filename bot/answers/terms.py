"""The glossary of the texts: one way to write a term in each language, and how an answer explains it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answers.texts import LANGUAGES, Answer
from bot.errors import DataError
from bot.storage.yaml_file import read_yaml
from bot.text.words import Lexicon

SENTENCE = re.compile(r"(?<=[.۔؟?!])\s+")
WORD = re.compile(r"[a-z]+")
KEYS = {*LANGUAGES, "explained", "never"}
ALL = f"{', '.join(LANGUAGES[:-1])} and {LANGUAGES[-1]}"


@dataclass(frozen=True)
class Term:
    """How a term is written; `explained` and `never` may lack a language."""

    forms: Mapping[str, tuple[str, ...]]
    explained: Mapping[str, str]
    never: Mapping[str, tuple[str, ...]]


def load_terms(path: Path) -> list[Term]:
    """Return the glossary; raises DataError naming every entry that is none."""
    problems, terms = [], []
    for number, entry in enumerate(read_yaml(path).get("terms") or (), 1):
        if not isinstance(entry, dict) or not set(LANGUAGES) <= set(entry) <= KEYS:
            problems.append(
                f"{path}: terms[{number}] needs {ALL}, and may have explained and never"
            )
            continue
        terms.append(_term(entry))
    if problems:
        raise DataError("\n".join(problems))
    return terms


def _term(entry: Mapping[str, Any]) -> Term:
    return Term(
        {language: _several(entry[language]) for language in LANGUAGES},
        dict(entry.get("explained") or {}),
        {language: _several(words) for language, words in (entry.get("never") or {}).items()},
    )


def _several(words: str | list[str]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)


def term_problems(
    answers: Mapping[str, Answer], terms: Iterable[Term], lexicon: Lexicon
) -> Iterator[str]:
    """Yield where a text writes a term another way, or explains it too late, as `file: key: fix`."""
    terms = list(terms)
    for name, answer in answers.items():
        for language in LANGUAGES:
            for term in terms:
                yield from _spelled_otherwise(name, answer, language, term)
                yield from _unexplained(name, answer, language, term)
    yield from _two_spellings(answers, lexicon)


def _spelled_otherwise(name: str, answer: Answer, language: str, term: Term) -> Iterator[str]:
    for key, words in (("text", answer.text), ("title", answer.title)):
        for wrong in term.never.get(language, ()):
            if _has(wrong, words.get(language, "")):
                yield (
                    f"{name}.yml: {key}.{language} says '{wrong}'; the glossary says "
                    f"'{term.forms[language][0]}'"
                )


def _unexplained(name: str, answer: Answer, language: str, term: Term) -> Iterator[str]:
    explained = term.explained.get(language)
    if not explained or answer.kind != "answer":
        return
    for sentence in SENTENCE.split(answer.text[language]):
        if any(_has(form, sentence) for form in term.forms[language]):
            if explained.lower() not in sentence.lower():
                yield (
                    f"{name}.yml: text.{language} uses '{term.forms[language][0]}' without "
                    f"'{explained}' in its first sentence; explain it there"
                )
            return


def _two_spellings(answers: Mapping[str, Answer], lexicon: Lexicon) -> Iterator[str]:
    """Yield the Roman Urdu words that two texts spell differently: sath and saath."""
    seen: dict[tuple[str, ...], tuple[str, str]] = {}
    for name, answer in answers.items():
        for word in WORD.findall(f"{answer.text['roman']} {answer.title.get('roman', '')}".lower()):
            other, where = seen.setdefault(lexicon.canonical.get(word, (word,)), (word, name))
            if other != word:
                yield f"{name}.yml: text.roman spells '{word}', {where}.yml '{other}'; choose one"


def _has(words: str, text: str) -> bool:
    flags = re.IGNORECASE if words.islower() else re.NOFLAG  # HOTA is no "hota"
    return bool(re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text, flags))
