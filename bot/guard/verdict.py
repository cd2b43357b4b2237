"""Levels of caution, what fired, and the rule that the more cautious one wins."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

# from the most cautious down; the same names as the actions of the evaluation scheme
LEVELS = (
    "crisis",
    "emergency",
    "steer",
    "handoff",
    "support",
    "answer",
    "decline",
    "language",
    "smalltalk",
)
RANK = {level: rank for rank, level in enumerate(reversed(LEVELS))}
VOTED = r"classifier: (?P<intent>\w+) (?P<confidence>[01]\.\d\d)"  # the reason where nothing outranked the vote


def more_cautious(one: str, other: str) -> str:
    """Return whichever of two levels outranks the other."""
    return max(one, other, key=RANK.__getitem__)


@dataclass(frozen=True)
class Finding:
    """One guard rule that fired, and the words that made it fire (`start` and `end` count words)."""

    rule_id: str
    category: str
    level: str
    intent: str
    matched: str
    start: int
    end: int


@dataclass(frozen=True)
class Verdict:
    """What the guard says of one message: the level, the intent behind it, who said so, and the findings."""

    level: str
    intent: str
    reason: str
    findings: tuple[Finding, ...] = ()

    @classmethod
    def hand_over(cls, reason: str) -> "Verdict":
        """Return the verdict for a message that could not be checked: a specialist sees it."""
        return cls(level="steer", intent="case", reason=reason)

    @classmethod
    def of(cls, findings: Iterable[Finding], *, level: str, intent: str, reason: str) -> "Verdict":
        """Return the most cautious of the classifier's vote and the rules' findings."""
        findings = tuple(findings)
        best = max(findings, key=lambda finding: RANK[finding.level], default=None)
        if best is None or RANK[best.level] < RANK[level] or (best.level == level):
            return cls(level, intent, reason, findings)
        return cls(best.level, best.intent, f"rule {best.rule_id}", findings)

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as JSON-ready data, for the tracker and `jawab explain`."""
        return asdict(self)
