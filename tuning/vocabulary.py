"""The vocabulary cut to our scripts: a tokenizer for `tokenizers`, and the embedding rows left, in four bits."""

import re
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace

from tuning.e5file import BLOCK, E5File

# Latin, Urdu, punctuation
LETTERS = re.compile(
    r"^[\u2581\x20-\x7e\u0600-\u06ff\u2018-\u201f\u2026\u2022\u2013\u2014\u06d4]+$"
)
EMOJI = re.compile(r"^\u2581?[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]+$")
POSITIONS = 128
SPECIALS = ("bos", "eos", "pad", "unk")  # ids 0 to 3


def kept(weights: E5File) -> list[int]:
    """Return the places of the pieces that are kept, the special ones first."""
    specials = [weights.specials[name] for name in SPECIALS]
    return specials + [
        place
        for place, piece in enumerate(weights.pieces)
        if place not in specials and (LETTERS.match(piece) or EMOJI.match(piece))
    ]


def tokenizer(weights: E5File, places: list[int]) -> Tokenizer:
    """Return the Unigram tokenizer over the pieces at `places`; the id of a piece is its place in the list."""
    pieces = [(weights.pieces[place], float(weights.scores[place])) for place in places]
    made = Tokenizer(Unigram(pieces, unk_id=SPECIALS.index("unk"), byte_fallback=False))
    made.pre_tokenizer = Metaspace(replacement="\u2581", prepend_scheme="always", split=True)
    return made


def write(weights: E5File, folder: Path) -> None:
    """Write `tokenizer.json`, `rows.npy`, `scales.npy` and `positions.npy` under `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    places = kept(weights)
    tokenizer(weights, places).save(str(folder / "tokenizer.json"), pretty=False)
    words = weights.tensor("emb.word")
    assert words.nibbles is not None and words.scales is not None
    nibbles = words.nibbles.reshape(-1, weights.hidden)[places]
    scales = words.scales.reshape(-1, weights.hidden // BLOCK)[places]
    np.save(folder / "rows.npy", (nibbles[:, ::2] | nibbles[:, 1::2] << 4).astype(np.uint8))
    np.save(folder / "scales.npy", scales.astype(np.float16))
    table = weights.dense("emb.pos").reshape(-1, weights.hidden)[:POSITIONS]
    kind = weights.dense("emb.type").reshape(-1, weights.hidden)[0]
    np.save(folder / "positions.npy", (table + kind).astype(np.float32))


def embeddings(folder: Path) -> np.ndarray:
    """Return the embedding rows that `write` kept, shape (pieces, 384), f32."""
    packed, scales = np.load(folder / "rows.npy"), np.load(folder / "scales.npy")
    values = np.empty((len(packed), packed.shape[1] * 2), np.float32)
    values[:, ::2], values[:, 1::2] = packed & 15, packed >> 4
    blocks = (values - 8).reshape(len(packed), -1, BLOCK) * scales.astype(np.float32)[:, :, None]
    return blocks.reshape(len(packed), -1)
