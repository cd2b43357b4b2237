"""The sign-off desk: what it shows, who may sign what, and that it writes the ledger of `jawab ledger`."""

import threading
from datetime import date, timedelta

import pytest
from office import Office, Visitor
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.answers.consistency import doubts
from bot.answers.ledger import APPROVED, Ledger
from bot.answers.texts import Answer
from bot.errors import LedgerError
from bot.rasa_adapter.event_store import reach, store_of
from bot.staff.approval.diff import changes
from bot.staff.approval.signing import seen
from tests.support import Shelf

LATER = (date.today() + timedelta(days=90)).isoformat()
EVIDENCE = {"for": ["a study"], "against": ["another study"]}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """Texts and a ledger of their own; halal is contested."""
    shelf = Shelf(tmp_path_factory.mktemp("texts"))
    shelf.rewrite("halal", contested=True, evidence=EVIDENCE)
    return shelf.sign(today=date.today())


@pytest.fixture(scope="module")
def desk(terminal, tmp_path_factory, shelf):
    with Office(terminal.agent, tmp_path_factory.mktemp("desk"), data=shelf.folder) as running:
        for name, role in (("sana", "signer"), ("omar", "signer"), ("vera", "viewer")):
            running.hire(name, role)
        yield running


def visitor(desk, name):
    found = Visitor(desk)
    assert found.post("sign-in", name=name, password="three plain words")[0] == 200
    return found


def sign(who, shelf, name, **changes):
    who.ask(f"desk/{name}")
    fields = {
        "act": "sign",
        "seen": seen(shelf.answers()[name]),
        "role": "clinician",
        "standing": APPROVED,
        "expires": LATER,
        **changes,
    }
    return who.post(f"desk/{name}", **fields)


def standing(shelf, name):
    return Ledger.load(shelf.ledger_file).standing(shelf.answers()[name], today=date.today()).status


def test_a_text_is_signed_into_the_ledger_of_the_terminal(desk, shelf):
    status, page = sign(visitor(desk, "sana"), shelf, "pain")
    assert status == 200 and "Done: signed" in page
    assert standing(shelf, "pain") == "approved"
    entry = Ledger.load(shelf.ledger_file).entries[-1]
    assert (entry["signers"], entry["words"]["ur"]) == (
        [{"role": "clinician"}],
        shelf.answers()["pain"].text["ur"],
    )


def test_a_contested_text_needs_two_people_two_roles_and_the_evidence(desk, shelf):
    sana, omar = visitor(desk, "sana"), visitor(desk, "omar")
    before = len(Ledger.load(shelf.ledger_file).entries)
    assert "read the evidence" in sign(sana, shelf, "halal")[1]
    assert "second signer" in sign(sana, shelf, "halal", evidence="read")[1]
    assert (
        "second signer" in sign(sana, shelf, "halal", evidence="read", role="scholar")[1]
    )  # the same person again
    status, page = sign(omar, shelf, "halal", evidence="read", role="Scholar")
    assert status == 400 and "second role" in page
    assert len(Ledger.load(shelf.ledger_file).entries) == before
    assert "Done: signed" in sign(omar, shelf, "halal", evidence="read", role="clinician")[1]
    assert standing(shelf, "halal") == "approved"
    assert [one["role"] for one in Ledger.load(shelf.ledger_file).entries[-1]["signers"]] == [
        "scholar",
        "clinician",
    ]


def test_a_first_signature_on_words_that_changed_counts_for_nothing(desk, shelf):
    sana, omar = visitor(desk, "sana"), visitor(desk, "omar")
    sign(sana, shelf, "halal", evidence="read", role="scholar")
    shelf.rewrite("halal", contested=True, evidence=EVIDENCE | {"against": ["a newer study"]})
    assert "second signer" in sign(omar, shelf, "halal", evidence="read")[1]


@pytest.mark.parametrize(
    "changes",
    [
        {"seen": "0" * 64},
        {"expires": "soon"},
        {"expires": "2020-01-01"},
        {"role": " "},
        {"standing": "anything"},
        {"act": "delete"},
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(desk, shelf, changes):
    before = shelf.ledger_file.read_bytes()
    assert sign(visitor(desk, "sana"), shelf, "cost", **changes)[0] == 400
    assert shelf.ledger_file.read_bytes() == before


def test_a_text_that_changed_meanwhile_is_not_signed(desk, shelf):
    sana, earlier = visitor(desk, "sana"), seen(shelf.answers()["cost"])
    shelf.rewrite("cost", text={"en": "New words.", "ur": "نئے الفاظ۔", "roman": "Naye alfaaz."})
    status, page = sign(sana, shelf, "cost", seen=earlier)
    assert status == 400 and "changed after you opened" in page


@pytest.mark.parametrize("act", ["sign", "recall"])
def test_a_viewer_reads_and_signs_nothing(desk, shelf, act):
    vera, before = visitor(desk, "vera"), shelf.ledger_file.read_bytes()
    _, page = vera.ask("desk/pain")
    assert "Take it out of use" not in page
    assert sign(vera, shelf, "pain", act=act, reason="x")[0] == 403
    assert shelf.ledger_file.read_bytes() == before


def test_a_recall_takes_a_text_out_of_use(desk, shelf):
    sana = visitor(desk, "sana")
    sana.ask("desk/legality")
    assert sana.post("desk/legality", act="recall", role="clinician", reason="")[0] == 400
    assert (
        "recalled"
        in sana.post("desk/legality", act="recall", role="clinician", reason="out of date")[1]
    )
    assert standing(shelf, "legality") == "recalled"


def test_what_changed_since_the_last_signature_is_marked_in_its_own_language(desk, shelf):
    sana = visitor(desk, "sana")
    sign(sana, shelf, "decline")
    old = shelf.answers()["decline"].text
    shelf.rewrite("decline", text=old | {"ur": old["ur"].replace("میں۔", "میں نہیں۔")})
    _, page = sana.ask("desk/decline")
    assert "<ins>میں نہیں۔</ins>" in page.replace(" </ins>", "</ins>") and "<del>میں۔</del>" in page
    assert "stale" in page


def test_the_list_shows_first_what_needs_somebody(desk, shelf):
    shelf.rewrite("greet", source="new")
    shelf.recall("thanks" if "thanks" in shelf.answers() else "steer", today=date.today())
    _, page = visitor(desk, "vera").ask("desk")
    first = page.split("<tbody>")[1].split("</tr>")[0]
    assert "late" in first


@pytest.mark.parametrize("name", ["nothing", "..%2F..%2Fetc", "PAIN"])
def test_a_text_that_is_not_there_is_told(desk, name):
    assert visitor(desk, "vera").ask(f"desk/{name}")[0] in (400, 404)


def test_a_broken_ledger_is_told_and_nothing_can_be_signed(terminal, tmp_path):
    shelf = Shelf(tmp_path / "texts").sign(today=date.today())
    with Office(terminal.agent, tmp_path / "var", data=shelf.folder) as office:
        sana = office.signed_in("sana", "signer")
        shelf.ledger_file.write_text(shelf.ledger_file.read_text().replace("nurse", "Nurse", 1))
        status, page = sana.ask("desk")
        assert status == 400 and "chain is broken" in page


def test_two_signatures_at_the_same_moment_leave_the_chain_whole(tmp_path):
    shelf = Shelf(tmp_path).sign("pain", today=date.today())
    answers, failed = shelf.answers(), []

    def one(name):
        ledger = Ledger.load(shelf.ledger_file)
        entry = ledger.sign(
            answers[name],
            standing=APPROVED,
            roles=["x"],
            today=date.today(),
            expires=date.fromisoformat(LATER),
        )
        barrier.wait(5)
        try:
            ledger.append(shelf.ledger_file, entry)
        except LedgerError as error:
            failed.append(str(error))

    barrier = threading.Barrier(2)
    threads = [threading.Thread(target=one, args=(name,)) for name in ("cost", "steer")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failed) == 1 and "same moment" in failed[0]
    assert len(Ledger.load(shelf.ledger_file).entries) == 2


def test_the_reach_of_a_text_counts_conversations_that_were_told_it(terminal, tmp_path):
    store = SQLTrackerStore(db=str(tmp_path / "conversations.db"))
    for sender, blocks, buttons in (
        ("a", ["pain"], []),
        ("b", ["halal", "pain"], []),
        ("c", ["halal"], ["pain"]),
    ):
        told = BotUttered(
            "words",
            {"buttons": [{"id": one, "title": "x"} for one in buttons]},
            {"blocks": [{"id": one, "variety": "en", "sha256": "x"} for one in blocks]},
        )
        terminal._loop.run_until_complete(
            store.save(DialogueStateTracker.from_events(sender, [told, told]))
        )
    assert (
        reach(store, "pain"),
        reach(store, "halal"),
        reach(store, "cost"),
    ) == (2, 2, 0)
    store.engine.dispose()


def test_where_conversations_are_in_memory_the_reach_is_not_told(terminal):
    assert reach(store_of(terminal.agent), "pain") is None


def answer(en, ur, roman):
    return Answer("x", "answer", {"en": en, "ur": ur, "roman": roman})


@pytest.mark.parametrize(
    ("texts", "doubt"),
    [
        (("40% improve", "۴۰% بہتر", "40% behtar"), None),
        (("40% improve", "۴۵% بہتر", "40% behtar"), "numbers differ"),
        (("up to half", "آدھے", "aadhe tak"), "Urdu has no word"),
        (("up to half", "زیادہ سے زیادہ آدھے", "aadhe tak"), None),
        (("it is not proven", "ثابت ہے", "sabit nahi hai"), "Only English, Roman Urdu"),
        (("ASCOT works", "ASCOT کام کرتا ہے", "ye kaam karta hai"), "Roman Urdu lacks ASCOT"),
        (("a" * 901, "ا", "a"), "too long"),
    ],
)
def test_the_machine_sees_what_the_languages_do_not_share(texts, doubt):
    found = " ".join(doubts(answer(*texts)))
    assert doubt in found if doubt else not found


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a b", "a b", [("same", "a b")]),
        ("a b", "a c", [("same", "a "), ("gone", "b"), ("new", "c")]),
        ("", "a", [("new", "a")]),
        ("یہ حلال ہے", "یہ حلال نہیں ہے", [("same", "یہ حلال "), ("new", "نہیں "), ("same", "ہے")]),
    ],
)
def test_changes_are_told_word_by_word(before, after, expected):
    assert changes(before, after) == expected
