"""Rasa component, last in the pipeline so that nothing can overrule it: the guard's verdict, and the whole reading."""

from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.dialogue.config import load_dialogue
from bot.guard.check import Guard
from bot.guard.matcher import GuardMatcher
from bot.nlu.cues import load_cues
from bot.project import at
from bot.rasa_adapter.components import READING, VARIETY, VOTE
from bot.text.words import load_lexicon


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class GuardComponent(GraphComponent):
    """Writes the final intent and everything the dialogue needs to know of the message."""

    def __init__(self, guard: Guard) -> None:
        """Keep the guard."""
        self._guard = guard

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return where the rules are."""
        return {"rules": "data/guard"}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "GuardComponent":
        """Return the component with its rules compiled."""
        matcher = GuardMatcher.load(at(config["rules"]), load_lexicon())
        return cls(Guard(matcher, load_dialogue().level))

    def process(self, messages: List[Message]) -> List[Message]:
        """Add the reading to each message and set its intent to the one the verdict stands for."""
        for message in messages:
            text, vote = message.get(TEXT) or "", message.get(VOTE)
            verdict = self._guard.check(text, vote)
            vote = vote or {}
            reading = {
                "verdict": verdict.to_dict(),
                "variety": (message.get(VARIETY) or {}).get("reply"),
                "topics": vote.get("topics", []),
                "unsure": vote.get("unsure", []),
                "calm": vote.get("calm") or vote.get("intent"),
                "beside": vote.get("beside"),
                "case": bool(vote.get("case"))
                or any(finding.intent == "case" for finding in verdict.findings),
                "asks_language": load_cues().asks_language(text)
                if vote.get("intent") == "switch_language"
                else None,
                "group": load_cues().group(text),
                "pick": load_cues().pick(text),
            }
            message.set(READING, reading, add_to_output=True)
            message.set(INTENT, {"name": verdict.intent, "confidence": 1.0}, add_to_output=True)
        return messages
