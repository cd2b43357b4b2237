"""Splits a message into the clauses that may each ask something of their own."""

import re

# sentence ends, then words that join two questions; a comma alone splits only where both sides stand by themselves
SENTENCE = re.compile(r"[.?!۔؟؛;\n]+(?=\s|$)")
JOINER = re.compile(
    r"(?:,|،)\s*|\s(?:aur|or|and|n|&|/|plus|also|phir|lekin|magar|but|dusra|dosra|doosra|teesra|tesra|"
    r"اور|نیز|لیکن|مگر|پھر|دوسرا|تیسرا)\s"
)
MOST_CLAUSES = 8


def clauses(text: str) -> list[str]:
    """Return the clauses of `text` (normalised), at most eight; the whole text when it has only one.

    >>> clauses("legal hai? aur dard hota hai?")
    ['legal hai', 'dard hota hai']
    """
    parts = [
        part.strip(" ,،")
        for sentence in SENTENCE.split(text)
        for part in JOINER.split(f" {sentence} ")
    ]
    kept = [part for part in parts if part]
    return kept[:MOST_CLAUSES] if len(kept) > 1 else [text]
