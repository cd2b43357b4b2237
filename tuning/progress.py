"""How far a run is, and how long it has to go: a bar on a terminal, a line now and then in a log."""

import sys
import time

WIDTH, EACH = 30, 50


class Progress:
    """Tells steps of `total`; the estimate goes by what this run has seen."""

    def __init__(self, total: int, begun: int) -> None:
        self._total, self._begun, self._start = total, begun, time.monotonic()
        self._loss = 0.0

    def tell(self, step: int, loss: float) -> None:
        """Say that `step` steps are done."""
        self._loss = loss if step == self._begun + 1 else 0.98 * self._loss + 0.02 * loss
        left = (time.monotonic() - self._start) / (step - self._begun) * (self._total - step)
        words = f"step {step} of {self._total}, loss {self._loss:.3f}, {left / 60:.0f} min left"
        if sys.stderr.isatty():
            done = WIDTH * step // self._total
            end = "\n" if step == self._total else ""
            sys.stderr.write(f"\r[{'#' * done}{'.' * (WIDTH - done)}] {words}   {end}")
        elif step % EACH == 0 or step == self._total:
            sys.stderr.write(words + "\n")
        sys.stderr.flush()
