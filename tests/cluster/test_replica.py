"""Texts and ledger of a cluster: one history in the database, and files on every machine that say the same."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.answers.clinic import load_clinic
from bot.answers.ledger import Ledger
from bot.answers.library import Library
from bot.answers.replica import LEDGER, Shelf, record
from bot.answers.texts import load_answers
from bot.errors import LedgerError

TODAY = date.today()


@pytest.fixture
def machines(address, tmp_path):
    """Two machines of one cluster, each with the texts of this release."""
    found = []
    for name in ("a", "b"):
        data = tmp_path / name
        shutil.copytree("data/answers", data / "answers")
        for file in (LEDGER, "clinic.yml"):
            shutil.copy(Path("data") / file, data / file)
        shelf = Shelf(address, data)
        shelf.meet()
        found.append((shelf, data))
    return found


def recall(shelf, data, name="halal"):
    ledger = Ledger.load(data / LEDGER)
    record(
        ledger, data / LEDGER, ledger.recall(name, reason="test", role="test", today=TODAY), shelf
    )
    return ledger


def same(*folders):
    """Whether every machine's files are the same, byte for byte."""

    def content(folder):
        return {
            path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }

    first, *rest = map(content, folders)
    return all(first == one for one in rest)


def test_the_first_machine_gives_and_the_second_finds_the_same(machines):
    (_, a), (shelf, b) = machines
    assert same(a, b) and not shelf.pull()


def test_a_recall_on_one_machine_reaches_the_other_and_its_chain_holds(machines):
    (one, a), (other, b) = machines
    library = Library(b, today=lambda: TODAY)
    assert library.block("halal", "ur")
    recall(one, a)
    assert other.pull() and same(a, b)
    library._looked = float("-inf")
    assert library.block("halal", "ur") is None and library.block("pain", "ur")


def test_of_two_who_write_at_the_same_moment_one_is_told(machines):
    (one, a), (other, b) = machines
    stale = Ledger.load(b / LEDGER)
    recall(one, a)
    with pytest.raises(LedgerError, match="at the same moment"):
        record(
            stale, b / LEDGER, stale.recall("pain", reason="test", role="test", today=TODAY), other
        )
    other.pull()
    recall(other, b, "pain")
    one.pull()
    assert same(a, b)


def test_a_release_signed_elsewhere_brings_its_texts_along(machines, address):
    (one, a), (other, b) = machines
    pain = a / "answers" / "pain.yml"
    pain.write_text(
        pain.read_text(encoding="utf-8").replace("en: ", "en: ", 1) + "\n", encoding="utf-8"
    )
    (a / "answers" / "cost.yml").unlink()
    ledger = Ledger.load(a / LEDGER)
    answers = load_answers(a / "answers", load_clinic(a / "clinic.yml"))
    ledger.append(
        a / LEDGER,
        ledger.sign(
            answers["pain"],
            standing="provisional",
            roles=["test"],
            today=TODAY,
            expires=TODAY + timedelta(days=9),
        ),
    )
    Shelf(address, a).meet()
    assert other.pull() and same(a, b) and not (b / "answers" / "cost.yml").exists()


def test_machines_that_went_on_by_themselves_are_not_mixed(machines, address):
    (one, a), (other, b) = machines
    ledger = Ledger.load(b / LEDGER)
    ledger.append(
        b / LEDGER, ledger.recall("pain", reason="test", role="test", today=TODAY)
    )  # past the shelf
    recall(one, a)
    with pytest.raises(LedgerError, match="different entries"):
        Shelf(address, b).meet()


def test_a_draft_saved_on_one_machine_is_on_the_other_and_the_second_editor_is_told(machines):
    (one, a), (other, b) = machines
    was = (a / "answers" / "pain.yml").read_text(encoding="utf-8")
    one.save("answers/pain.yml", was + "# seen\n", was=was)
    with pytest.raises(LedgerError, match="another machine"):
        other.save("answers/pain.yml", was + "# otherwise\n", was=was)
    other.pull()
    assert same(a, b) and (b / "answers" / "pain.yml").read_text(encoding="utf-8").endswith(
        "# seen\n"
    )


def test_a_line_changed_in_the_database_is_not_sent_from(machines):
    (one, a), (other, b) = machines
    with one.database.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE ledger SET hash = 'x', line = replace(line, 'provisional', 'approved') "
                "WHERE seq = (SELECT max(seq) FROM ledger)"
            )
        )
    with pytest.raises(LedgerError, match="chain is broken"):
        other.pull()
    library = Library(a, today=lambda: TODAY)
    other.database.engine.dispose()
    with pytest.raises(LedgerError):
        one.pull()
    library._looked = float("-inf")
    assert library.block("pain", "ur") is None
