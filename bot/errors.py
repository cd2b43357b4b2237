"""The errors Jawab raises, each with one line of meaning, and how an unexpected one is told in a log."""

import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.message import Sentence


class BotError(Exception):
    """Anything Jawab refuses to go on with; the message tells file, key and fix.

    Its words and the values in them stay apart in `sentence`, so that the console can say them in Urdu.
    """

    def __init__(self, words: str = "", **values: Any) -> None:
        self.sentence = words if isinstance(words, Sentence) else Sentence(words, **values)
        super().__init__(str(self.sentence))

    @property
    def problems(self) -> tuple[str, ...]:
        """Each thing that stands in the way."""
        return (self.sentence,)


class DataError(BotError):
    """A file under `data/` is wrong; the message lists every problem found."""

    def __init__(self, words: str = "", *, problems: Sequence[str] = (), **values: Any) -> None:
        """`problems` come after `words`, a line each, and stay apart for the console to say in Urdu."""
        super().__init__(
            "\n".join([*([words] if words else []), *problems]) if problems else words, **values
        )
        self._problems = tuple(problems)

    @property
    def problems(self) -> tuple[str, ...]:
        """Each problem by itself."""
        return self._problems or super().problems


class LedgerError(BotError):
    """The ledger's chain is broken, or an act on it is not allowed."""


class SettingsError(BotError):
    """An environment variable or the clinic's details stop this mode from starting."""


class ModelError(BotError):
    """There is no trained model, or none that is whole."""


class StaffError(BotError):
    """Something a member of staff asked for is not allowed; the message is shown to them."""


class StoreError(BotError):
    """A store cannot be trusted with this turn; the patient meets the trouble text."""


def told(error: BaseException) -> str:
    """Return the kind of `error` and where it arose, without its message: that may quote a patient's words."""
    frames = reversed(traceback.extract_tb(error.__traceback__)[-4:])
    return " < ".join(
        [type(error).__name__, *(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)]
    )
