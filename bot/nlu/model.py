"""What is known of one message: the tuned encoder's heads beside the spelling model."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.errors import DataError, told
from bot.nlu.reader import Reader
from bot.nlu.spelling import Spelling

logger = logging.getLogger(__name__)
SENTENCE = re.compile(r"(?<=[.?!؟۔])\s+|\s*[\r\n]+\s*")
WORDS = re.compile(r"[^\W\d_]\W*[^\W\d_]")
MOST_SENTENCES = 12
# a telephone number, or what stands for one in a redacted message: neither asks nor tells anything
SAYS_NOTHING = re.compile(r"(?<![\d.,])\+?\d{4,}[- ]?\d{5,}(?![\d.,])|▮+")


@dataclass(frozen=True)
class Judgement:
    """Of one message, by intent (the columns are the model's `intents`).

    `whole` adds up to 1: what the message is about as a whole. `present` are probabilities by themselves: what is said
    somewhere in it, whatever stands around. `apart` is the same of its sentences read one by one, the highest of
    any: None for a message of one sentence. `strangeness` is higher the less it is like anything in the corpus, None
    where the encoder is away.
    """

    whole: np.ndarray
    present: np.ndarray
    strangeness: float | None = None
    apart: np.ndarray | None = None


class IntentModel:
    """Both readers of a message; without the encoder the spelling model answers alone, and more cautiously."""

    def __init__(self, spelling: Spelling, reader: Reader | None) -> None:
        """`reader` is None where the encoder's files are missing or broken."""
        self.spelling, self.reader, self.intents = spelling, reader, spelling.intents
        known = {name: column for column, name in enumerate(reader.names)} if reader else {}
        # an intent younger than the last tuning is known by its spelling alone
        self._columns = np.array([known.get(name, -1) for name in self.intents])

    def judge(self, typed: str, normal: str) -> Judgement:
        """Return what is known of a message; `normal` is the normal form of `typed`."""
        typed, normal = (SAYS_NOTHING.sub(" ", text).strip() or text for text in (typed, normal))
        spelt = self.spelling.judge([normal])[0]
        if self.reader is None:
            return Judgement(spelt, spelt)
        try:
            read = self.reader.read(typed)
            parts = [self.reader.read(part).labels for part in sentences(typed)]
        except Exception as error:  # the spelling model's answer is worse, not wrong
            logger.error("encoder failed, spelling decides alone: %s", told(error))
            return Judgement(spelt, spelt)
        young = self._columns < 0
        whole = np.where(young, spelt, (read.intent[self._columns] + spelt) / 2)
        present = np.where(young, spelt, read.labels[self._columns])
        apart = np.max(parts, axis=0)[self._columns] if parts else None
        return Judgement(whole / whole.sum(), present, read.strangeness, apart)

    def save(self, folder: Path) -> None:
        """Write what training made under `folder`; the encoder stays where the repository carries it."""
        self.spelling.save(folder)

    @classmethod
    def train(
        cls, texts: Sequence[str], labels: Sequence[str], *, reader: Reader | None = None
    ) -> "IntentModel":
        """Return a model whose spelling half is fitted to normalised `texts` and their intents."""
        return cls(Spelling.train(texts, labels), reader)

    @classmethod
    def load(cls, folder: Path, encoder: Path) -> "IntentModel":
        """Return the model that `save` wrote under `folder`, with the encoder kept in `encoder`."""
        return cls(Spelling.load(folder), open_reader(encoder))


def sentences(typed: str) -> list[str]:
    """Return the sentences and lines of a message, at most MOST_SENTENCES runs of them; none where there is but one.

    Danger and case are looked for in each by itself as well, so that what stands around cannot hide them.
    """
    found = [part for part in SENTENCE.split(typed) if part and WORDS.search(part)]
    if len(found) < 2:
        return []
    run = -(-len(found) // MOST_SENTENCES)
    return [" ".join(found[start : start + run]) for start in range(0, len(found), run)]


def open_reader(folder: Path) -> Reader | None:
    """Return the encoder kept in `folder`; None, with a line in the log, where it cannot be used."""
    try:
        return Reader.load(folder)
    except DataError as error:
        logger.error("encoder not loaded, spelling decides alone: %s", error)
        return None
