"""The comparison of classifiers: folds that do not leak, figures worked out by hand, nothing skipped in silence."""

from io import StringIO

import numpy as np
import pytest
from comparison import figures, registry, tracks
from comparison.candidate import seconds
from comparison.diet import pipeline
from comparison.folds import folds, groups
from comparison.linear import LETTERS, WORDS, Linear, Logistic, PerVariety, Vector
from comparison.report import content, markdown, table
from comparison.rows import VARIETIES, Rows, load, sample
from comparison.scoring import Raw, run
from rich.console import Console

from bot.dialogue.config import load_dialogue
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def rows():
    everything = load(ROOT / "data" / "nlu")
    return everything.take(sample(everything.strata, 600, least=4, seed=1))


@pytest.fixture(scope="module")
def track(rows):
    members = groups(rows.texts)
    return tracks.Track(
        "all", "a sample", rows, members, folds(rows, members, count=2, seed=1), "test", 1
    )


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        pytest.param("hlal ha ya hram", "حلال ہے یا حرام؟", True, id="one question in two scripts"),
        pytest.param(
            "biryani ki recipe bata do please", "biryani ki recipe do", True, id="a few words more"
        ),
        pytest.param("kharcha kitna hai", "kya dard hota hai", False, id="two questions"),
        pytest.param("👍", "🙏", False, id="nothing to compare by"),
    ],
)
def test_near_duplicates_are_one_group(one, other, together):
    found = groups([one, "where is the clinic", other])
    assert (found[0] == found[2]) is np.bool_(together)
    assert found[1] not in found[[0, 2]]


def test_no_group_is_in_two_folds(rows, track):
    assert len(set(track.members)) < len(rows), "the sample has no near duplicates to keep together"
    for train, test in track.folds:
        assert not set(track.members[train]) & set(track.members[test])


def test_every_row_is_held_out_once(rows, track):
    assert sorted(np.concatenate([test for _, test in track.folds])) == list(range(len(rows)))
    for train, test in track.folds:
        assert sorted([*train, *test]) == list(range(len(rows)))


def test_every_fold_has_every_intent(rows, track):
    for train, test in track.folds:
        assert set(rows.intents[train]) == set(rows.intents[test]) == set(rows.intents)


def test_a_seed_gives_the_same_folds_again(rows, track):
    again = folds(rows, track.members, count=2, seed=1)
    other = folds(rows, track.members, count=2, seed=2)
    assert all((one[1] == two[1]).all() for one, two in zip(track.folds, again, strict=True))
    assert sorted(track.folds[0][1]) != sorted(other[0][1])


def test_a_sample_keeps_proportions_and_a_least():
    strata = ["often"] * 900 + ["seldom"] * 90 + ["rare"] * 3
    chosen = [strata[place] for place in sample(strata, 100, least=5, seed=1)]
    assert [chosen.count(name) for name in ("often", "seldom", "rare")] == [91, 9, 3]


def test_calibration_error_by_hand():
    # low bin: confidence .5, right half the time; high bin: confidence .9, always right: half of .1
    found = figures.calibration_error(
        np.array([0.9, 0.5, 0.9, 0.5]), np.array([True, True, True, False]), bins=2
    )
    assert found == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("positive", "negative", "expected"),
    [
        pytest.param([0.8, 0.4], [0.4, 0.2], 3.5 / 4, id="a tie counts half"),
        pytest.param([0.9, 0.8], [0.7, 0.1], 1, id="apart"),
        pytest.param([0.1], [0.2, 0.3], 0, id="the wrong way round"),
        pytest.param([0.5, 0.5], [0.5, 0.5], 0.5, id="nothing told apart"),
    ],
)
def test_auroc_by_hand(positive, negative, expected):
    assert figures.auroc(np.array(positive), np.array(negative)) == pytest.approx(expected)


def test_an_interval_draws_whole_groups():
    right = np.array([1.0, 0.0] * 50)
    alone, paired = (
        figures.interval(right, np.arange(100)),
        figures.interval(right, np.arange(100) // 2),
    )
    assert alone[0] < 0.45 < 0.55 < alone[1]
    assert paired == (0.5, 0.5), "each pair is half right, whichever pairs are drawn"


def test_figures_by_hand():
    rows = Rows(
        list("abcdef"),
        np.array(["cost", "cost", "case", "self_harm", "off_topic", "off_topic"]),
        np.array(["en", "ur", "roman", "mixed", "en", "en"]),
    )
    columns = ["case", "cost", "off_topic", "self_harm", "violence"]
    said = np.array(
        [
            [0.1, 0.8, 0.1, 0, 0],
            [0.6, 0.3, 0.1, 0, 0],
            [0.9, 0.1, 0, 0, 0],
            [0.1, 0, 0, 0.4, 0.5],
            [0.1, 0.5, 0.4, 0, 0],
            [0.1, 0.2, 0.7, 0, 0],
        ]
    )
    found = figures.figures(rows, np.arange(6), said, columns, ["cost"], threshold=0.4)
    assert found.accuracy == pytest.approx(3 / 6)
    assert found.varieties == {"en": pytest.approx(2 / 3), "ur": 0, "roman": 1, "mixed": 0}
    assert (found.case, found.danger) == (1, 1), "violence for self-harm is still danger heard"
    assert (found.answered, found.false_answers) == (0.5, 0.5)
    assert found.false_at_95 == 0.5, "answering both topics means from .3 up"
    assert found.auroc == pytest.approx(3 / 4)


def test_the_one_behind_is_measured_on_the_same_rows():
    by, (low, high) = figures.behind(np.array([1, 0, 0, 0]), np.array([1, 1, 0, 0]), np.arange(4))
    assert by == 0.25
    assert low <= by <= high


def test_the_registry_is_complete():
    assert {
        "char_lr",
        "char_svc",
        "word_lr",
        "word_svc",
        "char_each",
        "char_lexicon",
        "char_urdu",
        "char_skeletons",
        "spelling",
        "fasttext",
        "spacy_bow",
        "spacy_ensemble",
        "diet",
    } <= set(registry.CANDIDATES)
    for name, entry in registry.CANDIDATES.items():
        candidate = entry.make()  # no package is imported before a candidate is fitted
        assert all(
            callable(getattr(candidate, method)) for method in ("fit", "probabilities", "save")
        ), name
        assert entry.what


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: Linear(WORDS, Logistic), id="logistic regression"),
        pytest.param(lambda: Linear(LETTERS, Vector), id="linear svc"),
        pytest.param(
            lambda: PerVariety(lambda: Linear(WORDS, Logistic)), id="one model for each variety"
        ),
    ],
)
def test_a_linear_candidate_gives_probabilities_and_can_be_saved(make, rows, track, tmp_path):
    raw = run(make, rows, track.intents, track.folds[:1], seed=1, tell=lambda text: None)
    assert raw.probabilities.shape == (len(track.folds[0][1]), len(track.intents))
    assert raw.probabilities.sum(axis=1) == pytest.approx(1)
    assert raw.size > 10_000
    assert len(raw.message) == 200
    raw.save(tmp_path / "kept")
    again = Raw.load(tmp_path / "kept")
    assert (again.places == raw.places).all()
    assert again.message == raw.message
    assert again.probabilities == pytest.approx(raw.probabilities, abs=1e-6)


class Fixed:
    """Says the same about every text."""

    def __init__(self, intent):
        self.intent = intent

    def fit(self, texts, intents, varieties):
        assert set(varieties) == set(VARIETIES)
        self.columns = sorted(set(intents))

    def probabilities(self, texts):
        return np.tile([float(name == self.intent) for name in self.columns], (len(texts), 1))

    def save(self, folder):
        (folder / "model").write_bytes(b"12345")


class Broken(Fixed):
    def fit(self, texts, intents, varieties):
        raise ModuleNotFoundError("No module named\n 'fasttext'")


def test_a_failure_stands_in_the_tables_with_its_reason(track, tmp_path, monkeypatch):
    monkeypatch.setattr(tracks, "KEPT", tmp_path)
    for name, made in {
        "fine": Fixed("case"),
        "worse": Fixed("goodbye"),
        "broken": Broken("case"),
    }.items():
        monkeypatch.setitem(
            registry.CANDIDATES, name, registry.Entry(f"the {name} one", lambda made=made: made)
        )
        track.score(name, resume=False, tell=lambda text: None)
    assert track.ranking() == ["fine", "worse"]
    assert track.failed == {"broken": "ModuleNotFoundError: No module named 'fasttext'"}
    assert content(track)["candidates"]["fine"]["case"] == 1
    assert content(track)["candidates"]["fine"]["cost"]["size"] == 5
    assert content(track)["candidates"]["worse"]["behind"]["by"] > 0
    printed = StringIO()
    Console(width=250, file=printed).print(table(track))
    for text in (markdown(track), printed.getvalue()):
        assert text.index("fine") < text.index("worse") < text.index("broken FAILED")
        assert "broken FAILED: ModuleNotFoundError: No module named 'fasttext'" in text
    assert (
        len({line.count(" | ") for line in markdown(track).splitlines() if line.startswith("| ")})
        == 1
    )


def test_what_is_scored_is_kept_for_the_next_run(track, tmp_path, monkeypatch):
    monkeypatch.setattr(tracks, "KEPT", tmp_path)
    monkeypatch.setitem(registry.CANDIDATES, "kept", registry.Entry("kept", lambda: Fixed("case")))
    track.score("kept", resume=True, tell=lambda text: None)
    monkeypatch.setitem(registry.CANDIDATES, "kept", registry.Entry("kept", lambda: Broken("case")))
    track.score("kept", resume=True, tell=lambda text: None)
    assert "kept" not in track.failed
    track.score("kept", resume=False, tell=lambda text: None)
    assert "kept" in track.failed


def test_the_slow_track_is_one_fold_of_the_same_rows(track):
    fair = tracks.small(track, tracks.Setting(folds=2, sample=600, slow=100, seed=1))
    (train, test), (all_train, all_test) = fair.folds[0], track.folds[0]
    assert set(train) < set(all_train)
    assert set(test) <= set(all_test)
    assert set(track.rows.intents[train]) == set(track.intents)


def test_a_candidate_in_another_process_tells_its_own_time():
    class Remote(Fixed):
        def seconds(self, texts):
            return [0.25] * len(texts)

    assert seconds(Remote("case"), ["a", "b"]) == [0.25, 0.25]


def test_unknown_rows_are_no_topics():
    assert not set(figures.UNKNOWN) & set(load_dialogue().topics)
    assert set(figures.UNKNOWN) | set(figures.DANGER) <= set(load_dialogue().intents)


def test_the_stock_pipeline_keeps_diet_and_tells_of_every_intent():
    names = [part["name"] for part in pipeline()["pipeline"]]
    assert names == [
        "WhitespaceTokenizer",
        "RegexFeaturizer",
        "LexicalSyntacticFeaturizer",
        "CountVectorsFeaturizer",
        "CountVectorsFeaturizer",
        "DIETClassifier",
    ]
    assert pipeline()["pipeline"][-1] == {
        "name": "DIETClassifier",
        "epochs": 100,
        "constrain_similarities": True,
        "ranking_length": 0,
    }
