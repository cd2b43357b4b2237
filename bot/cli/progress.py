"""How long work takes, told: one bar on a terminal, a few plain lines in a log."""

import time
from types import TracebackType

from rich import progress
from rich.console import Console

QUIET = 20.0  # seconds between two lines in a log


class Progress:
    """One piece of work in steps; on a terminal a bar that goes away, elsewhere a line now and then."""

    def __init__(self, console: Console, title: str) -> None:
        """`title` says what is done, and about how long it takes."""
        self._console, self._title, self._told = console, title, time.monotonic()
        self._bar = (
            progress.Progress(
                progress.TextColumn("{task.description}"),
                progress.BarColumn(),
                progress.TextColumn("{task.fields[told]}"),
                progress.TimeElapsedColumn(),
                console=console,
                transient=True,
            )
            if console.is_terminal
            else None
        )

    def __enter__(self) -> "Progress":
        if self._bar is None:
            self._console.print(self._title)
        else:
            self._bar.start()
            self._task = self._bar.add_task(self._title, total=None, told="")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def step(self, done: int, total: int, name: str) -> None:
        """Say that `done` of `total` steps lie behind, and which one is next."""
        told = f"{done + 1} of {total}, {name.rpartition('.')[2].strip('0123456789_')}"
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total, told=told)
        elif time.monotonic() - self._told > QUIET:
            self._told = time.monotonic()
            self._console.print(f"{self._title}: step {told}", soft_wrap=True)
