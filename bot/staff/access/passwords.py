"""Which passwords are good enough: long ones, of which something is left when all that everybody tries is taken away.

What everybody tries stands in data/staff/passwords.yml.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.container import settings
from bot.errors import DataError, StaffError
from bot.storage.yaml_file import read_yaml

FILE = Path("staff") / "passwords.yml"
LEAST, MOST = 12, 200
NEIGHBOURS_LEAST = 3  # how many in a row are a run
YEAR = re.compile(r"(19|20)\d\d")
SIGN = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Guesses:
    """What is tried first, and how much must be left without it."""

    left: int
    different: int
    rows: tuple[str, ...]
    stand_for: dict[int, int]  # for str.translate
    words: tuple[str, ...]  # the longest first


@lru_cache(maxsize=4)
def load(data: Path) -> Guesses:
    """Return what `data` says everybody tries; raises DataError where it cannot be read."""
    path, found = data / FILE, read_yaml(data / FILE)
    try:
        words = {str(word).replace(" ", "").lower() for group in found["words"] for word in group}
        return Guesses(
            left=int(found["left"]),
            different=int(found["different"]),
            rows=tuple(str(row) for row in found["rows"]),
            stand_for=str.maketrans(
                *(  # ValueError where one sign is to stand for two letters
                    "".join(map(str, side))
                    for side in zip(*found["stand_for"].items(), strict=True)
                )
            ),
            words=tuple(sorted(words, key=len, reverse=True)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(
            f"{path}: needs left, different, rows, stand_for and words, lists of words; compare it with "
            f"the one that Jawab comes with"
        ) from error


def problems_in(folder: Path) -> Iterator[str]:
    """Yield what is wrong with the file under `folder`."""
    try:
        load(folder)
    except DataError as error:
        yield str(error)


def good(password: str, name: str, *, data: Path | None = None) -> str:
    """Return `password` where it is good enough for the account `name`; raises StaffError where it is not."""
    if not LEAST <= len(password) <= MOST:
        raise StaffError(
            "A password has {least} to {most} characters; three words will do",
            least=LEAST,
            most=MOST,
        )
    guesses = load(data or settings().data)
    rest = _rest(password.lower(), name, guesses)
    if name in password.lower() or len(rest) < guesses.left or len(set(rest)) < guesses.different:
        raise StaffError(
            "This password is too easy to guess; choose another one without your name in it"
        )
    return password


def _rest(password: str, name: str, guesses: Guesses) -> str:
    """Return what a guesser would not have tried, of the reading of the password of which least is left."""
    read = password.translate(guesses.stand_for)
    words = sorted({*guesses.words, name}, key=len, reverse=True)
    return min((_without(one, words, guesses.rows) for one in (password, read)), key=len)


def _without(password: str, words: list[str], rows: tuple[str, ...]) -> str:
    found = SIGN.sub(" ", _once(YEAR.sub(" ", password)))
    for word in words:
        found = (
            re.sub(rf"\b{re.escape(word)}s?\b", " ", found)
            if len(word) < 4
            else found.replace(word, " ")
        )
    return SIGN.sub("", _without_runs(found, rows))


def _once(text: str) -> str:
    """Return `text` without what it only repeats.

    >>> _once("abcabcabc"), _once("abca")
    ('abc', 'abca')
    """
    period = (text + text).find(text, 1)
    return text[:period]


def _without_runs(text: str, rows: tuple[str, ...]) -> str:
    """Return `text` without runs of neighbours, to either side, and of one letter."""
    after = {pair for row in rows for way in (row, row[::-1]) for pair in itertools.pairwise(way)}
    kept, start = [], 0
    while start < len(text):
        end = max(_end(text, start, after), _end(text, start, {(text[start], text[start])}))
        kept.append(text[start] if end - start < NEIGHBOURS_LEAST else " ")
        start = start + 1 if end - start < NEIGHBOURS_LEAST else end
    return "".join(kept)


def _end(text: str, start: int, after: set[tuple[str, str]]) -> int:
    """Return where the run that begins at `start` ends; `after` holds what may stand next to each other in one."""
    end = start + 1
    while end < len(text) and (text[end - 1], text[end]) in after:
        end += 1
    return end
