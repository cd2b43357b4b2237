"""Finds words that were typed as one: 'merishadi' is 'meri shadi', 'مجھےڈاکٹر' is 'مجھے ڈاکٹر'."""

from collections.abc import Collection, Sequence

LEAST_LETTERS = 3  # of each part: shorter ones are found in any word
MOST_PARTS = 3


class Parting:
    """Knows some words, and sees them in what is written together."""

    def __init__(self, vocabulary: Collection[str]) -> None:
        """`vocabulary` is the words a part may be, in normal form."""
        self._known = frozenset(
            word for word in vocabulary if len(word) >= LEAST_LETTERS and word.isalpha()
        )

    def parted(self, words: Sequence[str]) -> list[str] | None:
        """Return `words` with each unknown one replaced by the known ones it is made of; None where none is.

        >>> Parting({"meri", "shadi"}).parted(["merishadi", "ho", "gayi"])
        ['meri', 'shadi', 'ho', 'gayi']
        """
        found = [self._parts(word, MOST_PARTS) or (word,) for word in words]
        return (
            [part for parts in found for part in parts]
            if any(len(parts) > 1 for parts in found)
            else None
        )

    def _parts(self, word: str, most: int) -> tuple[str, ...] | None:
        if word in self._known:
            return (word,)
        if most == 1 or len(word) < 2 * LEAST_LETTERS or len(word) > 40:
            return None
        for cut in range(len(word) - LEAST_LETTERS, LEAST_LETTERS - 1, -1):
            rest = self._parts(word[cut:], most - 1) if word[:cut] in self._known else None
            if rest:
                return (word[:cut], *rest)
        return None
