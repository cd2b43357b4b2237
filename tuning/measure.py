"""What the written encoder makes of messages it has not learnt: alone, and behind and before everything else.

Measured through `Reader`, eight bits and all, so that the figures are those of what is served.
"""

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from bot.nlu.reader import Reader
from tuning.compose import Composer, join
from tuning.corpus import Kinds, Row

logger = logging.getLogger("tuning")
ALARMS = (0.005, 0.01, 0.02)  # shares of calm messages that may alarm
MOST = 300  # messages of one kind and wrapper
Wrapper = Callable[[str, Composer, str, Random], str]


def _questions(count: int, composer: Composer, variety: str, dice: Random) -> list[str]:
    rows = [composer.pick("t", variety, dice, short=True) for _ in range(count)]
    return [row.text for row in rows if row]


def _talk(composer: Composer, variety: str, dice: Random) -> list[str]:
    row = composer.pick("s", variety, dice, short=True)
    return [row.text] if row else []


WRAPPERS: dict[str, Wrapper] = {
    "alone": lambda text, *_: text,
    "greeting before": lambda text, *by: join([*_talk(*by), text], by[-1]),
    "greeting after": lambda text, *by: join([text, *_talk(*by)], by[-1]),
    "1 question before": lambda text, *by: join([*_questions(1, *by), text], by[-1]),
    "1 question after": lambda text, *by: join([text, *_questions(1, *by)], by[-1]),
    "4 questions before": lambda text, *by: join([*_questions(4, *by), text], by[-1]),
    "9 questions before": lambda text, *by: join([*_questions(9, *by), text], by[-1]),
    "2 lines before": lambda text, *by: "\n".join([*_questions(2, *by), text]),
    "5 and 4 around": lambda text, *by: join(
        [*_questions(5, *by), text, *_questions(4, *by)], by[-1]
    ),
}


def figures(folder: Path, learnt: Sequence[Row], held: Sequence[Row], kinds: Kinds, *,
            seed: int) -> dict[str, Any]:  # fmt: skip
    """Return the figures of the encoder in `folder` on `held` messages, by head."""
    reader, dice = Reader.load(folder), Random(seed)
    composer = Composer(held, kinds)
    found: dict[str, Any] = {"held_out": len(held)}
    found["intent"] = _intents(reader, held, dice)
    found |= _caution(reader, composer, held, kinds, dice)
    found["topics_composed"] = _topics(reader, composer, kinds, dice)
    found["milliseconds"] = _speed(reader, held)
    return found


def _some(rows: Sequence[Row], dice: Random, most: int = MOST) -> list[Row]:
    return dice.sample(list(rows), most) if len(rows) > most else list(rows)


def _intents(reader: Reader, held: Sequence[Row], dice: Random) -> dict[str, float]:
    rows = _some([row for row in held if len(row.labels) == 1], dice, 4 * MOST)
    found: dict[str, list[bool]] = {"all": []}
    for row in rows:
        right = reader.names[int(reader.read(row.text).intent.argmax())] == row.labels[0]
        found["all"].append(right)
        found.setdefault(row.variety, []).append(right)
    return {name: round(float(np.mean(values)), 4) for name, values in found.items()}


def _score(reader: Reader, text: str, columns: Sequence[int]) -> float:
    return float(reader.read(text).labels[list(columns)].max())


def _caution(reader: Reader, composer: Composer, held: Sequence[Row], kinds: Kinds,
             dice: Random) -> dict[str, Any]:  # fmt: skip
    """Return recall of dangers, and of cases and dangers, by wrapper, at fixed shares of false alarms."""
    calm = _some([row for row in held if not set(row.labels) & kinds.caution], dice, 3 * MOST)
    composed = [row for row in (composer.draw(dice) for _ in range(3 * MOST))
                if not set(row.labels) & kinds.caution]  # fmt: skip
    found = {}
    for name, labels in (("danger", kinds.danger), ("case", kinds.case)):
        columns = [reader.names.index(label) for label in sorted(labels) if label in reader.names]
        wider = columns if name == "danger" else [
            reader.names.index(label) for label in sorted(kinds.caution) if label in reader.names
        ]  # fmt: skip
        quiet = np.array([_score(reader, row.text, wider) for row in calm])
        strange = np.array([row.labels[0] == "off_topic" for row in calm])
        quiet_composed = np.array([_score(reader, row.text, wider) for row in composed])
        rows = _some([row for row in held if set(row.labels) & labels], dice)
        loud = {
            wrapper: np.array([_score(reader, wrap(row.text, composer, row.variety, dice), wider)
                               for row in rows])
            for wrapper, wrap in WRAPPERS.items()
        }  # fmt: skip
        thresholds = {f"{share:.1%}": float(np.quantile(quiet, 1 - share)) for share in ALARMS}
        thresholds |= {"p=.5": 0.5, "p=.9": 0.9}
        found[name] = {"rows": len(rows), "calm": len(calm), "at": {
            at: {"threshold": round(level, 4),
                 "calm": _share(quiet, level), "calm_off_topic": _share(quiet[strange], level),
                 "calm_composed": _share(quiet_composed, level),
                 **{wrapper: _share(scores, level) for wrapper, scores in loud.items()}}
            for at, level in thresholds.items()
        }}  # fmt: skip
    return found


def _share(scores: np.ndarray, level: float) -> float:
    return round(float((scores > level).mean()), 4) if len(scores) else float("nan")


def _topics(reader: Reader, composer: Composer, kinds: Kinds, dice: Random) -> dict[str, float]:
    """Return micro precision, recall and F1 of the topics of calm composed messages, from one half up."""
    columns = [place for place, name in enumerate(reader.names) if name in kinds.topics]
    right = said = wanted = whole = count = 0
    for _ in range(2 * MOST):
        row = composer.draw(dice)
        truth = {reader.names.index(label) for label in row.labels if label in kinds.topics}
        if set(row.labels) & kinds.caution or not truth:
            continue
        labels = reader.read(row.text).labels
        told = {column for column in columns if labels[column] >= 0.5}
        right, said, wanted = right + len(told & truth), said + len(told), wanted + len(truth)
        whole, count = whole + (told == truth), count + 1
    precision, recall = right / max(1, said), right / max(1, wanted)
    f1 = 2 * right / max(1, said + wanted)
    named = {"precision": precision, "recall": recall, "f1": f1, "all right": whole / max(1, count)}
    return {name: round(value, 4) for name, value in named.items()}


def _speed(reader: Reader, held: Sequence[Row]) -> dict[str, float]:
    """Return the median and the 99th percentile of a message's time, text to result."""
    taken = []
    for row in held[:300]:
        start = time.perf_counter()
        reader.read(row.text)
        taken.append(1000 * (time.perf_counter() - start))
    return {
        "median": round(float(np.median(taken)), 2),
        "p99": round(float(np.quantile(taken, 0.99)), 2),
    }


def tell(found: dict[str, Any]) -> None:
    """Log the figures, a line each."""
    for name, value in found.items():
        if name in {"danger", "case"}:
            for at, row in value["at"].items():
                logger.info("%s at %s: %s", name, at, row)
        else:
            logger.info("%s: %s", name, value)
