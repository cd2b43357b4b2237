"""What training tells while it works: one bar on a terminal, a few plain lines in a log, and nothing of Rasa's."""

import io
import os
import sys
import warnings

from rich.console import Console

from bot.cli import progress, train

STEPS = 230


def shown(*, terminal):
    screen = io.StringIO()
    with progress.Progress(Console(file=screen, force_terminal=terminal, width=100), "work") as it:
        for done in range(STEPS):
            it.step(done, STEPS, "train_bot.rasa_adapter.components.intents.Intents1")
    return screen.getvalue()


def test_a_log_gets_a_few_plain_lines(monkeypatch):
    clock = iter(range(10 * STEPS))
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    lines = shown(terminal=False).splitlines()
    assert lines[0] == "work" and 2 < len(lines) < 25
    assert all(line.startswith("work") and "\x1b" not in line for line in lines)
    assert lines[1].endswith("of 230, Intents")


def test_a_terminal_gets_one_bar_that_goes_away():
    screen = shown(terminal=True)
    assert screen.count("\n") <= 2 and "\x1b[2K" in screen


def test_rasa_is_quiet_while_it_trains_and_as_before_afterwards(capsys, monkeypatch):
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    with warnings.catch_warnings(record=True) as told, train._quiet():
        from rasa.shared.utils.io import is_logging_disabled

        assert is_logging_disabled()  # what Rasa asks before it draws a bar
        sys.stdout.write("Your Rasa model is trained")
        warnings.warn("a rule of stories", stacklevel=1)
    assert capsys.readouterr().out == "" and not told
    assert os.environ["LOG_LEVEL"] == "DEBUG"


def test_nobody_is_told_of_steps_while_messages_are_answered():
    import rasa  # noqa: F401  # which loads the runner

    from bot.rasa_adapter import graph_runner

    with graph_runner.watched(lambda done, total, name: None):
        assert len(graph_runner.WATCHERS) == 1
    assert graph_runner.WATCHERS == []
