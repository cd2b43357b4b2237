"""Answer files as people write them: every problem at once, with file, key and fix, and no shape that crashes."""

import pytest

from bot.answers.clinic import Clinic, load_clinic
from bot.answers.texts import load_answers
from bot.errors import DataError
from tests.support import CLINIC, EMPTY_CLINIC, Shelf, answer_entry, write_yaml

NOBODY = Clinic(
    {
        field: dict.fromkeys(("en", "ur", "roman"), "")
        for field in ("name", "phone", "address", "hours")
    }
)


def problems(folder, **changes):
    write_yaml(folder / "pain.yml", {"answer": answer_entry("pain", "answer") | changes})
    with pytest.raises(DataError) as error:
        load_answers(folder, NOBODY, article="Words of the article.")
    return str(error.value)


TEXT, TITLE = answer_entry("pain", "answer")["text"], answer_entry("pain", "answer")["title"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param(
            {"text": {"en": "a", "ur": "b"}},
            "text.roman is missing; add it",
            id="a missing language",
        ),
        pytest.param(
            {"text": TEXT | {"ur": "  "}}, "text.ur is missing", id="a language of spaces"
        ),
        pytest.param({"text": TEXT | {"ur": 5}}, "text.ur is missing", id="a number for a text"),
        pytest.param(
            {"text": TEXT | {"hi": "x"}},
            "text.hi is not a language of ours",
            id="a language of nobody",
        ),
        pytest.param(
            {"text": TEXT | {"en": "a\n\nb"}},
            "text.en has outer spaces or a blank line",
            id="a blank line",
        ),
        pytest.param(
            {"text": TEXT | {"en": " a"}}, "text.en has outer spaces", id="an outer space"
        ),
        pytest.param(
            {"text": TEXT | {"en": "a" * 901}},
            "901 characters, 900 at most",
            id="a text that is too long",
        ),
        pytest.param(
            {"text": TEXT | {"en": "Call {phone}"}}, "text.en has a placeholder", id="a placeholder"
        ),
        pytest.param(
            {"title": TITLE | {"en": "a" * 21}},
            "title.en has 21 characters, 20 at most",
            id="a long title",
        ),
        pytest.param({"title": {}}, "title.en is missing", id="an answer without a title"),
        pytest.param(
            {"id": "dard"},
            "make it the file's name, 'pain'",
            id="an id that is not the file's name",
        ),
        pytest.param({"kind": "reply"}, "kind is 'reply'; write one of", id="an unknown kind"),
        pytest.param({"surce": "x"}, "surce is not a key", id="a key with a typing mistake"),
        pytest.param({"source": ""}, "source is missing", id="no source"),
        pytest.param(
            {"numbers": ["40"]}, "text.en lacks the figure 40", id="a figure that a language lacks"
        ),
        pytest.param(
            {"hedges": [{"en": "up to", "ur": "تک", "roman": "tak"}]},
            "lacks its hedge 'up to'",
            id="a lost hedge",
        ),
        pytest.param(
            {"passage": ["Other words."]},
            "not in the article word for word",
            id="a passage of nowhere",
        ),
        pytest.param(
            {"contested": True},
            "evidence.for or evidence.against is empty",
            id="contested without evidence",
        ),
    ],
)
def test_a_problem_is_told_with_file_and_key(tmp_path, changes, told):
    found = problems(tmp_path, **changes)
    assert "pain.yml: " in found and told in found


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="an empty file"),
        pytest.param("answer:", id="nothing under answer"),
        pytest.param("answer: words", id="words under answer"),
        pytest.param("answer: [1]", id="a list under answer"),
        pytest.param("answer: {id: pain, text: words}", id="words under text"),
        pytest.param(
            "answer: {id: pain, text: [a], hedges: [b], title: c}", id="lists for mappings"
        ),
        pytest.param("answer: {", id="no YAML"),
        pytest.param("- answer", id="a list"),
    ],
)
def test_a_file_of_the_wrong_shape_is_a_problem_and_no_crash(tmp_path, content):
    (tmp_path / "pain.yml").write_text(content, encoding="utf-8")
    (tmp_path / "halal.yml").write_bytes(b"\xff\xff")
    with pytest.raises(DataError) as error:
        load_answers(tmp_path, NOBODY)
    assert "pain.yml" in str(error.value) and "halal.yml" in str(error.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param({"clinic": None}, "must start with 'clinic:'", id="nothing under clinic"),
        pytest.param([], "must start with 'clinic:'", id="a list"),
        pytest.param(
            CLINIC | {"clinic": {"hours": {"en": "9"}}},
            "hours must be one text, or one each",
            id="one language",
        ),
        pytest.param(
            CLINIC | {"helplines": [{"name": "x"}]},
            "needs name, number and checked",
            id="half a helpline",
        ),
        pytest.param(
            CLINIC | {"helplines": ["1122"]},
            "needs name, number and checked",
            id="a helpline that is a number",
        ),
    ],
)
def test_a_clinic_file_with_a_problem(tmp_path, content, told):
    write_yaml(tmp_path / "clinic.yml", content)
    with pytest.raises(DataError, match=told):
        load_clinic(tmp_path / "clinic.yml")


def test_a_clinic_file_that_is_no_yaml_is_a_problem(tmp_path):
    (tmp_path / "clinic.yml").write_text("clinic: {", encoding="utf-8")
    with pytest.raises(DataError, match="clinic.yml: cannot be read"):
        load_clinic(tmp_path / "clinic.yml")


def test_the_clinics_details_are_filled_in_and_never_invented(tmp_path):
    assert (
        Shelf(tmp_path / "a")
        .answers()["contact"]
        .text["en"]
        .endswith("Test Clinic 000 Street 1 9 to 5")
    )
    empty = Shelf(tmp_path / "b", clinic=EMPTY_CLINIC)
    assert not load_clinic(empty.folder / "clinic.yml").filled_in
    assert not any(letter.isdigit() for letter in empty.answers()["contact"].text["en"])
