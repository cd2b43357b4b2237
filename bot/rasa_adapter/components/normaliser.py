"""Rasa component: replaces a message's text by its normal form, keeping what was typed, and tells its variety."""

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.rasa_adapter.components import TYPED, VARIETY
from bot.text.normalise import normalise
from bot.text.variety import load_detector


# a MESSAGE_FEATURIZER, because only those see the training data too: training and live text must not differ
@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class Normaliser(GraphComponent):
    """First in the pipeline."""

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "Normaliser":
        """Return the component; it has no settings."""
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Return `training_data` with every example in its normal form."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Return `messages` with text normalised, `typed` and `variety` added."""
        for message in messages:
            typed = message.get(TEXT)
            if not typed:
                continue
            variety = load_detector().detect(typed)
            message.set(TYPED, typed, add_to_output=True)
            message.set(
                VARIETY,
                {"label": variety.label, "reply": variety.reply, "evidence": variety.evidence},
                add_to_output=True,
            )
            message.set(TEXT, normalise(typed), add_to_output=True)
        return messages
