"""ADAPTER: Rasa's reply generator. It runs inside Rasa's process and speaks in approved texts only."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.answers.compose import Composer
from bot.container import library, notes
from bot.dialogue.callback_form import OFFERS, PHONE, PHONE_AGAIN, SAYS
from bot.dialogue.config import load_dialogue
from bot.dialogue.decide import CALLBACK
from bot.dialogue.state import Decision
from bot.errors import told
from bot.guard.verdict import FORM, Reason
from bot.rasa_adapter.tracker import MEMORY, decision_of, variety_before

logger = logging.getLogger(__name__)
CALLBACK_UTTERANCES = ("utter_ask_callback_", "utter_callback_")


class ApprovedReplies(NaturalLanguageGenerator):
    """Named in endpoints.yml under `nlg`."""

    def __init__(
        self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None
    ) -> None:
        """Rasa passes both; neither is needed."""
        self._composer = Composer(library())

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """Return one message: text, buttons, and in its metadata what it is made of and what to remember."""
        decision = decision_of(tracker, load_dialogue())
        try:
            if utter_action.startswith(CALLBACK_UTTERANCES):
                return self._callback(decision, utter_action, tracker)
            return self._message(decision)
        except Exception as error:  # whatever broke, the patient still gets an approved text
            logger.error(
                "reply failed: sender=%s action=%s: %s",
                tracker.sender_id,
                utter_action,
                told(error),
            )
            return {
                "text": self._composer.trouble(decision.variety).text,
                "variety": decision.variety,
                "action": "steer",
                "topics": [],
                "blocks": [],
                MEMORY: decision.memory.to_dict(),
            }

    def _message(self, decision: Decision) -> dict[str, Any]:
        reply = self._composer.compose(
            action=decision.action,
            says=decision.says,
            topics=decision.topics,
            variety=decision.variety,
            offers=_possible(decision.offers),
        )
        return reply.to_dict() | {
            MEMORY: decision.memory.to_dict(),
            "reasons": [reason.to_dict() for reason in decision.reasons],
        }

    def _callback(
        self, decision: Decision, utter_action: str, tracker: DialogueStateTracker
    ) -> dict[str, Any]:
        """Return a question of the call-back request, or its end, in the language it began in."""
        step = utter_action.removeprefix("utter_ask_")
        again = step == PHONE and tracker.get_slot("callback_tries")
        says = (
            PHONE_AGAIN
            if again
            else SAYS.get(step) or f"callback_{tracker.get_slot('callback_outcome')}"
        )
        variety = variety_before(tracker)
        asked = replace(
            decision,
            action="handoff",
            intent=CALLBACK,
            variety=variety,
            says=(says,),
            topics=(),
            offers=OFFERS.get(step, ()),
            reasons=(Reason(FORM, note=f"call-back request: {says}"),),
            memory=replace(decision.memory, last_variety=variety),
        )
        return self._message(asked)


def _possible(offers: Sequence[str]) -> tuple[str, ...]:
    """Return `offers` without the call where nobody could see the request."""
    if CALLBACK not in offers or notes():
        return tuple(offers)
    return tuple(offer for offer in offers if offer != CALLBACK)
