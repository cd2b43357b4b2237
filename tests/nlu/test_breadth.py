"""How broad the corpus is: what is counted, and what it must not fall below."""

import pytest

from bot.nlu.breadth import breadth
from tests.conftest import ROOT
from tests.support import write_yaml


def test_openings_lengths_names_and_persons_are_counted(tmp_path):
    words = {"treatment": ["stem cell"], "persons": ["my"]}
    write_yaml(tmp_path / "lexicon" / "breadth.yml", {"breadth": words})
    examples = "- is stem cell halal\n- is it\n- my wife asks " + "and " * 12
    entry = {"intent": "halal", "examples": examples}
    write_yaml(tmp_path / "nlu" / "en" / "halal.yml", {"nlu": [entry]})
    (found,) = breadth(tmp_path)
    assert (found.count, found.commonest_opening) == (3, ("is", pytest.approx(2 / 3)))
    assert (found.short, found.long) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert (found.named, found.own) == (pytest.approx(1 / 3), pytest.approx(1 / 3))


def test_no_topic_is_narrow():
    topics = {"halal", "legality", "cost", "pain", "timeline", "location"}
    for one in breadth(ROOT / "data"):
        if one.intent in topics:
            assert one.count >= 90 and one.commonest_opening[1] <= 0.3, one
            assert one.named >= 0.1, one
