"""docs/operations.md: every alert has its advice, every command and file it names exists."""

import re

import pytest
from typer.main import get_command

from bot.cli.app import app
from tests.conftest import ROOT
from tests.deploy.test_watching import RULES

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [rule["alert"] for rule in RULES])
def test_every_alert_is_explained(name):
    assert f"`{name}`" in PAGE.partition("## Incidents")[2]


def test_every_command_named_exists():
    commands = get_command(app).commands
    named = re.findall(
        r"\bjawab (alerts|ledger|privacy|backup|check|train)(?: (list|seen|recall|verify|status|export|"
        r"erase|purge))?\b",
        PAGE,
    )
    assert named
    for name, below in named:
        assert not below or below in commands[name].commands, (name, below)


def test_every_file_named_exists():
    for path in re.findall(r"`((?:deploy|tests|docs|bot)/[\w/.-]+)`", PAGE):
        assert (ROOT / path).exists(), path


def test_every_make_target_named_exists():
    targets = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    assert set(re.findall(r"(?:`|&& )make ([a-z]+)\b", PAGE)) <= targets


def test_every_setting_named_exists():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert all(f"{name}=" in example for name in re.findall(r"JAWAB_[A-Z_]+", PAGE))
