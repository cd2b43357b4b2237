"""What a reviewer writes in data/guard: every problem is told at once, with file, key and fix."""

import pytest

from bot.errors import DataError
from bot.guard.rules import load_rules
from tests.support import write_yaml

GOOD = {
    "id": "pain-now",
    "level": "emergency",
    "phrases": {"en": ["chest pain"]},
    "must_match": ["chest pain"],
    "must_not_match": ["chest x-ray"],
}


def load(folder, **changes):
    write_yaml(folder / "emergency.yml", {"guard": [GOOD | changes]})
    return load_rules(folder)


def test_a_good_rule_loads_with_the_intent_of_its_level(tmp_path):
    rules, _ = load(tmp_path)
    assert (rules[0].id, rules[0].category, rules[0].intent) == (
        "pain-now",
        "emergency",
        "emergency",
    )
    assert rules[0].phrases == ("chest pain",)


def test_what_voids_every_rule_of_a_file_is_written_once(tmp_path):
    content = {
        "unless_led_by": ["no"],
        "guard": [GOOD | {"unless_led_by": ["film me"]}, GOOD | {"id": "b"}],
    }
    write_yaml(tmp_path / "emergency.yml", content)
    assert [rule.unless_led_by for rule in load_rules(tmp_path)[0]] == [("film me", "no"), ("no",)]


def test_groups_load_flat(tmp_path):
    write_yaml(tmp_path / "groups.yml", {"groups": {"lab": {"en": ["amh"], "ur": ["اے ایم ایچ"]}}})
    assert load_rules(tmp_path)[1] == {"lab": ["amh", "اے ایم ایچ"]}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"id": None}, "a rule has no id; give it one", id="no id"),
        pytest.param(
            {"level": "danger"},
            "pain-now.level is 'danger'; write one of crisis",
            id="an unknown level",
        ),
        pytest.param({"phrases": {}}, "pain-now.phrases is missing", id="no phrases"),
        pytest.param(
            {"phrases": "chest pain"}, "pain-now.phrases is missing", id="phrases that are no list"
        ),
        pytest.param({"must_match": []}, "pain-now.must_match is missing", id="no hits of its own"),
        pytest.param(
            {"must_not_match": None},
            "pain-now.must_not_match is missing",
            id="no near misses of its own",
        ),
        pytest.param(
            {"prases": ["x"]}, "pain-now.prases is not a key", id="a key with a typing mistake"
        ),
        pytest.param(
            {"level": "crisis"},
            "pain-now.intent is missing",
            id="a level with several intents and no intent",
        ),
    ],
)
def test_a_problem_is_told_with_its_key(tmp_path, changes, told):
    with pytest.raises(DataError, match=r"emergency.yml: .*") as error:
        load(tmp_path, **changes)
    assert told in str(error.value)


def test_all_problems_are_told_at_once(tmp_path):
    write_yaml(
        tmp_path / "a.yml", {"guard": [GOOD, GOOD, GOOD | {"id": "b", "level": "x", "phrases": []}]}
    )
    (tmp_path / "b.yml").write_text("guard: [", encoding="utf-8")
    (tmp_path / "c.yml").write_bytes(b"\xff\xfe")
    write_yaml(tmp_path / "d.yml", {"rules": []})
    with pytest.raises(DataError) as error:
        load_rules(tmp_path)
    for told in (
        "7 problem(s)",
        "pain-now: this id is used twice",
        "b.level",
        "b.phrases",
        "b.yml: cannot be read",
        "c.yml: cannot be read",
        "d.yml: starts with neither",
    ):
        assert told in str(error.value)


@pytest.mark.parametrize("entry", [None, 5, "text", [], {"id": 7}], ids=repr)
def test_a_rule_of_the_wrong_shape_is_a_problem_and_no_crash(tmp_path, entry):
    write_yaml(tmp_path / "case.yml", {"guard": [entry]})
    with pytest.raises(DataError, match="a rule has no id"):
        load_rules(tmp_path)
