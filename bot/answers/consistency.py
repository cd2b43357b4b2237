"""What a machine can see before somebody signs: do the three languages agree in numbers, limits and denials?

These are hints for the reader, not proof: a text can pass all of them and still be wrong.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import reduce

from bot.answers.texts import LANGUAGES, TEXT_MOST, TITLE_MOST, Answer
from bot.message import Sentence, sentences
from bot.text.languages import TABLE

NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
# of a language that is not here these two tell nothing
UP_TO = {
    "en": re.compile(r"\b(?:up to|at most|as much as)\b", re.I),
    "ur": re.compile(r"\b(?:تک|زیادہ سے زیادہ)\b"),
    "roman": re.compile(r"\b(?:tak|zyada se zyada)\b", re.I),
}
DENIAL = {
    "en": re.compile(
        r"\b(?:not?|never|nobody|nothing|none|cannot|without|neither|nor)\b|n't\b", re.I
    ),
    "ur": re.compile(r"\b(?:نہیں|نہ|مت|بغیر|بنا|کوئی نہیں)\b"),
    "roman": re.compile(r"\b(?:nahi|nahin|na|mat|baghair|bina)\b", re.I),
}
ACRONYM = re.compile(r"\b[A-Z]{3,}\b")
NAMES = {one.code: Sentence(one.name) for one in TABLE}

COMMA, SEMICOLON = sentences("{first}, {next}", "{first}; {next}")


def doubts(answer: Answer) -> list[str]:
    """Return what a person should look at before signing `answer`, each as a sentence; empty where nothing shows."""
    return [
        *_numbers(answer),
        *_limits(answer),
        *_denials(answer),
        *_acronyms(answer),
        *_lengths(answer),
    ]


def _numbers(answer: Answer) -> Iterator[str]:
    found = {
        language: sorted(NUMBER.findall(_ascii_digits(answer.text[language])))
        for language in LANGUAGES
    }
    if len({tuple(numbers) for numbers in found.values()}) > 1:
        told = _joined(
            SEMICOLON,
            (
                Sentence(
                    "{language} {numbers}",
                    language=NAMES[language],
                    numbers=", ".join(numbers) or Sentence("none"),
                )
                for language, numbers in found.items()
            ),
        )
        yield Sentence("The numbers differ: {found}.", found=told)


def _limits(answer: Answer) -> Iterator[str]:
    # tak and تک also mean "until", so that only a limit in English which they lack tells anything
    if UP_TO["en"].search(answer.text["en"]):
        yield from (
            Sentence(
                'English says "up to"; {language} has no word for it.', language=NAMES[language]
            )
            for language in UP_TO
            if not UP_TO[language].search(answer.text[language])
        )


def _denials(answer: Answer) -> Iterator[str]:
    denies = {language: bool(DENIAL[language].search(answer.text[language])) for language in DENIAL}
    if len(set(denies.values())) > 1:
        told = _joined(COMMA, (NAMES[language] for language, found in denies.items() if found))
        yield Sentence("Only {languages} has a word for no or not.", languages=told)


def _acronyms(answer: Answer) -> Iterator[str]:
    found = {language: set(ACRONYM.findall(answer.text[language])) for language in LANGUAGES}
    missing = {language: set().union(*found.values()) - here for language, here in found.items()}
    yield from (
        Sentence(
            "{language} lacks {names}.", language=NAMES[language], names=", ".join(sorted(names))
        )
        for language, names in missing.items()
        if names
    )


def _lengths(answer: Answer) -> Iterator[str]:
    for language in LANGUAGES:
        if len(answer.text[language]) > TEXT_MOST:
            yield Sentence(
                "{language} is too long for WhatsApp: {count} of {most} characters.",
                language=NAMES[language],
                count=len(answer.text[language]),
                most=TEXT_MOST,
            )
        if len(answer.title.get(language, "")) > TITLE_MOST:
            yield Sentence(
                "The {language} label is too long for WhatsApp: {most} characters at most.",
                language=NAMES[language],
                most=TITLE_MOST,
            )


def _joined(template: str, parts: Iterable[Sentence]) -> Sentence:
    return reduce(lambda first, then: Sentence(template, first=first, next=then), parts)


def _ascii_digits(text: str) -> str:
    return "".join(
        str(unicodedata.decimal(letter)) if unicodedata.category(letter) == "Nd" else letter
        for letter in text
    )
