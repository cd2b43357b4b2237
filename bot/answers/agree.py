"""What a machine can see before somebody signs: do the three languages agree in numbers, limits and denials?

These are hints for the reader, not proof: a text can pass all of them and still be wrong.
"""

import re
import unicodedata
from collections.abc import Iterator

from bot.answers.store import LANGUAGES, TEXT_MOST, TITLE_MOST, Answer

NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
UP_TO = {"en": re.compile(r"\b(?:up to|at most|as much as)\b", re.I), "ur": re.compile(r"\b(?:تک|زیادہ سے زیادہ)\b"),
         "roman": re.compile(r"\b(?:tak|zyada se zyada)\b", re.I)}
DENIAL = {"en": re.compile(r"\b(?:not?|never|nobody|nothing|none|cannot|without|neither|nor)\b|n't\b", re.I),
          "ur": re.compile(r"\b(?:نہیں|نہ|مت|بغیر|بنا|کوئی نہیں)\b"),
          "roman": re.compile(r"\b(?:nahi|nahin|na|mat|baghair|bina)\b", re.I)}
ACRONYM = re.compile(r"\b[A-Z]{3,}\b")
NAMES = {"en": "English", "ur": "Urdu", "roman": "Roman Urdu"}


def doubts(answer: Answer) -> list[str]:
    """Return what a person should look at before signing `answer`, each as a sentence; empty where nothing shows."""
    return [*_numbers(answer), *_limits(answer), *_denials(answer), *_acronyms(answer), *_lengths(answer)]


def _numbers(answer: Answer) -> Iterator[str]:
    found = {language: sorted(NUMBER.findall(_ascii_digits(answer.text[language]))) for language in LANGUAGES}
    if len({tuple(numbers) for numbers in found.values()}) > 1:
        told = "; ".join(f"{NAMES[language]} {', '.join(numbers) or 'none'}" for language, numbers in found.items())
        yield f"The numbers differ: {told}."


def _limits(answer: Answer) -> Iterator[str]:
    # tak and تک also mean "until", so that only a limit in English which they lack tells anything
    if UP_TO["en"].search(answer.text["en"]):
        yield from (f"English says \"up to\"; {NAMES[language]} has no word for it."
                    for language in ("ur", "roman") if not UP_TO[language].search(answer.text[language]))


def _denials(answer: Answer) -> Iterator[str]:
    denies = {language: bool(DENIAL[language].search(answer.text[language])) for language in LANGUAGES}
    if len(set(denies.values())) > 1:
        told = ", ".join(NAMES[language] for language, found in denies.items() if found)
        yield f"Only {told} has a word for no or not."


def _acronyms(answer: Answer) -> Iterator[str]:
    found = {language: set(ACRONYM.findall(answer.text[language])) for language in LANGUAGES}
    missing = {language: set().union(*found.values()) - here for language, here in found.items()}
    yield from (f"{NAMES[language]} lacks {', '.join(sorted(names))}." for language, names in missing.items() if names)


def _lengths(answer: Answer) -> Iterator[str]:
    for language in LANGUAGES:
        if len(answer.text[language]) > TEXT_MOST:
            yield f"{NAMES[language]} is too long for WhatsApp: {len(answer.text[language])} of {TEXT_MOST} characters."
        if len(answer.title.get(language, "")) > TITLE_MOST:
            yield f"The {NAMES[language]} label is too long for WhatsApp: {TITLE_MOST} characters at most."


def _ascii_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(letter)) if unicodedata.category(letter) == "Nd" else letter
                   for letter in text)
