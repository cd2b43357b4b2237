"""The ledger: an append-only, hash-chained record of which exact texts may be sent, until when, and who said so.

Each line of `data/ledger.jsonl` is one act, `sign` or `recall`, with the hash of the line before it; changing any
earlier line breaks every hash after it. A line `words` allows nothing: it writes down the words that an earlier
signature holds as hashes only, so that they are still known once a draft has replaced them in the file.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bot.answers import ledger_file
from bot.answers.ledger_file import START, hash_of, sha256
from bot.answers.texts import Answer
from bot.errors import LedgerError
from bot.message import Sentence

__all__ = ["START", "sha256"]  # known by these names to those who compare texts
PROVISIONAL, APPROVED = "provisional", "approved"
USABLE = {PROVISIONAL, APPROVED}
# in danger an old text is better than none (docs/decisions/0009-danger-texts-outlive-their-date.md)
GRACE = timedelta(days=90)
GRACE_KINDS = frozenset({"crisis", "emergency", "check_in", "trouble"})
# what is shown beside them: the check-in's buttons, an emergency read late, too busy, no network, the trial notice
GRACE_TEXTS = frozenset({"danger_now", "all_safe", "late", "ui_busy", "ui_offline", "notice"})
STAGGER = timedelta(days=42)  # texts signed at once run out over six weeks, not in one night


def digests(answer: Answer) -> dict[str, str]:
    """Return the hash of every text of `answer`: en, ur, roman, and title.en … where it has titles."""
    texts = {language: sha256(text) for language, text in answer.text.items()}
    return texts | {f"title.{language}": sha256(title) for language, title in answer.title.items()}


def words(answer: Answer) -> dict[str, str]:
    """Return every text of `answer` under the key that `digests` gives it."""
    return dict(answer.text) | {
        f"title.{language}": title for language, title in answer.title.items()
    }


def outlives_its_date(answer: Answer) -> bool:
    """Return whether `answer` is said, or stands beside what is said, to somebody in danger."""
    return answer.kind in GRACE_KINDS or answer.id in GRACE_TEXTS


def staggered(answer_id: str, *, today: date, until: date) -> date:
    """Return when a text signed together with others runs out: at `until`, or some weeks before, the same each time."""
    most = min(STAGGER, (until - today) / 3).days
    return until - timedelta(days=int(sha256(answer_id)[:8], 16) % (most + 1) if most > 0 else 0)


@dataclass(frozen=True)
class Standing:
    """How one text stands today: `status` is approved, provisional, stale, expired, recalled or unsigned.

    `in_grace` is a text for danger that expired a short while ago: it is sent, and everybody is told.
    """

    status: str
    entry: Mapping[str, Any] | None = None
    in_grace: bool = False

    @property
    def usable(self) -> bool:
        """Whether any mode may send it."""
        return self.status in USABLE

    @property
    def signed_as(self) -> str:
        """As what a text in force or in its grace time was signed, approved or provisional; else empty."""
        return str(self.entry["standing"]) if self.entry and (self.usable or self.in_grace) else ""

    @property
    def expires(self) -> date | None:
        """The day from which its signature counts no more."""
        found = (self.entry or {}).get("expires")
        return date.fromisoformat(found) if found else None


class Ledger:
    """The acts of one ledger file, checked as they load."""

    def __init__(self, entries: Iterable[Mapping[str, Any]] = (), *, torn: bool = False) -> None:
        """`torn` says that a half line stood behind `entries`."""
        self.entries, self.torn = list(entries), torn
        self._latest: dict[str, Mapping[str, Any]] = {}
        self._words: dict[
            str, str
        ] = {}  # SHA-256 of a text to the text, wherever in the ledger it stands
        for entry in self.entries:
            self._take(entry)

    @classmethod
    def load(cls, path: Path) -> "Ledger":
        """Return the ledger at `path`; raises LedgerError telling the first line whose chain is broken."""
        entries: list[dict[str, Any]] = []
        lines, torn = ledger_file.read(path)
        for number, line in enumerate(lines, start=1):
            try:
                entry = json.loads(line)
                before = entries[-1]["hash"] if entries else START
                sound = entry["hash"] == hash_of(entry) and (entry["prev"], entry["seq"]) == (
                    before,
                    number,
                )
            except (ValueError, KeyError, TypeError) as error:
                raise LedgerError(
                    "{line}: not a ledger entry ({error}); restore the file",
                    line=f"{path}:{number}",
                    error=error,
                ) from error
            if not sound:
                raise LedgerError(
                    "{line}: the chain is broken here; restore the file from its last copy",
                    line=f"{path}:{number}",
                )
            entries.append(entry)
        return cls(entries, torn=torn)

    def standing(self, answer: Answer, *, today: date) -> Standing:
        """Return how `answer` stands on `today`; a change in any language makes all of it stale."""
        entry = self._latest.get(answer.id)
        if entry is None:
            return Standing("unsigned")
        if entry["act"] == "recall":
            return Standing("recalled", entry)
        if entry["texts"] != digests(answer):
            return Standing("stale", entry)
        expires = date.fromisoformat(entry["expires"])
        if expires <= today:
            in_grace = outlives_its_date(answer) and today < expires + GRACE
            return Standing("expired", entry, in_grace=in_grace)
        return Standing(entry["standing"], entry)

    def signed_words(self, answer_id: str) -> dict[str, str] | None:
        """Return the words last signed, keyed as `digests` does; None where they are recalled or not all known."""
        entry = self._latest.get(answer_id)
        if (
            entry is None
            or entry["act"] != "sign"
            or not self._words.keys() >= set(entry["texts"].values())
        ):
            return None
        return {key: self._words[digest] for key, digest in entry["texts"].items()}

    def write_down(self, answer: Answer, *, today: date) -> dict[str, Any]:
        """Return the entry that keeps the words of `answer` beside the hashes they were signed with."""
        return self._chained(
            {
                "act": "words",
                "id": answer.id,
                "words": words(answer),
                "signers": [],
                "date": today.isoformat(),
            }
        )

    def sign(
        self,
        answer: Answer,
        *,
        standing: str,
        roles: list[str],
        today: date,
        expires: date,
        seen_evidence: bool = False,
    ) -> dict[str, Any]:
        """Return the entry that signs `answer` as it is now; `append` makes it count.

        Raises LedgerError where a contested text lacks a second role or its evidence was not seen.
        """
        _named(roles, Sentence("--role: who signs is missing; name the role"))
        if expires <= today:
            raise LedgerError(
                "{name}: expires {day}, which is not after {today}; choose a later date",
                name=answer.id,
                day=expires,
                today=today,
            )
        if standing == APPROVED and answer.contested and (len(set(roles)) < 2 or not seen_evidence):
            raise LedgerError(
                "{name} is contested: two roles must sign (--role twice), and both must have seen the "
                "evidence for and against (--seen-evidence)",
                name=answer.id,
            )
        return self._chained(
            {
                "act": "sign",
                "id": answer.id,
                "texts": digests(answer),
                "words": words(answer),
                "source": answer.source,
                "passage": list(answer.passage),
                "evidence": dict(answer.evidence),
                "standing": standing,
                "signers": [{"role": role} for role in roles],
                "date": today.isoformat(),
                "expires": expires.isoformat(),
            }
        )

    def recall(self, answer_id: str, *, reason: str, role: str, today: date) -> dict[str, Any]:
        """Return the entry that takes `answer_id` out of use; raises LedgerError for an id never signed."""
        if answer_id not in self._latest:
            raise LedgerError(
                "{name} was never signed; `jawab ledger status` lists what was", name=answer_id
            )
        _named(
            [reason, role], Sentence("--reason and --role: both must say something; fill them in")
        )
        return self._chained(
            {
                "act": "recall",
                "id": answer_id,
                "reason": reason,
                "signers": [{"role": role}],
                "date": today.isoformat(),
            }
        )

    def append(self, path: Path, entry: Mapping[str, Any]) -> None:
        """Write `entry` as the last line of `path`, on disk before this returns.

        Raises LedgerError where somebody else wrote a line since this ledger was loaded, or the file cannot be written.
        """
        try:
            ledger_file.append(path, entry)
        except OSError as error:
            raise LedgerError(
                "{path} cannot be written here ({problem}); see docs/operations.md, Install",
                path=path,
                problem=error.strerror,
            ) from error
        self.add(entry)

    def add(self, entry: Mapping[str, Any]) -> None:
        """Count an entry that is on record."""
        self.entries.append(dict(entry))
        self._take(entry)

    def _take(self, entry: Mapping[str, Any]) -> None:
        if entry["act"] != "words":
            self._latest[entry["id"]] = entry
        self._words |= {sha256(text): text for text in entry.get("words", {}).values()}

    def _chained(self, act: dict[str, Any]) -> dict[str, Any]:
        entry = act | {
            "seq": len(self.entries) + 1,
            "prev": self.entries[-1]["hash"] if self.entries else START,
        }
        return entry | {"hash": hash_of(entry)}


def _named(words: list[str], problem: str) -> None:
    if not words or not all(word.strip() for word in words):
        raise LedgerError(problem)
