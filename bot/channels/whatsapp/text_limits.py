"""WhatsApp's limits, checked when texts are written: what fits here fits whenever it is sent, so nothing is ever cut.

`jawab check` calls `problems_in`. Lengths are in code points. A tenth is kept spare: Meta does not say how it counts.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.answers.clinic import load_clinic
from bot.answers.compose import DISCLAIMER, JOINT, MOST_ANSWERS
from bot.answers.library import NOTICE
from bot.answers.texts import LANGUAGES, Answer, load_answers
from bot.channels.whatsapp.message_format import (
    BUTTON_TITLE,
    CHOOSE,
    LIST_LABEL,
    RECEIPT_MOST,
    ROWS_MOST,
    TEXT_MOST,
)
from bot.channels.whatsapp.respond import (
    BUTTON_GONE,
    EDITED,
    LATE,
    MEDIA,
    REFUSED,
    UNANSWERED,
    UNREADABLE,
)
from bot.dialogue.decide import MOST_OFFERED
from bot.message import Sentence

SPARE = 0.9
NEEDED = (LATE, MEDIA, REFUSED, EDITED, BUTTON_GONE, UNREADABLE, UNANSWERED, CHOOSE)
CASE_REMEMBERED = "case_remembered"
CONTACTS = ("contact", "contact_unfilled")
TOKEN, HASH = 12, 12  # characters of a receipt's own token, and of the hash of each text in it


def problems_in(folder: Path) -> Iterator[str]:
    """Yield what of the texts under `folder` would not fit into WhatsApp, each as `file: key: fix`."""
    answers = load_answers(folder / "answers", load_clinic(folder / "clinic.yml"))
    yield from (
        f"{folder}/answers/{name}.yml is missing; WhatsApp cannot do without it"
        for name in NEEDED
        if name not in answers
    )
    if MOST_OFFERED + 1 > ROWS_MOST:
        yield f"bot/dialogue/decide.py: MOST_OFFERED: a reply may offer {MOST_OFFERED + 1} buttons, {ROWS_MOST} at most"
    for variety in LANGUAGES:
        yield from _labels(folder, answers, variety)
        yield from _longest(folder, answers, variety)


def _labels(folder: Path, answers: Mapping[str, Answer], variety: str) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name, answer in answers.items():
        title = answer.title.get(variety)
        if title is None:
            continue
        if len(title) > BUTTON_TITLE:
            yield _long(
                f"{folder}/answers/{name}.yml", f"title.{variety}", title, most=BUTTON_TITLE
            )
        if title in seen:
            yield Sentence(
                "{path}: {key} is the same as in {other}; reword one",
                key=f"title.{variety}",
                path=f"{folder}/answers/{name}.yml",
                other=f"{seen[title]}.yml",
            )
        seen[title] = name
    choose = answers[CHOOSE].text[variety] if CHOOSE in answers else ""
    if len(choose) > LIST_LABEL:
        yield _long(f"{folder}/answers/{CHOOSE}.yml", f"text.{variety}", choose, most=LIST_LABEL)


def _long(path: str, key: str, words: str, *, most: int) -> Sentence:
    return Sentence(
        "{path}: {key} has {count} characters, {most} at most; shorten it",
        path=path,
        key=key,
        count=len(words),
        most=most,
    )


def _longest(folder: Path, answers: Mapping[str, Answer], variety: str) -> Iterator[str]:
    """Check the longest message that could ever be put together: no other can be longer."""
    blocks = longest(answers, variety)
    length = len(JOINT.join(answers[name].text[variety] for name in blocks))
    if length > TEXT_MOST * SPARE:
        yield Sentence(
            "{path}: the longest possible reply in {language} has {count} characters, {most} at most; "
            "shorten one of {names}",
            path=f"{folder}/answers",
            language=variety,
            count=length,
            most=int(TEXT_MOST * SPARE),
            names=", ".join(blocks),
        )
    size = TOKEN + 1 + sum(len(f"{name}.{variety}.,") + HASH for name in blocks)
    if size > RECEIPT_MOST:
        yield (
            f"{folder}/answers: the longest possible receipt has {size} characters, {RECEIPT_MOST} at most; "
            f"give one of {', '.join(blocks)} a shorter id"
        )


def longest(answers: Mapping[str, Answer], variety: str) -> list[str]:
    """Return the ids of the longest message there can be: a preface, what is said, three answers, and every part.

    It is longer than any reply the bot makes today, on purpose: the bound then holds for tomorrow's rules as well.
    """

    def by_length(names: Iterator[str]) -> list[str]:
        return sorted(names, key=lambda name: len(answers[name].text[variety]), reverse=True)

    parts = {LATE, MEDIA, CASE_REMEMBERED, DISCLAIMER, NOTICE, *CONTACTS}
    said = by_length(
        name
        for name, answer in answers.items()
        if answer.kind not in {"answer", "interface"} and name not in parts
    )
    topics = by_length(name for name, answer in answers.items() if answer.kind == "answer")
    chosen = [
        *by_length(name for name in (LATE, MEDIA) if name in answers)[:1],
        CASE_REMEMBERED,
        *said[:1],
        *topics[:MOST_ANSWERS],
        *by_length(name for name in CONTACTS if name in answers)[:1],
        DISCLAIMER,
        NOTICE,
    ]
    return [name for name in chosen if name in answers]
