"""Masks what points at a person by a number or an address, in any script's digits.

For what is stored, never for what the guard reads: a mask must not change what a message is taken for.
"""

import re
import unicodedata

MASK = "•••"
# begins where its characters begin and gives nothing back: a long row of them is walked through once
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)++")
CNIC = re.compile(r"(?<!\d)\d{5}[-\s]?\d{7}[-\s]?\d(?!\d)")
# digits one by one or in groups; a point joins long groups only, because medical figures have points
NUMBER = re.compile(
    r"(?<![\d.])(?:\+|00)?\d(?:(?:[\s()/-]{0,2}|(?<=\d{3})\.(?=\d{3}))\d){8,}(?!\d)"
)
UNBROKEN = re.compile(r"\d{10,}")
DATE = re.compile(r"(?<!\d)\d{1,2}[-/]\d{1,2}[-/]\d{2,4}(?!\d)")
PHONE_STARTS = ("+", "0", "92", "3")


def redact(text: str) -> str:
    """Return `text` with every e-mail address, CNIC and telephone number in it masked; the rest as it was."""
    text = EMAIL.sub(MASK, text)
    return NUMBER.sub(_number, CNIC.sub(MASK, text))


def _number(found: re.Match[str]) -> str:
    """Return the mask for what reads as a telephone number, or is a number too long to be a medical figure."""
    words = found.group()
    if UNBROKEN.search(words):
        return MASK
    plain = "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in words)
    return MASK if plain.startswith(PHONE_STARTS) and not DATE.search(plain) else words
