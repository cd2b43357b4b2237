"""Composed messages: seeded, labelled with all their parts, joined in every way."""

from random import Random

import pytest

from bot.nlu.reader import MARK, reading_view

pytest.importorskip("sklearn")

from tuning.compose import MARKS, Composer, join  # noqa: E402
from tuning.corpus import Kinds, Row  # noqa: E402
from tuning.noise import rough  # noqa: E402

KINDS = Kinds(
    danger=frozenset({"emergency"}),
    case=frozenset({"case"}),
    topics=frozenset({"halal", "cost", "pain"}),
    talk=frozenset({"greet"}),
)
ROWS = [
    Row("khoon ruk nahi raha", ("emergency",), "roman"),
    Row("meri AMH 0.4 hai", ("case",), "roman"),
    Row("halal hai?", ("halal",), "roman"),
    Row("kitna kharcha hoga?", ("cost",), "roman"),
    Row("dard hota hai?", ("pain",), "roman"),
    Row("salam", ("greet",), "roman"),
    Row("aaj barish hogi?", ("off_topic",), "roman"),
    Row("dua karein", ("wish",), "roman"),
    Row("halal hai aur price?", ("halal", "cost"), "roman"),
]


@pytest.fixture
def composer():
    return Composer(ROWS, KINDS)


def test_the_same_seed_draws_the_same_messages(composer):
    first, second = ([composer.draw(dice) for _ in range(50)] for dice in (Random(3), Random(3)))
    assert first == second


def test_a_message_has_the_labels_of_all_its_parts(composer):
    for seed in range(200):
        parts = composer.parts(Random(seed))
        drawn = composer.draw(Random(seed))
        assert set(drawn.labels) == {label for part in parts for label in part.labels}


def test_danger_stands_first_last_and_between(composer):
    places = set()
    for seed in range(400):
        parts = composer.parts(Random(seed))
        for place, part in enumerate(parts):
            if "emergency" in part.labels and len(parts) > 2:
                places.add(
                    "first" if not place else "last" if place == len(parts) - 1 else "between"
                )
    assert places == {"first", "last", "between"}


def test_room_is_made_by_leaving_out_calm_parts_only():
    rows = [*ROWS, Row("kya " * 120 + "halal hai", ("halal",), "roman")]
    composer = Composer(rows, KINDS)
    for seed in range(300):
        dice = Random(seed)
        plan = composer.parts(dice)
        assert plan


@pytest.mark.parametrize("mark", MARKS)
def test_every_list_is_read_as_boundaries(mark):
    texts = ["halal hai?", "price?", "dard hoga?"]
    digits = "۰۱۲۳۴۵۶۷۸۹"
    typed = "\n".join(
        mark.format(n=place, u=digits[place]) + text for place, text in enumerate(texts, 1)
    )
    assert reading_view(typed) == MARK.join(map(reading_view, texts))


def test_joining_loses_no_part():
    for seed in range(300):
        made = join(["alpha", "beta", "gamma"], Random(seed))
        assert [word for word in ("alpha", "beta", "gamma") if word in made] == [
            "alpha",
            "beta",
            "gamma",
        ]


def test_noise_is_seeded_and_never_empty():
    for seed in range(300):
        typed = rough("kya ye halal hai?", "roman", Random(seed))
        assert typed.strip()
        assert typed == rough("kya ye halal hai?", "roman", Random(seed))
