"""The small language in which a reviewer writes what a guard rule catches, compiled to spaCy token patterns.

seene mein dard            these words, in this order
[my|meri|mera] amh         any one of the alternatives
{lab} (is) {number}        a word group of groups.yml; a word that may be missing; any number
blood .. stop              a gap of up to 3 words; ... is a gap of up to 7 (a gap never crosses a full stop)
"""

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.text.words import SENTENCE_END

Pattern = list[dict[str, Any]]
Words = Callable[[str], list[str]]

PIECE = re.compile(r"\{(\w+)\}|\[([^\]]*)\]|\(([^)]*)\)|(\.{2,3})|([^\s\[\](){}]+)")
GAPS = {"..": 3, "...": 7}
IS_NUMBER = re.compile(r"^\d+(?:[.,/]\d+)*%?$")
MOST_PATTERNS = 400


class PhraseError(ValueError):
    """A phrase cannot be read; the message tells which part and why."""


def compile_phrase(
    phrase: str, *, groups: Mapping[str, Sequence[str]], words: Words
) -> list[Pattern]:
    """Return the spaCy Matcher patterns that stand for `phrase`.

    `groups` maps a group's name to its phrases; `words` splits plain text into canonical words, the same function
    that messages go through. Raises PhraseError.
    """
    steps = [_step(piece, groups, words) for piece in PIECE.finditer(phrase)]
    left = PIECE.sub("", phrase).strip()
    if left or not steps:
        raise PhraseError(f"cannot read '{left or phrase}' in '{phrase}'")
    count = 1
    for step in steps:
        count *= len(step)
    if count > MOST_PATTERNS:
        raise PhraseError(
            f"'{phrase}' stands for {count} patterns, {MOST_PATTERNS} at most; split it"
        )
    return [list(itertools.chain(*choice)) for choice in itertools.product(*steps)]


def needed_words(pattern: Pattern, *, number: str) -> list[frozenset[str]]:
    """Return, for each token of `pattern` that must be there, the words it may be; `number` stands for any number.

    Raises PhraseError for a pattern with no such token, which would match anywhere.
    """
    needs = []
    for token in pattern:
        wanted = token["ORTH"]
        if "OP" not in token:
            needs.append(
                frozenset([wanted] if isinstance(wanted, str) else wanted.get("IN", [number]))
            )
    if not needs:
        raise PhraseError("a phrase needs at least one word that must be there")
    return needs


def _step(piece: re.Match[str], groups: Mapping[str, Sequence[str]], words: Words) -> list[Pattern]:
    """Return the alternatives of one piece, each a pattern of its own."""
    group, choices, optional, gap, plain = piece.groups()
    if group == "number":
        return [[{"ORTH": {"REGEX": IS_NUMBER.pattern}}]]
    if group is not None:
        if group not in groups:
            raise PhraseError(f"no group '{group}' in groups.yml")
        return _alternatives(groups[group], words)
    if choices is not None:
        return _alternatives(choices.split("|"), words)
    if optional is not None:
        return [*_alternatives(optional.split("|"), words), []]
    if gap is not None:
        return [[{"ORTH": {"NOT_IN": sorted(SENTENCE_END)}, "OP": f"{{0,{GAPS[gap]}}}"}]]
    return _alternatives([plain], words)


def _alternatives(phrases: Sequence[str], words: Words) -> list[Pattern]:
    split = [words(phrase) for phrase in phrases if phrase.strip()]
    single = sorted({word[0] for word in split if len(word) == 1})
    several = [[{"ORTH": word} for word in phrase] for phrase in split if len(phrase) > 1]
    return ([[{"ORTH": {"IN": single}}]] if single else []) + several
