"""Rasa policy: the utterance of the level that the dialogue core decided for; forms are left to Rasa's RulePolicy.

What each intent leads to stands once, in `data/dialogue.yml`. `data/rules` holds the call-back request alone.
"""

from typing import Any, Dict, Optional, Text

from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import ACTION_DEACTIVATE_LOOP_NAME, ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.config import load_dialogue
from bot.dialogue.decide import CALLBACK
from bot.guard.verdict import RANK
from bot.rasa_adapter.tracker import decision_of

UTTER = "utter_"
CALLBACK_FORM = "callback_form"
FORM_STEPS = {
    CALLBACK_FORM,
    "action_callback_keep",
}  # what follows these stands in data/rules/callback.yml


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class DecisionPolicy(RulePolicy):
    """RulePolicy for forms; everything else is the dialogue core's decision."""

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: Optional[Dict[Text, Any]] = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """Return the utterance for the latest message, or action_listen after one."""
        last = next(
            (
                event
                for event in reversed(tracker.events)
                if isinstance(event, (UserUttered, ActionExecuted))
            ),
            None,
        )
        if tracker.active_loop:
            if (
                isinstance(last, UserUttered)
                and RANK[decision_of(tracker, load_dialogue()).action] >= RANK["check_in"]
            ):
                return self._only(
                    ACTION_DEACTIVATE_LOOP_NAME, domain
                )  # danger ends whatever was being asked
            return super().predict_action_probabilities(tracker, domain, rule_only_data, **kwargs)
        if isinstance(last, ActionExecuted) and last.action_name in FORM_STEPS:
            return super().predict_action_probabilities(tracker, domain, rule_only_data, **kwargs)
        ended = isinstance(last, ActionExecuted) and last.action_name == ACTION_DEACTIVATE_LOOP_NAME
        if not isinstance(last, UserUttered) and not ended:
            return self._only(ACTION_LISTEN_NAME, domain)
        decision = decision_of(tracker, load_dialogue())
        if decision.intent == CALLBACK and not ended:
            return self._only(CALLBACK_FORM, domain)
        return self._only(UTTER + decision.action, domain)

    def _only(self, action: Text, domain: Domain) -> PolicyPrediction:
        scores = self._default_predictions(domain)
        scores[domain.index_for_action(action)] = 1.0
        return self._prediction(scores)
