"""Guard rules at work: a message in, findings out, by spaCy's matcher over canonical words."""

from pathlib import Path
from typing import Callable, Sequence

from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from bot.errors import DataError
from bot.guard.phrases import PhraseError, compile_phrase
from bot.guard.rules import Rule, load_rules
from bot.guard.verdict import Finding

MOST_WORDS = 1500   # past this a message is steered unread: nobody asks a general question at such length


class TooLong(ValueError):
    """The message has more words than the guard reads."""


class GuardMatcher:
    """All guard rules, compiled once; safe to share, holds no state of a message."""

    def __init__(self, rules: Sequence[Rule], groups: dict[str, list[str]], words: Callable[[str], list[str]]) -> None:
        """Compile `rules`; `words` turns text into canonical words. Raises DataError for phrases it cannot read."""
        self.rules = {rule.id: rule for rule in rules}
        self._words = words
        self._vocab = Vocab()
        self._matcher = Matcher(self._vocab, validate=False)
        self._unless = Matcher(self._vocab, validate=False)
        problems: list[str] = []
        for rule in rules:
            for matcher, phrases in ((self._matcher, rule.phrases), (self._unless, rule.unless_before)):
                try:
                    patterns = [pattern for phrase in phrases
                                for pattern in compile_phrase(phrase, groups=groups, words=words)]
                except PhraseError as error:
                    problems.append(f"data/guard/{rule.category}.yml: {rule.id}.phrases: {error}")
                    continue
                if patterns:
                    matcher.add(rule.id, patterns)
        if problems:
            raise DataError("\n".join(problems))

    @classmethod
    def load(cls, folder: Path, words: Callable[[str], list[str]]) -> "GuardMatcher":
        """Return the matcher for the rules under `folder`."""
        rules, groups = load_rules(folder)
        return cls(rules, groups, words)

    def find(self, text: str) -> list[Finding]:
        """Return what the rules find in `text`, one finding a rule, in the order of the message.

        A rule's `unless_before` voids a match that ends where it ends: words that follow can void nothing, so a longer
        message never gets fewer findings. Raises TooLong.
        """
        words = self._words(text)
        if len(words) > MOST_WORDS:
            raise TooLong(f"{len(words)} words")
        doc = Doc(self._vocab, words=words)
        voided = {(key, end) for key, _, end in self._unless(doc)} if len(self._unless) else set()
        findings: dict[str, Finding] = {}
        for key, start, end in self._matcher(doc):
            rule = self.rules[self._vocab.strings[key]]
            known = findings.get(rule.id)
            if (key, end) not in voided and (known is None or end - start > known.end - known.start):
                findings[rule.id] = Finding(rule.id, rule.category, rule.level, rule.intent,
                                            " ".join(words[start:end]), start, end)
        return sorted(findings.values(), key=lambda finding: finding.start)
