"""Turns text into a vector of meaning, on one core, with multilingual-e5-small under onnxruntime."""

from functools import lru_cache
from pathlib import Path

import marisa_trie
import numpy as np
import onnxruntime

from bot.nlu.e5file import BLOCK

SPACE = "\u2581"
PREFIX = "query: "
BOS, EOS, UNKNOWN = 0, 1, 3  # places of the special pieces in the cut vocabulary (e5graph.write)
MOST_TOKENS = 64  # bounds the worst case; a question is under 30
MOST_CHARACTERS = 400
NEVER = -1e9


class Encoder:
    """Sentence vectors: of each layer that `e5graph.TAPS` names 384 numbers, unit length. One object serves every
    thread."""

    def __init__(self, folder: Path) -> None:
        """Load what `e5graph.write` wrote under `folder`."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.enable_cpu_mem_arena = False
        self._session = onnxruntime.InferenceSession(
            str(folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._trie = marisa_trie.RecordTrie("<I").mmap(str(folder / "pieces.marisa"))
        self._nibbles = np.load(folder / "nibbles.npy", mmap_mode="r")
        self._scales = np.load(folder / "scales.npy", mmap_mode="r")
        with np.load(folder / "pieces.npz") as stored:
            self._scores, self._positions = stored["scores"], stored["positions"]
        self._unknown_score = float(self._scores.min()) - 10.0
        self._word = lru_cache(maxsize=20_000)(self._split_word)

    def encode(self, text: str) -> np.ndarray:
        """Return the vector of a normalised text, shape (numbers,).

        One text at a time: what is computed together is rounded together, and a vector must not depend on others.
        """
        row = self.tokens(text)
        fed = {"embeddings": self._embed(row)[None], "mask": np.ones((1, len(row)), np.float32)}
        return self._session.run(None, fed)[0][0]

    def tokens(self, text: str) -> list[int]:
        """Return the ids of the pieces of `text`, with the model's prefix and its begin and end marks."""
        words = (PREFIX + text[:MOST_CHARACTERS]).split()
        pieces = [piece for word in words for piece in self._word(SPACE + word)]
        return [BOS, *pieces[: MOST_TOKENS - 2], EOS]

    def _embed(self, row: list[int]) -> np.ndarray:
        packed = self._nibbles[row]
        values = np.empty((len(row), packed.shape[1] * 2), np.float32)
        values[:, ::2], values[:, 1::2] = packed & 15, packed >> 4
        blocks = (values - 8).reshape(len(row), -1, BLOCK) * self._scales[row].astype(np.float32)[
            :, :, None
        ]
        return blocks.reshape(len(row), -1) + self._positions[: len(row)]

    def _split_word(self, word: str) -> tuple[int, ...]:
        """Return the likeliest pieces of one word (Viterbi over the Unigram scores)."""
        best = [0.0] + [NEVER] * len(word)
        back: list[tuple[int, int]] = [(0, UNKNOWN)] * (len(word) + 1)
        for start in range(len(word)):
            options = [
                (start + len(piece), ids[0], float(self._scores[ids[0]]))
                for piece in self._trie.prefixes(word[start:])
                for ids in self._trie[piece]
            ]
            options.append((start + 1, UNKNOWN, self._unknown_score))
            for end, piece_id, score in options:
                if best[start] + score > best[end]:
                    best[end], back[end] = best[start] + score, (start, piece_id)
        place, pieces = len(word), []
        while place:
            place, piece_id = back[place]
            pieces.append(piece_id)
        return tuple(reversed(pieces))
