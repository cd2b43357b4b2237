"""Signing and recalling from the desk: the same ledger as `jawab ledger`, and two people for a contested text."""

import json
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.engine import Connection, Row

from bot.answers.clinic import load_clinic
from bot.answers.ledger import APPROVED, PROVISIONAL, Ledger, digests, sha256
from bot.answers.replica import LEDGER, record
from bot.answers.texts import Answer, load_answers
from bot.container import shelf
from bot.errors import StaffError
from bot.message import Sentence
from bot.staff.access.audit import note
from bot.staff.tables import signatures
from bot.storage.database import Database

CHANGED = Sentence(
    "The text was changed after you opened this page. Read it again; nothing was signed."
)


@dataclass(frozen=True)
class Signature:
    """What a signer sent: who, as what, on exactly which words, for whom and until when."""

    account: str
    role: str
    seen: str
    standing: str
    expires: date
    evidence: bool


def seen(answer: Answer) -> str:
    """Return one hash for everything a signature of `answer` covers: words, labels, and what they rest on."""
    whole = [
        digests(answer),
        answer.source,
        list(answer.passage),
        dict(answer.evidence),
        answer.contested,
    ]
    return sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True))


class Signing:
    """Writes to the ledger under `data`; the files are read anew for every act."""

    def __init__(self, database: Database, data: Path) -> None:
        self._database, self._data = database, data

    def waiting(self, name: str, now_seen: str) -> Row | None:
        """Return the first signature on `name` as it is now, None where there is none."""
        with self._database.begin() as connection:
            found = connection.execute(signatures.select().where(signatures.c.text == name)).first()
        return found if found and found.seen == now_seen else None

    def sign(self, name: str, given: Signature, *, today: date) -> str:
        """Sign `name`; return what came of it: signed, or waiting for the second signer. Raises where it may not be."""
        answer, ledger = self._answer(name), Ledger.load(self._data / LEDGER)
        if given.seen != seen(answer):
            raise StaffError(CHANGED)
        if given.standing not in (APPROVED, PROVISIONAL):
            raise StaffError("Choose for whom the text is signed")
        first = self.waiting(name, given.seen)
        roles = [given.role]
        with self._database.begin() as connection:
            if given.standing == APPROVED and answer.contested:
                if not given.evidence:
                    raise StaffError(
                        "This text is contested: read the evidence for and against, and say that you did"
                    )
                if first is None or first.account == given.account:
                    return self._first(connection, name, given)
                if first.role.casefold() == given.role.casefold():
                    raise StaffError(
                        "{name} signed as {role} too; a second role is needed",
                        name=first.account,
                        role=Sentence(first.role),
                    )
                roles = [first.role, given.role]
            entry = ledger.sign(
                answer,
                standing=given.standing,
                roles=roles,
                today=today,
                expires=given.expires,
                seen_evidence=given.evidence,
            )
            note(connection, given.account, f"text signed as {given.role}, {given.standing}", name)
            connection.execute(signatures.delete().where(signatures.c.text == name))
            record(
                ledger, self._data / LEDGER, entry, shelf()
            )  # last: what fails before leaves no line
        return Sentence("signed")

    def recall(self, name: str, *, account: str, role: str, reason: str, today: date) -> None:
        """Take `name` out of use, on this server within about a second."""
        ledger = Ledger.load(self._data / LEDGER)
        entry = ledger.recall(name, reason=reason, role=role, today=today)
        with self._database.begin() as connection:
            note(connection, account, f"text recalled as {role}", name)
            record(ledger, self._data / LEDGER, entry, shelf())

    def _answer(self, name: str) -> Answer:
        answers = load_answers(self._data / "answers", load_clinic(self._data / "clinic.yml"))
        if name not in answers:
            raise StaffError("There is no text of this name")
        return answers[name]

    @staticmethod
    def _first(connection: Connection, name: str, given: Signature) -> str:
        if not given.role.strip():
            raise StaffError("Say as what you sign: clinician, lawyer, scholar")
        connection.execute(signatures.delete().where(signatures.c.text == name))
        connection.execute(
            signatures.insert().values(
                text=name,
                seen=given.seen,
                account=given.account,
                role=given.role,
                at=int(time.time()),
            )
        )
        note(connection, given.account, f"first signature as {given.role}", name)
        return Sentence("waiting for a second signer, of another role")
