"""`jawab staff` in the terminal, and the link that a first start prints."""

import dataclasses

import pytest
from typer.testing import CliRunner

from bot import cli
from bot.commands import run
from bot.commands import staff as command
from bot.errors import StaffError
from bot.service import settings
from bot.settings import Staff


@pytest.fixture
def jawab(tmp_path, monkeypatch):
    """Run `jawab staff …` on a database of its own."""
    chosen = dataclasses.replace(settings(), staff=Staff(f"sqlite:///{tmp_path}/staff.db"))
    for module in (command, run):
        monkeypatch.setattr(module, "settings", lambda: chosen)
    return lambda *words, typed=None: CliRunner().invoke(cli.app, ["staff", *words], input=typed)


def test_an_account_is_made_listed_and_disabled(jawab):
    made = jawab("add", "ayesha", "--role", "signer", typed="three plain words\nthree plain words\n")
    assert made.exit_code == 0 and "ayesha can sign in" in made.output
    assert "signer" in jawab("list").output and "active" in jawab("list").output
    assert jawab("disable", "ayesha").exit_code == 0
    assert "disabled" in jawab("list").output
    assert jawab("password", "ayesha", typed="other plain words\nother plain words\n").exit_code == 0
    assert command.accounts().verify("ayesha", "other plain words")


def test_a_link_is_printed_on_request_and_no_password_is_asked_for(jawab):
    printed = jawab("add", "ayesha", "--link").output
    token = printed.split("/staff/set-up/")[1].strip()
    assert command.accounts().waiting(token).account == "ayesha"


@pytest.mark.parametrize("words", [["add", "ayesha", "--role", "owner"], ["add", "A b"], ["disable", "nobody"],
                                   ["password", "nobody"]])
def test_what_cannot_be_done_is_said(jawab, words):
    assert isinstance(jawab(*words).exception, StaffError)


def test_a_first_start_prints_the_link_and_a_second_with_an_account_does_not(jawab, monkeypatch, capsys):
    class Answer:
        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass
    monkeypatch.setattr(run.urllib.request, "urlopen", lambda *args, **options: Answer())
    run._announce("http://here")
    assert "http://here/staff/set-up/" in capsys.readouterr().err
    jawab("add", "ayesha", "--link")
    run._announce("http://here")
    assert "set-up" not in capsys.readouterr().err
