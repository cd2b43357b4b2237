"""What may be sent right now: the texts of `data/answers` that the ledger allows in this mode, today."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from bot.answers.clinic import FIELDS, Clinic, load_clinic
from bot.answers.ledger import APPROVED, Ledger, Standing, digests, outlives_its_date
from bot.answers.ledger_file import sha256
from bot.answers.texts import LANGUAGES, Answer, load_answers
from bot.errors import SettingsError

logger = logging.getLogger(__name__)
LOOK_AGAIN = (
    1.0  # seconds between two looks at the files: a recall reaches a running server within this
)
TROUBLE, NOTICE, CONTACT = "service_trouble", "notice", "contact"


@dataclass(frozen=True)
class Block:
    """One approved text in one language, ready to be sent."""

    id: str
    kind: str
    variety: str
    text: str
    sha256: str
    provisional: bool


@dataclass(frozen=True)
class Snapshot:
    """What the files said when they were last read, and what of it may be sent on `day`.

    Where a file holds a draft, `answers` has the words that were last signed in its place, if the ledger knows them.
    """

    day: date
    answers: Mapping[str, Answer]
    clinic: Clinic
    standings: Mapping[str, Standing]
    sendable: Mapping[tuple[str, str], Block]
    by_text: Mapping[str, Mapping[str, Block]] = field(repr=False)  # language -> text -> block
    torn: bool = False


class Library:
    """The approved texts, kept in step with the files while the server runs."""

    def __init__(
        self, folder: Path, *, production: bool = False, today: Callable[[], date] = date.today
    ) -> None:
        """Read answers, clinic and ledger under `folder`.

        Raises DataError or LedgerError when they cannot be read, and SettingsError when production is asked for and
        a text was never approved or is no more, or the clinic's details are not filled in. A date that passed keeps
        nobody from starting: what ran out is not sent, but for danger a while longer.
        """
        self._folder, self._production, self._today = folder, production, today
        self._looked = float("-inf")
        self._trouble: dict[str, str] = {}
        self._stamp = self._changed()
        self._now = self._read()
        if production:
            self._refuse_unready()

    @property
    def clinic(self) -> Clinic:
        """The clinic's details."""
        return self._current().clinic

    def answers(self) -> Mapping[str, Answer]:
        """Return every text by id as it would be said, sendable or not."""
        return self._current().answers

    def standing(self, answer_id: str) -> Standing:
        """Return how a text stands today."""
        return self._current().standings.get(answer_id, Standing("unsigned"))

    def block(self, answer_id: str, variety: str) -> Block | None:
        """Return a text that may be sent now, or None: not known, unsigned, stale, expired, recalled, or refused.

        Texts for danger may be sent for some weeks after they expired (`in_grace`).
        """
        return self._current().sendable.get((answer_id, variety))

    def title(self, answer_id: str, variety: str) -> str | None:
        """Return the button label of a text that may be sent now, or None."""
        current = self._current()
        return (
            current.answers[answer_id].title.get(variety)
            if (answer_id, variety) in current.sendable
            else None
        )

    def texts(self, variety: str) -> Mapping[str, Block]:
        """Return everything that may be sent now in one language, by its exact text."""
        return self._current().by_text[variety]

    def trouble(self, variety: str) -> str:
        """Return the service-trouble text: the last one that might be sent, if the files can no longer be read.

        Empty only when the ledger allows none: then silence is all that is approved.
        """
        self._current()
        return self._trouble.get(variety, "")

    @property
    def today(self) -> date:
        """The day that the texts' dates are held against."""
        return self._current().day

    def in_grace(self) -> tuple[str, ...]:
        """Return the texts for danger that are sent although their date has passed."""
        current = self._current()
        return tuple(
            name
            for name, standing in sorted(current.standings.items())
            if standing.in_grace and self._sendable(standing)
        )

    @property
    def torn(self) -> bool:
        """Whether the ledger's last line was not written to its end."""
        return self._current().torn

    def _current(self) -> Snapshot:
        now = time.monotonic()
        if now - self._looked < LOOK_AGAIN:
            return self._now
        self._looked = now
        stamp = self._changed()
        if stamp != self._stamp or self._today() != self._now.day:
            self._stamp = stamp
            try:
                self._now = self._read()
            except (
                Exception
            ) as error:  # however a file is broken, it must not leave the old texts in force
                logger.error(
                    "approved texts cannot be read, none is sent until they can: %s", error
                )
                self._now = Snapshot(
                    self._today(),
                    self._now.answers,
                    self._now.clinic,
                    {},
                    {},
                    {variety: {} for variety in LANGUAGES},
                )
        return self._now

    def _changed(self) -> tuple[tuple[str, int, int], ...]:
        paths = [
            self._folder / "ledger.jsonl",
            self._folder / "clinic.yml",
            *(self._folder / "answers").glob("*.yml"),
        ]
        return tuple(_stamp(path) for path in sorted(paths))

    def _read(self) -> Snapshot:
        today = self._today()
        clinic = load_clinic(self._folder / "clinic.yml")
        answers = load_answers(self._folder / "answers", clinic)
        ledger = Ledger.load(self._folder / "ledger.jsonl")
        answers = {name: self._said(answer, ledger, clinic) for name, answer in answers.items()}
        standings = {name: ledger.standing(answer, today=today) for name, answer in answers.items()}
        sendable = {
            (name, variety): Block(
                name,
                answer.kind,
                variety,
                text,
                sha256(text),
                standings[name].signed_as != APPROVED,
            )
            for name, answer in answers.items()
            if self._sendable(standings[name])
            for variety, text in answer.text.items()
        }
        self._trouble = {
            variety: self._with_notice(block, sendable.get((NOTICE, variety)))
            for (name, variety), block in sendable.items()
            if name == TROUBLE
        }
        by_text = {
            variety: {
                block.text: block
                for (_, language), block in sendable.items()
                if language == variety
            }
            for variety in LANGUAGES
        }
        self._tell(standings)
        return Snapshot(today, answers, clinic, standings, sendable, by_text, ledger.torn)

    def _tell(self, standings: Mapping[str, Standing]) -> None:
        """Say in the log, at every start and every day, what is sent past its date."""
        late = [name for name, one in standings.items() if one.in_grace and self._sendable(one)]
        if late:
            logger.error(
                "texts for danger have run out and are sent in their time of grace only, sign them again: %s",
                ", ".join(sorted(late)),
            )

    def _said(self, answer: Answer, ledger: Ledger, clinic: Clinic) -> Answer:
        return as_signed(answer, ledger, clinic)

    @staticmethod
    def _with_notice(block: Block, notice: Block | None) -> str:
        return f"{block.text}\n{notice.text}" if block.provisional and notice else block.text

    def _sendable(self, standing: Standing) -> bool:
        return standing.signed_as == APPROVED or (bool(standing.signed_as) and not self._production)

    def _ready(self, name: str, standing: Standing) -> bool:
        """Whether production may start with a text standing so: also with one that only ran out, as long as patients
        in danger get theirs. A machine that starts again at night must not fall silent for a date."""
        if standing.status == "expired" and not outlives_its_date(self._now.answers[name]):
            return (standing.entry or {}).get("standing") == APPROVED
        return standing.signed_as == APPROVED

    def _refuse_unready(self) -> None:
        clinic = self._now.clinic
        problems = [
            f"data/answers/{name}.yml is {standing.status}; sign it: jawab ledger sign {name}"
            for name, standing in sorted(self._now.standings.items())
            if name != NOTICE and not self._ready(name, standing)
        ]
        if not clinic.filled_in:
            problems.append("data/clinic.yml: name, phone, address and hours must be filled in")
        problems += [
            f"data/clinic.yml: helplines: {line['name']} was never checked; ring it and write the date"
            for line in clinic.helplines
            if not line["checked"]
        ]
        if problems:
            raise SettingsError("production mode refuses to start:\n" + "\n".join(problems))


def as_signed(answer: Answer, ledger: Ledger, clinic: Clinic) -> Answer:
    """Return `answer` in the words that were last signed, where the ledger knows them; else as it is.

    A draft in the file then silences nothing. The clinic's own details are the exception: after they changed, the
    old telephone number is worse than none.
    """
    known = ledger.signed_words(answer.id)
    if known is None or set(known) != set(digests(answer)):
        return answer
    signed = replace(
        answer,
        text={language: known[language] for language in answer.text},
        title={language: known[f"title.{language}"] for language in answer.title},
    )
    return answer if answer.id == CONTACT and _other_details(answer, signed, clinic) else signed


def _other_details(answer: Answer, signed: Answer, clinic: Clinic) -> bool:
    details = {
        (language, clinic.details[field][language]) for field in FIELDS for language in LANGUAGES
    }
    return any(
        detail in answer.text[language] and detail not in signed.text[language]
        for language, detail in details
    )


def _stamp(path: Path) -> tuple[str, int, int]:
    """Return what changes when a file does; a file may vanish between being listed and being looked at."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return (str(path), 0, 0)
    return (str(path), stat.st_mtime_ns, stat.st_size)
