"""Guard rules at work: a message in, findings out, by spaCy's matcher over canonical words."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from bot.errors import DataError
from bot.guard.phrases import IS_NUMBER, Pattern, PhraseError, compile_phrase, needed_words
from bot.guard.rules import Rule, load_rules
from bot.guard.verdict import Finding
from bot.text.split_joined import Parting
from bot.text.words import SENTENCE_END, Lexicon

MOST_WORDS = 1500  # past this a message is steered: nobody asks a general question at such length
ANY_NUMBER = "#"
OTHER = "_"  # a word that stands in no rule


class _Compiled:
    """One token pattern of one rule; its spaCy matcher is built when a message first has the words it needs."""

    def __init__(self, rule_id: str, pattern: Pattern, vocab: Vocab) -> None:
        self.rule_id, self._pattern, self._vocab = rule_id, pattern, vocab
        self.needs = needed_words(pattern, number=ANY_NUMBER)
        self._matcher: Matcher | None = None

    def spans(self, doc: Doc) -> Iterator[tuple[int, int]]:
        """Yield the start and end of every match in `doc`."""
        if self._matcher is None:
            self._matcher = Matcher(self._vocab, validate=False)
            self._matcher.add(self.rule_id, [self._pattern])
        for _, start, end in self._matcher(doc):
            yield start, end


class _Index:
    """Finds the patterns whose every needed word is in a message, by the rarest of those words."""

    def __init__(self) -> None:
        self._all: list[_Compiled] = []
        self._by_word: dict[str, list[_Compiled]] = {}

    def add(self, compiled: _Compiled) -> None:
        self._all.append(compiled)

    def build(self) -> None:
        """Put every pattern under the token whose words the fewest patterns need: they are met least for nothing."""
        uses = Counter(word for one in self._all for need in one.needs for word in need)
        by_word: dict[str, list[_Compiled]] = defaultdict(list)
        for one in self._all:
            for word in min(one.needs, key=lambda need: sum(uses[word] for word in need)):
                by_word[word].append(one)
        self._by_word = dict(by_word)

    def vocabulary(self) -> set[str]:
        """Return every word that some pattern needs."""
        return {word for one in self._all for need in one.needs for word in need}

    def candidates(self, present: set[str]) -> Iterator[_Compiled]:
        seen: set[int] = set()
        for word in present:
            for compiled in self._by_word.get(word, ()):
                if id(compiled) not in seen and not any(
                    need.isdisjoint(present) for need in compiled.needs
                ):
                    seen.add(id(compiled))
                    yield compiled


class GuardMatcher:
    """All guard rules, compiled once; safe to share, holds no state of a message."""

    def __init__(
        self,
        rules: Sequence[Rule],
        groups: dict[str, list[str]],
        words: Callable[[str], list[str]],
        spellings: Collection[str] = (),
    ) -> None:
        """Compile `rules`; `words` turns text into canonical words, `spellings` is what it knows other forms of.

        Raises DataError for phrases it cannot read.
        """
        self.rules = {rule.id: rule for rule in rules}
        self._words, self._vocab = words, Vocab()
        self._patterns, self._unless, self._led_by = _Index(), _Index(), _Index()
        problems: list[str] = []
        split = lru_cache(maxsize=None)(words)  # a group's words recur in many phrases
        for rule in rules:
            for index, phrases in (
                (self._patterns, rule.phrases),
                (self._unless, rule.unless_before),
                (self._led_by, rule.unless_led_by),
            ):
                for phrase in phrases:
                    try:
                        for pattern in compile_phrase(phrase, groups=groups, words=split):
                            index.add(_Compiled(rule.id, pattern, self._vocab))
                    except PhraseError as error:
                        problems.append(
                            f"data/guard/{rule.category}.yml: {rule.id}.phrases: {error}"
                        )
        if problems:
            raise DataError("\n".join(problems))
        indexes = (self._patterns, self._unless, self._led_by)
        for index in indexes:
            index.build()
        # whatever a rule looks for, and every spelling of it that somebody may have run together with another word
        self._vocabulary = SENTENCE_END.union(*(index.vocabulary() for index in indexes))
        self._parting = Parting(self._vocabulary | set(spellings))

    @classmethod
    def load(cls, folder: Path, lexicon: Lexicon) -> "GuardMatcher":
        """Return the matcher for the rules under `folder`."""
        rules, groups = load_rules(folder)
        return cls(rules, groups, lexicon.words, lexicon.canonical)

    def find(self, text: str) -> list[Finding]:
        """Return what the rules find in `text`, one finding a rule, in the order of the message.

        A rule's `unless_before` voids a match that ends where it ends, `unless_led_by` one that starts where it ends:
        words that follow can void nothing, so a message that goes on never gets fewer findings. What is too long to
        be read to its end is a finding too.
        """
        written = self._words(text)
        words = written[:MOST_WORDS]
        findings = self._read(words)
        parted = self._parting.parted(words)
        if parted:  # read beside what is written, never instead of it
            seen = {finding.rule_id for finding in findings}
            findings += [
                finding
                for finding in self._read(self._words(" ".join(parted)))
                if finding.rule_id not in seen
            ]
        if len(written) > MOST_WORDS:
            findings.append(
                Finding(
                    "too-long",
                    "length",
                    "steer",
                    "case",
                    f"{len(written)} words",
                    MOST_WORDS,
                    len(written),
                )
            )
        return findings

    def _read(self, words: list[str]) -> list[Finding]:
        """Return what the rules find in canonical `words`."""
        present = set(words)
        if any(word[0].isdigit() and IS_NUMBER.match(word) for word in present):
            present.add(ANY_NUMBER)
        # spaCy keeps every word it meets for good: what no rule looks for must not stay in memory
        doc = Doc(
            self._vocab,
            words=[
                word if word in self._vocabulary or IS_NUMBER.match(word) else OTHER
                for word in words
            ],
        )
        matches = [
            (compiled.rule_id, start, end)
            for compiled in self._patterns.candidates(present)
            for start, end in compiled.spans(doc)
        ]
        matched = {rule_id for rule_id, _, _ in matches}
        voided, led = (
            {
                (compiled.rule_id, end)
                for compiled in index.candidates(present)
                if compiled.rule_id in matched
                for _, end in compiled.spans(doc)
            }
            for index in (self._unless, self._led_by)
        )
        findings: dict[str, Finding] = {}
        for rule_id, start, end in matches:
            known = findings.get(rule_id)
            better = known is None or _rank(start, end) > _rank(known.start, known.end)
            if better and (rule_id, end) not in voided and (rule_id, start) not in led:
                rule = self.rules[rule_id]
                findings[rule_id] = Finding(
                    rule_id,
                    rule.category,
                    rule.level,
                    rule.intent,
                    " ".join(words[start:end]),
                    start,
                    end,
                )
        return sorted(findings.values(), key=lambda finding: finding.start)


def _rank(start: int, end: int) -> tuple[int, int]:
    """Of two matches of a rule the longer is told, of two equally long ones the earlier."""
    return end - start, -start
