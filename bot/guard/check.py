"""The guard's whole answer on one message: rules joined with the classifier's vote, the more cautious wins."""

import logging
from collections.abc import Callable, Mapping, Sequence

from bot.errors import told
from bot.guard.matcher import GuardMatcher
from bot.guard.verdict import CLASSIFIER, FAILURE, Finding, Reason, Verdict

ASKS = "check_in"  # the level of a weak sign of danger
logger = logging.getLogger(__name__)


class Guard:
    """Joins the deterministic rules with the classifier."""

    def __init__(self, matcher: GuardMatcher, level_of: Callable[[str], str]) -> None:
        """`level_of` tells which level an intent asks for."""
        self._matcher, self._level_of = matcher, level_of

    def check(self, text: str, vote: Mapping[str, object] | None) -> Verdict:
        """Return the verdict on a message; whatever fails inside, the verdict is to hand it over."""
        try:
            findings = self._matcher.find(text)
            if vote is None:
                return Verdict.of(
                    findings,
                    level="steer",
                    intent="case",
                    reason=Reason(FAILURE, note="no vote of the classifier"),
                )
            intent = str(vote["intent"])
            return Verdict.of(
                findings,
                level=self._asked(vote, findings) or self._level_of(intent),
                intent=intent,
                reason=Reason(CLASSIFIER, intent, float(str(vote["confidence"]))),
            )
        except Exception as error:  # any failure here means the message was not checked
            logger.error("guard failed: %s", told(error))
            return Verdict.hand_over("guard failed")

    @staticmethod
    def _asked(vote: Mapping[str, object], findings: Sequence[Finding]) -> str | None:
        """Return the level of a doubt; two weak signs together, the classifier's and a rule's, are none."""
        weak = any(finding.level == ASKS for finding in findings)
        return ASKS if vote.get("doubtful") and not weak else None
