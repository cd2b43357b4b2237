"""Where in the typed text the words stand that rules match on: for showing a person what made a rule fire."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from bot.text.words import Lexicon

Span = tuple[int, int]


def places(typed: str, lexicon: Lexicon) -> list[Span | None]:
    """Return for each word of `lexicon.words(typed)` the span of `typed` it was made from, None where none is known.

    >>> places("Halal HY??", Lexicon({"hy": ("hai",)}))
    [(0, 5), (6, 10), (6, 10), (6, 10)]
    """
    parts = [
        (word, found.span())
        for found in re.finditer(r"\S+", typed)
        for word in lexicon.words(found.group())
    ]
    whole = lexicon.words(typed)
    if [word for word, _ in parts] == whole:
        return [span for _, span in parts]
    spans: list[Span | None] = [None] * len(whole)
    matcher = SequenceMatcher(None, [word for word, _ in parts], whole, autojunk=False)
    for _, left, left_end, right, right_end in matcher.get_opcodes():
        for offset, place in enumerate(range(right, right_end)):
            if left < left_end:  # words written apart or together: the nearest stands for the rest
                spans[place] = parts[min(left + offset, left_end - 1)][1]
    return spans


def pieces(typed: str, spans: Iterable[tuple[Span, str]]) -> list[tuple[str, tuple[str, ...]]]:
    """Return `typed` cut where spans begin and end, each piece with the names of the spans it is in.

    >>> pieces("a big dog", [((2, 5), "size"), ((2, 9), "pet")])
    [('a ', ()), ('big', ('size', 'pet')), (' dog', ('pet',))]
    """
    spans = list(spans)
    cuts = sorted({0, len(typed), *(place for span, _ in spans for place in span)})
    return [
        (
            typed[start:end],
            tuple(name for (first, last), name in spans if first <= start and end <= last),
        )
        for start, end in zip(cuts, cuts[1:], strict=False)
    ]
