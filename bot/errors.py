"""The errors Jawab raises, each with one line of meaning."""


class BotError(Exception):
    """Anything Jawab refuses to go on with; the message tells file, key and fix."""


class DataError(BotError):
    """A file under `data/` is wrong; the message lists every problem found."""


class LedgerError(BotError):
    """The ledger's chain is broken, or an act on it is not allowed."""


class SettingsError(BotError):
    """An environment variable or the clinic's details stop this mode from starting."""
