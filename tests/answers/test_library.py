"""What may be sent right now: kept in step with the files while a server runs, and nothing in doubt."""

import time

import pytest

from bot.answers import library as module
from bot.answers.compose import Composer
from bot.answers.expiry import warnings
from bot.answers.gate import Gate
from bot.answers.ledger import APPROVED, PROVISIONAL, Ledger
from bot.errors import SettingsError
from tests.support import CLINIC, EMPTY_CLINIC, LANGUAGES, Shelf, day, write_yaml


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path).sign()


def test_signed_texts_may_be_sent_in_every_language(shelf):
    library = shelf.library()
    for variety in LANGUAGES:
        block = library.block("pain", variety)
        assert block.text == shelf.answers()["pain"].text[variety]
        assert library.texts(variety)[block.text] is block
        assert library.title("pain", variety)


def unsigned(shelf):
    shelf.ledger_file.unlink()


def drafted(shelf):
    shelf.rewrite(
        "pain",
        source="elsewhere",
        text=shelf.answers()["pain"].text | {"en": "Something new."},
        title={"en": "New?", "ur": "نیا؟", "roman": "Naya?"},
    )


def stale(shelf):
    shelf.forget_words()
    drafted(shelf)


@pytest.mark.parametrize(
    ("act", "offset"),
    [
        pytest.param(lambda shelf: shelf.recall("pain"), 0, id="recalled"),
        pytest.param(lambda shelf: None, 100, id="expired"),
        pytest.param(stale, 0, id="changed since only its hash was signed"),
        pytest.param(unsigned, 0, id="never signed"),
    ],
)
def test_what_may_not_be_sent_is_not_there(shelf, act, offset):
    act(shelf)
    library = shelf.library(today=day(offset))
    for variety in LANGUAGES:
        assert library.block("pain", variety) is None
        assert library.title("pain", variety) is None
        assert not any(block.id == "pain" for block in library.texts(variety).values())


@pytest.mark.parametrize("production", [False, True])
def test_a_draft_in_the_file_leaves_the_signed_words_in_force(tmp_path, production):
    shelf = Shelf(tmp_path).sign(standing=APPROVED)
    signed = shelf.answers()["pain"]
    drafted(shelf)
    library = shelf.library(production=production)
    for variety in LANGUAGES:
        assert library.block("pain", variety).text == signed.text[variety]
        assert library.title("pain", variety) == signed.title[variety]
    assert "Something new." not in library.texts("en")
    assert library.standing("pain").status == APPROVED


@pytest.mark.parametrize(
    ("act", "offset"),
    [
        pytest.param(lambda shelf: shelf.recall("pain"), 0, id="recalled"),
        pytest.param(lambda shelf: None, 100, id="expired"),
    ],
)
def test_a_draft_keeps_nothing_in_force_that_is_out_of_it(shelf, act, offset):
    drafted(shelf)
    act(shelf)
    library = shelf.library(today=day(offset))
    assert not [variety for variety in LANGUAGES if library.block("pain", variety)]


def test_words_written_down_later_keep_a_text_in_force(shelf):
    shelf.forget_words()
    answer = shelf.answers()["pain"]
    ledger = Ledger.load(shelf.ledger_file)
    ledger.append(shelf.ledger_file, ledger.write_down(answer, today=day()))
    drafted(shelf)
    library = shelf.library()
    assert (library.block("pain", "ur").text, library.title("pain", "ur")) == (
        answer.text["ur"],
        answer.title["ur"],
    )


def test_after_the_clinic_moved_its_old_number_is_not_given(shelf):
    assert shelf.library().block("contact", "en")
    write_yaml(
        shelf.folder / "clinic.yml",
        {"clinic": CLINIC["clinic"] | {"phone": "042-111"}, "helplines": []},
    )
    assert shelf.library().block("contact", "en") is None


def test_another_draft_of_the_contact_leaves_the_signed_one_in_force(shelf):
    signed = shelf.answers()["contact"].text
    shelf.rewrite(
        "contact", text=dict.fromkeys(LANGUAGES, "Anders: {name} {phone} {address} {hours}")
    )
    assert shelf.library().block("contact", "en").text == signed["en"]


def test_a_recall_reaches_a_live_library_within_two_seconds(shelf):
    library = shelf.library()
    assert library.block("pain", "ur")
    shelf.recall("pain")
    started = time.monotonic()
    while library.block("pain", "ur"):
        assert time.monotonic() - started < 2
        time.sleep(0.05)
    assert library.block("halal", "ur")


@pytest.fixture
def impatient(monkeypatch):
    """The library looks at its files every time it is asked."""
    monkeypatch.setattr(module, "LOOK_AGAIN", 0.0)


def test_a_text_expires_at_midnight_on_a_running_server(shelf, impatient):
    today = [day(99)]
    library = module.Library(shelf.folder, today=lambda: today[0])
    assert library.block("pain", "en")
    today[0] = day(100)
    assert library.block("pain", "en") is None


@pytest.mark.parametrize(
    "breaks",
    [
        pytest.param(
            lambda s: s.ledger_file.write_text("{}\n", encoding="utf-8"), id="a broken ledger line"
        ),
        pytest.param(lambda s: s.ledger_file.write_bytes(b"\xff"), id="a ledger that is no text"),
        pytest.param(lambda s: s.ledger_file.unlink(), id="a ledger that is gone"),
        pytest.param(
            lambda s: (s.folder / "clinic.yml").write_text("clinic: {", encoding="utf-8"),
            id="a broken clinic file",
        ),
        pytest.param(lambda s: (s.folder / "clinic.yml").unlink(), id="a clinic file that is gone"),
        pytest.param(
            lambda s: (s.folder / "answers" / "halal.yml").write_text(
                "answer: x", encoding="utf-8"
            ),
            id="a broken answer file",
        ),
        pytest.param(
            lambda s: (s.folder / "answers" / "halal.yml").write_bytes(b"\xff"),
            id="an answer file that is no text",
        ),
    ],
)
def test_a_broken_file_takes_every_text_out_of_force_but_the_trouble_text(shelf, impatient, breaks):
    library = shelf.library()
    trouble = library.trouble("ur")
    breaks(shelf)
    for _ in range(3):  # not only at the first look
        assert all(library.block(name, "ur") is None for name in shelf_names())
        assert library.texts("ur") == {}
    assert library.trouble("ur") == trouble or not shelf.ledger_file.exists()


def test_a_torn_signature_takes_nothing_out_of_force(shelf, impatient):
    library = shelf.library()
    shelf.sign("cost", days=200)
    shelf.ledger_file.write_bytes(shelf.ledger_file.read_bytes()[:-20])
    assert library.block("pain", "en") and library.block("cost", "en") and library.torn
    shelf.sign("cost", days=200)
    assert not library.torn


# --- the time of grace ---

DANGER = ("emergency", "self_harm", "service_trouble")


@pytest.mark.parametrize("production", [False, True])
def test_after_its_date_only_danger_is_met_and_everybody_is_told(tmp_path, caplog, production):
    shelf = Shelf(tmp_path).sign(standing=APPROVED if production else PROVISIONAL)
    library = shelf.library(today=day(100), production=production)
    for variety in LANGUAGES:
        assert all(library.block(name, variety) for name in DANGER)
        assert library.block("pain", variety) is None
        assert library.trouble(variety)
    assert set(DANGER) <= set(library.in_grace())
    assert "emergency" in caplog.text and caplog.records[-1].levelname == "ERROR"
    assert "run out" in warnings(library)[0]
    assert Gate(library).check(library.block("emergency", "ur").text).replaced is False


def test_a_reply_is_never_empty_while_grace_lasts(shelf):
    composer = Composer(shelf.library(today=day(100)))
    for action, says in (("emergency", ["emergency"]), ("crisis", ["self_harm"]), ("answer", [])):
        reply = composer.compose(action=action, says=says, topics=["pain"], variety="ur")
        assert reply.text, action


def test_a_recalled_text_for_danger_has_no_grace(shelf):
    shelf.recall("emergency")
    assert shelf.library(today=day(100)).block("emergency", "en") is None


def test_after_the_time_of_grace_nothing_is_sent_and_production_starts_no_more(tmp_path):
    shelf = Shelf(tmp_path).sign(standing=APPROVED)
    assert shelf.library(today=day(190)).block("emergency", "en") is None
    with pytest.raises(SettingsError, match="emergency.yml is expired"):
        shelf.library(today=day(190), production=True)


@pytest.mark.parametrize(
    ("offset", "told"),
    [
        pytest.param(0, 0, id="long before"),
        pytest.param(69, 0, id="31 days before"),
        pytest.param(70, 1, id="30 days before"),
    ],
)
def test_a_month_before_they_run_out_a_start_says_so(shelf, offset, told):
    assert len(warnings(shelf.library(today=day(offset)))) == told


def shelf_names():
    return ("pain", "halal", "steer", "disclaimer")


def test_a_mended_file_brings_the_texts_back(shelf, impatient):
    library, sound = shelf.library(), shelf.ledger_file.read_bytes()
    shelf.ledger_file.write_bytes(sound[20:])
    assert library.block("pain", "en") is None
    shelf.ledger_file.write_bytes(sound)
    assert library.block("pain", "en")


def test_a_recalled_trouble_text_is_not_sent_either(shelf, impatient):
    library = shelf.library()
    assert library.trouble("en")
    shelf.recall("service_trouble")
    assert library.trouble("en") == ""


def test_the_trouble_text_carries_the_notice_while_it_is_provisional(shelf):
    assert shelf.library().trouble("ur").splitlines()[-1] == shelf.answers()["notice"].text["ur"]
    shelf.sign(standing=APPROVED)
    assert shelf.library().trouble("ur") == shelf.answers()["service_trouble"].text["ur"]


def checked(name="Rescue", when="2026-11-01"):
    return {"helplines": [{"name": name, "number": "1122", "checked": when}]}


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        pytest.param(
            lambda s: s.sign("pain"), "pain.yml is provisional; sign it", id="a provisional text"
        ),
        pytest.param(lambda s: s.recall("pain"), "pain.yml is recalled", id="a recalled text"),
        pytest.param(stale, "pain.yml is stale", id="a changed text"),
        pytest.param(
            lambda s: write_yaml(s.folder / "clinic.yml", EMPTY_CLINIC),
            "must be filled in",
            id="no clinic",
        ),
        pytest.param(
            lambda s: write_yaml(s.folder / "clinic.yml", CLINIC | checked(when=None)),
            "helplines: Rescue was never checked",
            id="a helpline nobody rang",
        ),
    ],
)
def test_production_refuses_to_start(tmp_path, prepare, told):
    shelf = Shelf(tmp_path, clinic=CLINIC | checked()).sign(standing=APPROVED)
    shelf.library(production=True)
    prepare(shelf)
    with pytest.raises(SettingsError, match=told):
        shelf.library(production=True)


def test_production_sends_nothing_provisional_that_is_signed_while_it_runs(tmp_path, impatient):
    shelf = Shelf(tmp_path).sign(standing=APPROVED)
    library = shelf.library(production=True)
    shelf.sign("pain")
    assert library.block("pain", "en") is None
    assert library.block("halal", "en")
