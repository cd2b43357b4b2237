"""Drafts: texts edited in the browser, written into the very YAML files that translators edit by hand.

Saving signs nothing, and never silences a text: the words in force are in the ledger before the file changes.
"""

import fcntl
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.engine import Row

from bot.answers.clinic import load_clinic
from bot.answers.ledger import Ledger
from bot.answers.library import as_signed
from bot.answers.replica import LEDGER, record
from bot.answers.texts import LANGUAGES, Answer, load_answers
from bot.channels.whatsapp.text_limits import problems_in as whatsapp_problems
from bot.container import shelf
from bot.errors import DataError, StaffError
from bot.message import Sentence
from bot.staff.access.audit import note
from bot.staff.approval.signing import seen
from bot.staff.approval.yaml_edit import rewritten
from bot.staff.tables import drafts
from bot.storage.atomic_write import replace
from bot.storage.database import Database
from bot.storage.yaml_file import read_yaml
from bot.validation import answer_problems

WOULD_SILENCE = Sentence(
    "Saved like this, patients would receive nothing of this text until it is signed. "
    "Change it in the file, and sign it at once."
)


class Overtaken(StaffError):
    """Somebody else changed the text after the page was opened.

    `now` is the text as it is; `by` tells who saved it and when, None where its file was edited elsewhere.
    """

    def __init__(self, now: Answer, by: Row | None) -> None:
        super().__init__("Somebody else changed this text after you opened it.")
        self.now, self.by = now, by


@dataclass(frozen=True)
class Edit:
    """What somebody sent: who they are, the hash of what they started from, and words by key: text.en, title.ur …"""

    account: str
    seen: str
    words: Mapping[str, str]


class Drafts:
    """Reads and writes the texts under `data`; the files are read anew for every act."""

    def __init__(self, database: Database, data: Path) -> None:
        self._database, self._data = database, data

    def words(self, name: str) -> dict[str, str]:
        """Return what can be edited of a text, as its file has it: the clinic's details are still placeholders."""
        self._known(name)
        entry = read_yaml(self._file(name))["answer"]
        return {
            f"{part}.{language}": entry[part][language]
            for part in ("title", "text")
            for language in LANGUAGES
            if language in (entry.get(part) or {})
        }

    @property
    def writable(self) -> bool:
        """Whether this server may write texts and ledger at all; installed with care it may not."""
        return all(
            os.access(path, os.W_OK) for path in (self._data / "answers", self._data / LEDGER)
        )

    def saved_by(self, answer: Answer) -> Row | None:
        """Return who saved `answer` as it is now, None where its file was edited elsewhere or never."""
        with self._database.begin() as connection:
            found = connection.execute(drafts.select().where(drafts.c.text == answer.id)).first()
        return found if found and found.seen == seen(answer) else None

    def look(self, name: str, edit: Edit) -> Answer:
        """Return the text as `edit` would make it; raises BotError telling why that may not be saved."""
        return self._candidate(name, self._content(name), edit)[1]

    def save(self, name: str, edit: Edit, *, today: date) -> None:
        """Write `edit` into the file, on disk before this returns.

        Raises Overtaken where the text is not what `edit` started from, and BotError where it may not be saved.
        """
        with _locked(self._data / "answers"):
            before, content = self._known(name), self._content(name)
            if seen(before) != edit.seen:
                raise Overtaken(before, self.saved_by(before))
            changed, after = self._candidate(name, content, edit)
            if changed == content:
                raise StaffError("Nothing was changed")
            with self._database.begin() as connection:
                note(connection, edit.account, "draft saved", name)
                connection.execute(drafts.delete().where(drafts.c.text == name))
                connection.execute(
                    drafts.insert().values(
                        text=name, seen=seen(after), account=edit.account, at=int(time.time())
                    )
                )
                self._keep_signed(before, after, today)
                _keep(
                    self._data, name, content, changed
                )  # last: what fails before leaves the file as it was

    def _keep_signed(self, before: Answer, after: Answer, today: date) -> None:
        """See to it that what is in force stays so; raises StaffError where it cannot."""
        path, clinic = self._data / LEDGER, load_clinic(self._data / "clinic.yml")
        ledger = Ledger.load(path)
        if not ledger.standing(as_signed(before, ledger, clinic), today=today).usable:
            return
        if ledger.signed_words(before.id) is None:
            record(ledger, path, ledger.write_down(before, today=today), shelf())
        if not ledger.standing(as_signed(after, ledger, clinic), today=today).usable:
            raise StaffError(WOULD_SILENCE)

    def _candidate(self, name: str, content: str, edit: Edit) -> tuple[str, Answer]:
        """Return the file's new content and the text it makes, after checking all texts together with it."""
        changed = rewritten(content, edit.words, where=str(self._file(name)))
        known = set(_problems(self._data))
        with tempfile.TemporaryDirectory() as folder:
            trial = self._beside(Path(folder), name, changed)
            try:
                answers = load_answers(trial / "answers", load_clinic(trial / "clinic.yml"))
                problems: Iterable[str] = list(_problems(trial))
            except DataError as error:
                problems = error.problems
        problems = [
            problem
            for problem in (_moved(one, folder, str(self._data)) for one in problems)
            if problem not in known
        ]
        if problems:
            raise DataError(problems=problems)
        return changed, answers[name]

    def _beside(self, folder: Path, name: str, content: str) -> Path:
        """Make `folder` a data folder like ours, but for one text."""
        (folder / "answers").mkdir()
        (folder / "clinic.yml").symlink_to((self._data / "clinic.yml").resolve())
        for path in (self._data / "answers").glob("*.yml"):
            if path.stem != name:
                (folder / "answers" / path.name).symlink_to(path.resolve())
        (folder / "answers" / f"{name}.yml").write_bytes(content.encode("utf-8"))
        return folder

    def _known(self, name: str) -> Answer:
        answers = load_answers(self._data / "answers", load_clinic(self._data / "clinic.yml"))
        if name not in answers:
            raise StaffError("There is no text of this name")
        return answers[name]

    def _content(self, name: str) -> str:
        self._known(name)
        return (
            self._file(name).read_bytes().decode("utf-8")
        )  # as bytes: line ends stay what they are

    def _file(self, name: str) -> Path:
        return self._data / "answers" / f"{name}.yml"


def _moved(problem: str, trial: str, home: str) -> str:
    """Return `problem` as one of the folder `home`, not of the `trial` beside it."""
    if not isinstance(problem, Sentence):
        return problem.replace(trial, home)
    return Sentence(
        problem.template,
        **{name: str(value).replace(trial, home) for name, value in problem.values.items()},
    )


def _problems(folder: Path) -> Iterator[str]:
    yield from answer_problems(folder)
    yield from whatsapp_problems(folder)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one process at a time read, compare and write; a folder can be locked like a file."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _keep(data: Path, name: str, before: str, after: str) -> None:
    """Put the new file in the place of the old one; in a cluster on the shelf, which brings every machine's along."""
    file = f"answers/{name}.yml"
    if found := shelf():
        found.save(file, after, was=before)
        return
    try:
        replace(data / file, after)
    except OSError as error:
        raise StaffError(
            "{path} cannot be written on this server ({problem}); nothing was saved",
            path=data / file,
            problem=error.strerror,
        ) from error
