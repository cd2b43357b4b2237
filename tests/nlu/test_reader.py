"""The tuned encoder as it is served: whole or refused, the same twice, line breaks and long ends read."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from bot.errors import DataError
from bot.nlu.reader import FILES, MARK, Reader, reading_view

FOLDER = Path("data/encoder")
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="no encoder has been tuned yet")
DANGER = ("self_harm", "violence", "emergency")


@pytest.fixture(scope="module")
def reader():
    return Reader.load(FOLDER)


@pytest.fixture
def copied(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "encoder")


def label(reader, text, *names):
    labels = reader.read(text).labels
    return max(labels[reader.names.index(name)] for name in names)


@pytest.mark.parametrize("name", [*FILES, "card.json"])
def test_a_missing_file_is_named_with_its_fix(copied, name):
    (copied / name).unlink()
    with pytest.raises(DataError, match=rf"{name}.*make finetune"):
        Reader.load(copied)


@pytest.mark.parametrize("name", FILES)
def test_a_broken_file_is_named_with_its_fix(copied, name):
    data = bytearray((copied / name).read_bytes())
    data[len(data) // 2] ^= 255
    (copied / name).write_bytes(bytes(data))
    with pytest.raises(DataError, match=rf"{name}: not the file.*make finetune"):
        Reader.load(copied)


def test_every_broken_file_is_named_at_once(copied):
    for name in FILES[:2]:
        (copied / name).unlink()
    with pytest.raises(DataError) as told:
        Reader.load(copied)
    assert len(told.value.problems) == 2


def test_a_card_without_intents_is_refused(copied):
    (copied / "card.json").write_text(json.dumps({"intents": []}), encoding="utf-8")
    with pytest.raises(DataError, match="card.json"):
        Reader.load(copied)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\n", "?", "😭", "\u200f", "a" * 5000, "خون " * 900, "1)\n2)\n3)", "*", "/x"],
)
def test_hard_text_is_read(reader, text):
    found = reader.read(text)
    assert found.intent.shape == found.labels.shape == (len(reader.names),)
    assert found.vector.shape == (384,)
    assert abs(found.intent.sum() - 1) < 1e-3
    assert np.isfinite([*found.intent, *found.labels, *found.vector, found.strangeness]).all()


def test_the_same_message_reads_the_same_twice(reader):
    first, second = (reader.read("halal hai? aur price?") for _ in range(2))
    assert (first.labels == second.labels).all()
    assert (first.vector == second.vector).all()
    assert first.strangeness == second.strangeness


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("halal?\nprice?", f"halal?{MARK}price?", id="a line break is a boundary"),
        pytest.param("halal?\r\n\r\nprice?", f"halal?{MARK}price?", id="a blank line is one boundary"),
        pytest.param("1) halal\n2) price", f"halal{MARK}price", id="numbers of a list go"),
        pytest.param("۱۔ halal\n۲۔ price", f"halal{MARK}price", id="urdu numbers go"),
        pytest.param("1. halal 2. price", f"halal{MARK}price", id="a list in one line"),
        pytest.param("- halal\n• price", f"halal{MARK}price", id="bullets go"),
        pytest.param("38. what then", "38. what then", id="an age is not a list"),
        pytest.param("AMH 1.2 and 2.4", "amh 1.2 and 2.4", id="values are not a list"),
        pytest.param("*halal* or _not_", "halal or not", id="emphasis goes"),
        pytest.param("halal hai?\ndard?", "حلال ہے?" + MARK + "درد?", id="roman in urdu script"),
    ],
)  # fmt: skip
def test_the_view_keeps_what_line_breaks_say(typed, expected):
    assert reading_view(typed) == expected


@pytest.mark.parametrize("filler", [" ", "\n", ". "])
def test_a_danger_at_the_end_of_a_long_message_is_read(reader, filler):
    calm = filler.join(["what does the treatment cost", "where is the clinic", "is it halal"] * 25)
    assert label(reader, calm, *DANGER) < 0.5
    assert label(reader, calm + filler + "I want to kill myself", *DANGER) > 0.5


def test_several_topics_are_labelled_at_once(reader):
    for topic in ("halal", "cost", "location"):
        assert label(reader, "is it halal?\nhow much does it cost?\nwhere are you?", topic) > 0.5
