"""`jawab staff` in the terminal, and the link that a first start prints."""

import csv
import dataclasses
import io

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from bot.cli import app as cli
from bot.cli import ask, run
from bot.cli import staff as command
from bot.container import settings
from bot.errors import StaffError
from bot.handover.queue import WaitingRoom
from bot.settings import Staff


@pytest.fixture
def jawab(tmp_path, monkeypatch):
    """Run `jawab staff …` on a database of its own."""
    chosen = dataclasses.replace(settings(), staff=Staff(f"sqlite:///{tmp_path}/staff.db"))
    for module in (command, run):
        monkeypatch.setattr(module, "settings", lambda: chosen)
    return lambda *words, typed=None: CliRunner().invoke(cli.app, ["staff", *words], input=typed)


def test_an_account_is_made_listed_and_disabled(jawab):
    made = jawab(
        "add", "ayesha", "--role", "signer", typed="three plain words\nthree plain words\n"
    )
    assert made.exit_code == 0 and "ayesha can sign in" in made.output
    assert "signer" in jawab("list").output and "active" in jawab("list").output
    assert jawab("disable", "ayesha").exit_code == 0
    assert "disabled" in jawab("list").output
    assert (
        jawab("password", "ayesha", typed="other plain words\nother plain words\n").exit_code == 0
    )
    assert command.accounts().verify("ayesha", "other plain words")


def test_a_link_is_printed_on_request_and_no_password_is_asked_for(jawab):
    printed = jawab("add", "ayesha", "--link").output
    token = printed.split("/staff/set-up/")[1].strip()
    assert command.accounts().waiting(token).account == "ayesha"


@pytest.mark.parametrize(
    "words",
    [
        ["add", "ayesha", "--role", "owner"],
        ["add", "A b"],
        ["disable", "nobody"],
        ["password", "nobody"],
    ],
)
def test_what_cannot_be_done_is_said(jawab, words):
    assert isinstance(jawab(*words).exception, StaffError)


def test_a_first_start_prints_the_link_and_a_second_with_an_account_does_not(
    jawab, monkeypatch, capsys
):
    monkeypatch.setattr(run.console, "_force_terminal", True)
    run._announce("http://here")
    assert "http://here/staff/set-up/" in capsys.readouterr().err
    jawab("add", "ayesha", "--link")
    run._announce("http://here")
    assert "set-up" not in capsys.readouterr().err


def test_a_journal_holds_the_command_and_not_the_first_link(jawab, capsys):
    run._announce("http://here")
    told = capsys.readouterr().err
    assert "jawab staff link" in told and "set-up" not in told
    printed = jawab("link").output
    token = printed.split("/staff/set-up/")[1].strip()
    assert command.accounts().waiting(token).account is None
    run._announce("http://here")  # another start voids nothing
    assert command.accounts().waiting(token)
    jawab("add", "ayesha", "--link")
    assert isinstance(jawab("link").exception, StaffError)


def test_the_trail_and_the_waiting_room_are_shown(jawab, tmp_path, monkeypatch):
    jawab("add", "ayesha", "--link")
    assert "account added as viewer" in " ".join(jawab("trail").output.split())
    room = WaitingRoom(
        f"sqlite:///{tmp_path}/staff.db", keys=Fernet.generate_key().decode(), days=30
    )
    monkeypatch.setattr(command, "waiting_room", lambda: room)
    room.note(sender="x", channel="whatsapp", reason="crisis", cause="rule y", variety="ur")
    assert "crisis" in jawab("waiting").output and "whatsapp" in jawab("waiting").output


def test_a_list_of_messages_becomes_a_table(terminal, tmp_path, monkeypatch):
    monkeypatch.setattr(ask, "_terminal", lambda: terminal)
    (tmp_path / "in.csv").write_text("text\nis it halal?\n=meri AMH 0.4 hai\n", encoding="utf-8")
    done = CliRunner().invoke(
        cli.app, ["batch", str(tmp_path / "in.csv"), "--out", str(tmp_path / "out.csv")]
    )
    assert done.exit_code == 0, done.output
    rows = list(
        csv.DictReader(
            io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8").removeprefix("\ufeff"))
        )
    )
    assert [row["text"] for row in rows] == ["is it halal?", "'=meri AMH 0.4 hai"]
    assert [row["action"] for row in rows] == ["answer", "steer"]


def test_a_list_that_cannot_be_read_is_told(terminal, tmp_path, monkeypatch):
    monkeypatch.setattr(ask, "_terminal", lambda: terminal)
    (tmp_path / "in.csv").write_bytes(b"\xff\xfe\x00")
    done = CliRunner().invoke(
        cli.app, ["batch", str(tmp_path / "in.csv"), "--out", str(tmp_path / "out.csv")]
    )
    assert "UTF-8" in str(done.exception)


@pytest.fixture
def room(jawab, tmp_path, monkeypatch):
    """Somebody who asked for a call, in the waiting room of the terminal."""
    room = WaitingRoom(
        f"sqlite:///{tmp_path}/staff.db", keys=Fernet.generate_key().decode(), days=30
    )
    monkeypatch.setattr(command, "waiting_room", lambda: room)
    room.note(
        sender="web-x",
        channel="web",
        reason="callback",
        cause="asked for a call",
        variety="ur",
        contact={"phone": "+923001234567", "name": "زلیخا [red]", "time": "evening"},
    )
    for name, role in (("ayesha", "editor"), ("vera", "viewer"), ("omar", "admin")):
        jawab("add", name, "--role", role, "--link")
    jawab("disable", "omar")
    return room


def test_who_waits_is_taken_noted_and_done_from_the_terminal(jawab, room):
    assert "923001234567" not in jawab("waiting").output
    taken = jawab("waiting", "--claim", "1", "--as", "ayesha").output
    assert "+923001234567" in taken and "زلیخا [red]" in taken
    assert "شام کو" in jawab("waiting", "--note", "1", "شام کو", "--as", "ayesha").output
    assert "ayesha" in jawab("waiting").output
    assert "given back" in jawab("waiting", "--release", "1", "--as", "ayesha").output
    done = jawab("waiting", "--claim", "1", "--resolve", "1", "--as", "ayesha")
    assert "done" in done.output and room.open() == []
    trail = " ".join(jawab("trail").output.split())
    for act in ("claim", "note", "release", "resolve"):
        assert f"ayesha │ waiting: {act}" in trail


@pytest.mark.parametrize(
    "words",
    [
        ["--claim", "1"],
        ["--claim", "1", "--as", "nobody"],
        ["--claim", "1", "--as", "vera"],
        ["--claim", "1", "--as", "omar"],
        ["--claim", "99", "--as", "ayesha"],
        ["--resolve", "1", "--as", "ayesha"],
        ["--note", "1", "x", "--as", "ayesha"],
    ],
)
def test_nobody_looks_after_a_patient_who_may_not(jawab, room, words):
    assert isinstance(jawab("waiting", *words).exception, StaffError)
    assert room.open()[0].claimed_by is None
