"""Rasa component: trains and runs the intent model; its vote goes to the guard, which comes after it."""

import logging
from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.dialogue.config import load_dialogue
from bot.errors import told
from bot.guard.verdict import RANK
from bot.nlu.cues import FOLLOW_UP, load_cues
from bot.nlu.model import IntentModel
from bot.nlu.vote import Kinds, Thresholds, Vote, vote
from bot.project import at
from bot.rasa_adapter.components import TYPED, VOTE

logger = logging.getLogger(__name__)
ACTS = {"handoff", "support"}  # levels between a case and an answer


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Intents(GraphComponent, IntentClassifier):
    """Behind the normaliser."""

    def __init__(
        self,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: IntentModel | None = None,
    ) -> None:
        """Keep what Rasa hands over; `model` is None until trained."""
        self._config, self._storage, self._resource, self._model = (
            config,
            model_storage,
            resource,
            model,
        )
        self._thresholds = Thresholds(**config["thresholds"])
        self._spelling_alone = Thresholds(**config["spelling_alone"])

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return where the encoder is kept; thresholds stand in config.yml, with their reasons."""
        return {"encoder": "data/encoder"}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "Intents":
        """Return an untrained component."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the model to the intent examples and store it."""
        texts = [example.get(TEXT) for example in training_data.intent_examples]
        labels = [example.get(INTENT) for example in training_data.intent_examples]
        self._model = IntentModel.train(texts, labels)
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "Intents":
        """Return the component with its stored model."""
        with model_storage.read_from(resource) as folder:
            model = IntentModel.load(folder, at(config["encoder"]))
            return cls(config, model_storage, resource, model)

    def process(self, messages: List[Message]) -> List[Message]:
        """Add the vote, and Rasa's own intent fields, to each message."""
        for message in messages:
            try:
                found = self._vote(message.get(TYPED) or "", message.get(TEXT) or "")
            except (
                Exception
            ) as error:  # no vote is itself a vote: the guard steers what nobody could read
                logger.error(
                    "intent model failed: message=%s: %s", message.get("message_id"), told(error)
                )
                continue
            message.set(VOTE, found.to_dict(), add_to_output=True)
            message.set(
                INTENT, {"name": found.intent, "confidence": found.confidence}, add_to_output=True
            )
            message.set(
                INTENT_RANKING_KEY,
                [{"name": name, "confidence": score} for name, score in found.ranking],
                add_to_output=True,
            )
        return messages

    def _vote(self, typed: str, text: str) -> Vote:
        if self._model is None:
            raise RuntimeError("the intent model is not trained")
        if load_cues().group(text) or load_cues().pick(text):
            return Vote(FOLLOW_UP, 1.0)  # a closed list of words has read it to the end
        if not any(letter.isalnum() for letter in text):
            return Vote("acknowledge", 1.0)  # an emoji, a full stop: nothing is said
        judged = self._model.judge(typed, text)
        least = self._spelling_alone if judged.strangeness is None else self._thresholds
        return vote(judged, self._model.intents, _kinds(), least)


def _kinds() -> Kinds:
    dialogue = load_dialogue()
    acts = sorted(
        (name for name in dialogue.intents if dialogue.level(name) in ACTS),
        key=lambda name: -RANK[dialogue.level(name)],
    )
    return Kinds(dialogue.topics, dialogue.uncovered, sorted(dialogue.leaned_on), tuple(acts))
