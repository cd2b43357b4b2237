"""Whether a secret was drawn at random or typed by somebody."""

import re

DIFFERENT_LEAST = (
    6  # characters; 16 random hexadecimal digits have fewer once in several thousand draws
)
SAME_IN_A_ROW = re.compile(r"(.)\1{7}")
PLACEHOLDERS = ("changeme", "change-me", "example", "password", "secret", "12345678", "abcdefgh")


def guessable(secret: str) -> bool:
    """Whether `secret` was typed: few different characters, one many times, the same again, or a placeholder.

    >>> guessable("k" * 32), guessable("0a1b2c3d4e" * 4), guessable("9f86d081884c7d659a2feaa0c55ad015")
    (True, True, False)
    """
    return (
        len(set(secret)) < DIFFERENT_LEAST
        or (secret + secret).find(secret, 1) < len(secret)
        or bool(SAME_IN_A_ROW.search(secret))
        or any(word in secret.lower() for word in PLACEHOLDERS)
    )
