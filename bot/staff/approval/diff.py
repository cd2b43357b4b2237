"""Two versions of a text, word by word."""

import re
from difflib import SequenceMatcher

SAME, GONE, NEW = "same", "gone", "new"
WORD = re.compile(r"\S+\s*")


def changes(before: str, after: str) -> list[tuple[str, str]]:
    """Return the words of both in order, each run with whether it is the same, gone or new.

    >>> changes("it is halal", "it is not halal")
    [('same', 'it is '), ('new', 'not '), ('same', 'halal')]
    """
    left, right = WORD.findall(before), WORD.findall(after)
    matcher = SequenceMatcher(
        None, [word.strip() for word in left], [word.strip() for word in right], autojunk=False
    )
    found: list[tuple[str, str]] = []
    for act, start, end, other, other_end in matcher.get_opcodes():
        if act == "equal":
            found.append((SAME, "".join(right[other:other_end])))
            continue
        found += [
            (kind, "".join(words))
            for kind, words in ((GONE, left[start:end]), (NEW, right[other:other_end]))
            if words
        ]
    return found
