"""Letters of other scripts that look like Latin ones: 'hаlаl' with Cyrillic а is 'halal'.

Which look alike is Unicode's own list (TR 39), from the package confusable-homoglyphs.
"""

from functools import lru_cache

from confusable_homoglyphs import confusables

BLOCKS = ((0x0250, 0x02FF), (0x0370, 0x03FF), (0x0400, 0x052F), (0x0530, 0x058F), (0x13A0, 0x13FF))
STROKE = "l"  # what the list calls a capital I of any script


@lru_cache(maxsize=1)
def lookalikes() -> dict[int, str]:
    """Return the translation table, for `str.translate` before letters are folded to lower case."""
    letters = (chr(code) for first, last in BLOCKS for code in range(first, last + 1))
    return {
        ord(letter): plain for letter in letters if letter.isalpha() and (plain := _plain(letter))
    }


def _plain(letter: str) -> str | None:
    found = confusables.is_confusable(letter, preferred_aliases=["latin"]) or []
    looks = [twin["c"] for one in found for twin in one["homoglyphs"]]
    plain = next((c.lower() for c in looks if len(c) == 1 and c.isascii() and c.isalpha()), None)
    return "i" if plain == STROKE and letter.isupper() else plain
