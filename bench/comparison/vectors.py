"""Candidates that read sentence vectors: alone, and the bot's own model."""

import hashlib
import pickle
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.nlu.meaning import Meaning, spread
from bot.nlu.model import IntentModel
from bot.text.transliterate import load_transliterator
from comparison.linear import Loss

CACHE = Path(".cache")
ALWAYS = 1.01  # a probability never reached: the second head is asked about every message


class Known(Meaning):
    """Vectors for folds: computed once for all rows and kept; their spread is learnt from a fold's training rows.

    `live` texts are encoded anew, as in service.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.transliterate, self.live = True, False
        self._path = folder / "compare.npz"
        self._kept: dict[str, np.ndarray] = {}
        for path in (
            folder / "vectors.npz",
            self._path,
        ):  # those of the last training of the bot are good too
            if path.exists():
                with np.load(path) as stored:
                    self._kept |= dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))

    def prepare_all(self, texts: Sequence[str]) -> None:
        """Compute and keep what is missing."""
        missing = {
            _key(read): read for read in map(self._read, texts) if _key(read) not in self._kept
        }
        self._kept |= {
            key: self._encoder.encode(text).astype(np.float16) for key, text in missing.items()
        }
        if missing:
            np.savez(
                self._path,
                keys=np.array(list(self._kept)),
                vectors=np.stack(list(self._kept.values())),
            )

    def fit(self, texts: Sequence[str]) -> None:
        """Learn how a fold's training rows spread."""
        self._spread = spread(np.stack([self._vector(text) for text in texts]))

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Return the vectors of `texts` as the bot takes them."""
        return (np.stack([self._vector(text) for text in texts]) - self._spread[0]) / self._spread[
            1
        ]

    def _vector(self, text: str) -> np.ndarray:
        read = self._read(text)
        return (
            self._encoder.encode(read) if self.live else self._kept[_key(read)].astype(np.float32)
        )

    def _read(self, text: str) -> str:
        return load_transliterator().to_urdu(text) if self.transliterate else text


class Vectors:
    """Sentence vectors and nothing else."""

    def __init__(self, loss: Loss, *, scale: float, transliterate: bool) -> None:
        self._loss, self._scale, self._transliterate = loss, scale, transliterate

    def prepare(self, texts: Sequence[str]) -> None:
        """Compute the vectors of all rows, which is no part of training time."""
        self._meaning = known(transliterate=self._transliterate)
        self._meaning.prepare_all(texts)

    def live(self, on: bool) -> None:
        """Encode anew, or take what is kept."""
        self._meaning.live = on

    def fit(self, texts: Sequence[str], intents: Sequence[str], varieties: Sequence[str]) -> None:
        """Fit the head to the training rows' vectors."""
        self._meaning.fit(texts)
        self._model = self._loss.train(self._matrix(texts), np.array(intents))

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return the head's probabilities."""
        return self._model.probabilities(self._matrix(texts))

    def save(self, folder: Path) -> None:
        """Write the encoder and the head."""
        self._meaning.save(folder)
        (folder / "head.pickle").write_bytes(pickle.dumps(self._model, protocol=5))

    def _matrix(self, texts: Sequence[str]) -> np.ndarray:
        return self._meaning.vectors(texts) * self._scale


class Own:
    """The bot's `IntentModel`: spelling alone, spelling and vectors always, or vectors only where it is unsure."""

    def __init__(self, *, vectors: bool, sure: float = ALWAYS) -> None:
        self._vectors, self._sure = vectors, sure
        self._meaning: Known | None = None

    def prepare(self, texts: Sequence[str]) -> None:
        """Compute the vectors of all rows, which is no part of training time."""
        if self._vectors:
            self._meaning = known(transliterate=True)
            self._meaning.prepare_all(texts)

    def live(self, on: bool) -> None:
        """Encode anew, or take what is kept."""
        if self._meaning is not None:
            self._meaning.live = on

    def fit(self, texts: Sequence[str], intents: Sequence[str], varieties: Sequence[str]) -> None:
        """Train as `jawab train` does."""
        if self._meaning is not None:
            self._meaning.fit(texts)
        self._model = IntentModel.train(texts, intents, meaning=self._meaning)
        self._model.sure = self._sure

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return what the model judges."""
        return self._model.judge(texts).probabilities

    def save(self, folder: Path) -> None:
        """Write the model as the bot stores it."""
        self._model.save(folder)


def known(*, transliterate: bool) -> Known:
    """Return an encoder with its kept vectors."""
    meaning = Known.prepare(CACHE)
    assert isinstance(meaning, Known)
    meaning.transliterate = transliterate
    return meaning


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:24]
