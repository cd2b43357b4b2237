"""What every test may use: the bot in this process, a fixed day, and in CI no skipped test."""

import os
import uuid
from datetime import date
from pathlib import Path

import pytest
from hypothesis import settings

from bot.answers.library import Library

# the console has tests of its own; elsewhere nobody waits and no store is written
os.environ["JAWAB_STAFF"] = "false"

TODAY = date(2026, 11, 22)
ROOT = Path(__file__).parent.parent

# the same examples on every machine, and no time limit on a busy one; `python -m tests.fuzz` looks further
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def terminal():
    """The trained bot, loaded once."""
    from bot.channels.terminal import Terminal

    return Terminal()


@pytest.fixture
def library():
    """The texts of this repository as they stand on a fixed day."""
    return Library(ROOT / "data", today=lambda: TODAY)


class Chat:
    """A conversation that reads like one."""

    def __init__(self, terminal):
        self._terminal, self._sender, self.said = terminal, uuid.uuid4().hex, None

    def patient(self, text, *, taps=None):
        """The patient types, or taps the button with this id."""
        self.said = self._terminal.say(text, self._sender, button=taps)
        return self.said

    def bot(self, action, *, topics=None, variety=None, block=None, button=None):
        """The bot did this in its last message."""
        assert self.said["action"] == action, self.said["reasons"]
        assert topics is None or set(self.said["topics"]) == set(topics), self.said["reasons"]
        assert variety in (None, self.said["variety"])
        ids = [one["id"] for reply in self.said["replies"] for one in reply["blocks"]]
        assert block is None or block in ids, ids
        assert button is None or button in self.buttons, self.buttons

    @property
    def buttons(self):
        """The ids of the buttons under the bot's last message."""
        return [one["id"] for one in self.said["replies"][-1]["buttons"]]


@pytest.fixture
def chat(terminal):
    """A new conversation with the trained bot."""
    return Chat(terminal)


def pytest_collection_modifyitems(items):
    """Mark what drives Chromium: `make test` runs it beside the rest."""
    for item in items:
        if "chromium" in item.fixturenames:
            item.add_marker("browser")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """In CI a skipped test is a failure: green must mean that everything ran."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        report.outcome, report.longrepr = (
            "failed",
            f"skipped, and CI skips nothing: {report.longrepr}",
        )
    return report
