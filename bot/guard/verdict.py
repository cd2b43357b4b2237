"""Levels of caution, what fired, and the rule that the more cautious one wins."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

# from the most cautious down; the same names as the actions of the evaluation scheme
LEVELS = (
    "crisis",
    "emergency",
    "check_in",
    "steer",
    "handoff",
    "support",
    "answer",
    "decline",
    "clarify",
    "language",
    "smalltalk",
)
RANK = {level: rank for rank, level in enumerate(reversed(LEVELS))}
RULE, CLASSIFIER, MEMORY, BUTTON, FORM, FAILURE = (
    "rule",
    "classifier",
    "memory",
    "button",
    "form",
    "failure",
)


def more_cautious(one: str, other: str) -> str:
    """Return whichever of two levels outranks the other."""
    return max(one, other, key=RANK.__getitem__)


@dataclass(frozen=True)
class Reason:
    """Why a message is met as it is: `source` says who asked for it, the rest what that source knows."""

    source: str
    intent: str | None = None
    confidence: float | None = None
    rule_id: str | None = None
    note: str = ""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Reason":
        """Return the reason that `to_dict` wrote."""
        return cls(**data)

    def to_dict(self) -> dict[str, Any]:
        """Return the reason as JSON-ready data."""
        return asdict(self)

    def __str__(self) -> str:
        """Return the reason for a person to read."""
        if self.source == RULE:
            return f"rule {self.rule_id}"
        if self.source == CLASSIFIER and self.confidence is not None:
            return f"classifier: {self.intent} {self.confidence:.2f}"
        return self.note or self.source


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
    reason: Reason
    findings: tuple[Finding, ...] = ()

    @classmethod
    def hand_over(cls, note: str) -> "Verdict":
        """Return the verdict for a message that could not be checked: a specialist sees it."""
        return cls(level="steer", intent="case", reason=Reason(FAILURE, note=note))

    @classmethod
    def of(
        cls, findings: Iterable[Finding], *, level: str, intent: str, reason: Reason
    ) -> "Verdict":
        """Return the most cautious of the classifier's vote and the rules' findings."""
        findings = tuple(findings)
        best = max(findings, key=lambda finding: RANK[finding.level], default=None)
        if best is None or RANK[best.level] < RANK[level] or (best.level == level):
            return cls(level, intent, reason, findings)
        reason = Reason(RULE, best.intent, rule_id=best.rule_id)
        return cls(best.level, best.intent, reason, findings)

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as JSON-ready data, for the tracker and `jawab explain`."""
        return asdict(self)
