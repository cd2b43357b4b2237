"""The languages the bot speaks: the one table that Python, pages and widget read. A new one is a row here, then data.

`jawab check` names the texts and examples that a new row asks for. The order is that of menus and buttons.
"""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Language:
    """One language as patients read and write it.

    `code` is its name in data and settings, `tag` the BCP 47 tag for `lang`, `direction` ltr or rtl, `script` the ISO
    15924 code, `name` its English name for staff; what patients call it is a text, the title of `language`.
    """

    code: str
    tag: str
    direction: str
    script: str
    name: str


TABLE = (
    Language("en", "en", "ltr", "Latn", "English"),
    Language("ur", "ur", "rtl", "Arab", "Urdu"),
    Language("roman", "ur-Latn", "ltr", "Latn", "Roman Urdu"),
)
CODES = tuple(one.code for one in TABLE)
BY_CODE = {one.code: one for one in TABLE}


def direction(code: str | None) -> str:
    """Return how text in a language runs; what is none of ours runs as English does."""
    return BY_CODE[code].direction if code in BY_CODE else "ltr"


def tag(code: str | None) -> str:
    """Return the value of `lang` for a language."""
    return BY_CODE[code].tag if code in BY_CODE else "en"


def table() -> dict[str, dict[str, str]]:
    """Return the table for pages: code to tag, direction, script and name."""
    return {one.code: asdict(one) for one in TABLE}
