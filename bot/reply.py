"""ADAPTER: Rasa's reply generator. It runs inside Rasa's process and speaks in approved texts only."""

import logging
from typing import Any

from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.answers.compose import Composer
from bot.dialogue import Decision, load_dialogue
from bot.errors import told
from bot.guard.verdict import RANK
from bot.service import library
from bot.tracker import MEMORY, decision_of

logger = logging.getLogger(__name__)
UTTER = "utter_"


class ApprovedReplies(NaturalLanguageGenerator):
    """Named in endpoints.yml under `nlg`."""

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        """Rasa passes both; neither is needed."""
        self._composer = Composer(library())

    async def generate(self, utter_action: str, tracker: DialogueStateTracker, output_channel: str,
                       **kwargs: Any) -> dict[str, Any] | None:
        """Return one message: text, buttons, and in its metadata what it is made of and what to remember."""
        decision = decision_of(tracker, load_dialogue())
        try:
            return self._message(self._at_least(decision, utter_action))
        except Exception as error:  # whatever broke, the patient still gets an approved text
            logger.error("reply failed: sender=%s action=%s: %s", tracker.sender_id, utter_action, told(error))
            return {"text": self._composer.trouble(decision.variety).text, "variety": decision.variety,
                    "action": "steer", "topics": [], "blocks": [], MEMORY: decision.memory.to_dict()}

    def _message(self, decision: Decision) -> dict[str, Any]:
        reply = self._composer.compose(action=decision.action, says=decision.says, topics=decision.topics,
                                       variety=decision.variety, offers=decision.offers)
        return reply.to_dict() | {MEMORY: decision.memory.to_dict(), "reasons": list(decision.reasons)}

    @staticmethod
    def _at_least(decision: Decision, utter_action: str) -> Decision:
        """Return the decision, raised where Rasa's rules ask for a more cautious utterance than the core does."""
        level = utter_action.removeprefix(UTTER)
        if RANK.get(level, RANK["steer"]) <= RANK[decision.action]:
            return decision
        intent = {"crisis": "self_harm", "steer": "case"}.get(level, level)
        says = load_dialogue().says(intent)
        return Decision(level if level in RANK else "steer", intent, decision.variety, (says,), (), (),
                        (*decision.reasons, f"rule {utter_action}"), decision.memory)
