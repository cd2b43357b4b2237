"""Reads a typed message with the tuned encoder of `data/encoder`: one pass, every head's judgement.

`python -m tuning` (make finetune) writes the folder; here it runs on onnxruntime, `tokenizers` and numpy alone.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from bot.errors import DataError
from bot.project import at
from bot.text.normalise import normalise
from bot.text.transliterate import load_transliterator

Floats = npt.NDArray[np.float32]

MARK = " | "  # what a line break and a list's number or bullet become for the encoder
BLOCK = 32  # four-bit weights that share one scale
BOS, EOS = 0, 1  # places of the begin and end marks in the cut vocabulary (tuning/vocabulary.py)
WINDOW = 126  # tokens read at once, without the two marks; nearly every message is one window
OVERLAP = 32  # tokens that neighbouring windows share, so that no sentence is only cut in two
MOST_WINDOWS = 8  # of a longer message the first four and the last four are read
FILES = ("encoder.onnx", "tokenizer.json", "rows.npy", "scales.npy", "positions.npy")
FIX = "run `git checkout -- {folder}`, or write it anew with `make finetune`"

EMPHASIS = re.compile(r"(?<!\w)([*_~])(?=\S)([^*_~\n]*[^\s*_~])\1(?!\w)")  # WhatsApp's bold, italic
BULLET = re.compile(r"^\s*[-\u2013\u2014\u2022\u25aa\u25cf\u25e6\u00b7*>\u27a4\u2713\u2714]+\s*")
NUMBER = re.compile(r"(?:^|(?<=\s))\(?(\d{1,2})\s*(?:[)\].:\u06d4]|-(?=\s))\s*(?!\d)")


@dataclass(frozen=True)
class Reading:
    """What the heads make of one message.

    `intent` (intents,) are probabilities that add up to 1, of what the whole is about; `labels` (intents,) are one
    probability for each by itself, the highest of any window; `vector` (384,) is the mean state, each number
    standardised; `strangeness` is a number that is higher the less the message is like anything in the corpus.
    """

    intent: Floats
    labels: Floats
    vector: Floats
    strangeness: float


class Reader:
    """The tuned encoder and its heads; `names` are the intents in the order of `Reading`'s columns."""

    def __init__(self, folder: Path, card: dict[str, Any]) -> None:
        """Open the files of `folder`, which `load` has checked against `card`."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.names: tuple[str, ...] = tuple(card["intents"])
        self.card = card
        self._session = onnxruntime.InferenceSession(
            str(folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._rows = np.load(folder / "rows.npy", mmap_mode="r")  # (pieces, 192) bytes
        self._scales = np.load(folder / "scales.npy", mmap_mode="r")  # (pieces, 12)
        self._positions = np.load(folder / "positions.npy")  # (positions, 384)

    @classmethod
    def load(cls, folder: Path | None = None) -> "Reader":
        """Return the reader kept in `folder`; raises DataError where a file is missing or not the one of the card."""
        folder = folder or at("data/encoder")
        card = _card(folder)
        problems = [problem for name in FILES for problem in _problems(folder, name, card)]
        if problems:
            raise DataError(problems=problems)
        try:
            return cls(folder, card)
        except Exception as error:  # whole files that this onnxruntime cannot open
            raise DataError(
                f"{folder}: cannot be opened ({error}); {FIX.format(folder=folder)}"
            ) from error

    def read(self, typed: str) -> Reading:
        """Return what the heads make of a message as it was typed, with its line breaks."""
        windows = _windows(tokens(self._tokenizer, reading_view(typed)))
        outputs = [self._run(window) for window in windows]
        if len(outputs) == 1:
            intent, labels, vector, strangeness = outputs[0]
            return Reading(intent[0], labels[0], vector[0], float(strangeness[0]))
        weights = np.array([len(window) for window in windows], np.float32)
        weights /= weights.sum()
        intent, labels, vector, strange = (
            np.concatenate(parts) for parts in zip(*outputs, strict=True)
        )
        return Reading(
            weights @ intent, labels.max(axis=0), weights @ vector, float(weights @ strange)
        )

    def _run(self, window: list[int]) -> list[npt.NDArray[np.float32]]:
        """Return intent (1, intents), labels (1, intents), vector (1, 384) and strangeness (1,) of one window."""
        outputs: list[npt.NDArray[np.float32]] = self._session.run(
            None, {"embeddings": self._embed(window)[None]}
        )
        return outputs

    def _embed(self, window: list[int]) -> Floats:
        """Return the vectors that the layers start from, shape (tokens, 384)."""
        packed = self._rows[window]
        values = np.empty((len(window), packed.shape[1] * 2), np.float32)
        values[:, ::2], values[:, 1::2] = packed & 15, packed >> 4
        scales = self._scales[window].astype(np.float32)[:, :, None]
        blocks = (values - 8).reshape(len(window), -1, BLOCK) * scales
        embedded: Floats = blocks.reshape(len(window), -1) + self._positions[: len(window)]
        return embedded


def reading_view(typed: str) -> str:
    """Return the text that the encoder reads, in tuning and in serving: normal form, Roman Urdu in Urdu script.

    Line breaks and the marks of a list are boundaries, and stand as ` | `; stars of emphasis are left out.

    >>> reading_view("1) halal hai?\\n2) *price* batayen")
    'حلال ہے? | price بتائیں'
    """
    transliterator = load_transliterator()
    lines = [normalise(line) for line in _lines(typed)]
    return MARK.join(transliterator.to_urdu(line) for line in lines if line)


def tokens(tokenizer: Tokenizer, text: str) -> list[int]:
    """Return the ids of the pieces of `text` in the cut vocabulary, without marks of begin and end."""
    ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
    return ids


def _lines(typed: str) -> Iterator[str]:
    """Yield the lines of a message without list marks; numbers that count up inside a line start lines, too."""
    count = 0
    for line in EMPHASIS.sub(r"\2", typed.replace("\r", "\n")).split("\n"):
        start = 0
        for found in _counted(line, count):
            yield line[start : found.start()]
            start, count = found.end(), count + 1
        yield BULLET.sub("", line[start:])


def _counted(line: str, count: int) -> list[re.Match[str]]:
    """Return the numbers in `line` that go on counting after `count`: "38. saal" is an age, not the mark of a list."""
    found: list[re.Match[str]] = []
    for number in NUMBER.finditer(line):
        if int(number[1]) == count + len(found) + 1:
            found.append(number)
    starts = bool(found) and not line[: found[0].start()].strip()
    return found if starts or count or len(found) > 1 else []


def _windows(ids: list[int]) -> list[list[int]]:
    """Cut a message into overlapping windows, each with its marks of begin and end: first and last are always there."""
    step = WINDOW - OVERLAP
    starts = list(range(0, max(len(ids) - OVERLAP, 1), step))
    if len(starts) > MOST_WINDOWS:
        starts = starts[: MOST_WINDOWS // 2] + starts[-MOST_WINDOWS // 2 :]
    return [[BOS, *ids[start : start + WINDOW], EOS] for start in starts]


def _card(folder: Path) -> dict[str, Any]:
    path = folder / "card.json"
    try:
        card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if not card["intents"] or not isinstance(card["sha256"], dict):
            raise ValueError("intents and sha256 are wanted")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: cannot be read; {FIX.format(folder=folder)}") from error
    return card


def _problems(folder: Path, name: str, card: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with one file: it is missing, or its bytes are not those of the card."""
    path = folder / name
    if not path.is_file():
        yield f"{path}: missing; {FIX.format(folder=folder)}"
    elif _sha256(path) != card["sha256"].get(name):
        yield f"{path}: not the file that card.json names; {FIX.format(folder=folder)}"


@lru_cache(maxsize=16)
def _digest(path: Path, size: int, changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sha256(path: Path) -> str:
    state = path.stat()
    return _digest(path, state.st_size, state.st_mtime_ns)
