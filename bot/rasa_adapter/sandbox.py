"""The bot as it is, in conversations no patient is in: nothing of them is stored, and every step is timed.

The pieces of Rasa used here are private to it; pyproject.toml pins the version, and tests/staff would tell.
"""

import copy
import time
from collections import OrderedDict, defaultdict
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.answers.clinic import Clinic
from bot.answers.compose import Composer, Reply
from bot.answers.ledger import Ledger, Standing
from bot.answers.library import Library
from bot.answers.texts import Answer
from bot.dialogue.config import load_dialogue
from bot.message import Sentence
from bot.rasa_adapter.nlg import CALLBACK_UTTERANCES
from bot.rasa_adapter.tracker import decision_of

MOST_CONVERSATIONS = 200
STEPS = {
    "Normaliser": Sentence("normal form and variety"),
    "Intents": Sentence("classifier"),
    "GuardComponent": Sentence("guard"),
    "DecisionPolicy": Sentence("decision"),
}
REPLY, OTHER = Sentence("reply composed"), Sentence("Rasa's own")


class Draft(Library):
    """The texts as the files have them now, signed or not: for people who write them, never for patients."""

    def _sendable(self, standing: Standing) -> bool:
        return True

    def _said(self, answer: Answer, ledger: Ledger, clinic: Clinic) -> Answer:
        return answer


class Watch:
    """Adds up the milliseconds of named steps."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)

    def add(self, name: str, started: float) -> None:
        """Count the time since `started` for the step `name`."""
        self.spent[name] += (time.perf_counter() - started) * 1000


class _TimedNode:
    """A node of Rasa's graph that tells the watch how long it took."""

    def __init__(self, name: str, node: Any, watch: Watch) -> None:
        self._node, self._watch = node, watch
        self._name = next((label for part, label in STEPS.items() if part in name), OTHER)

    def __call__(self, *inputs: Any) -> Any:
        started = time.perf_counter()
        try:
            return self._node(*inputs)
        finally:
            self._watch.add(self._name, started)


class _TimedReplies(NaturalLanguageGenerator):
    """The bot's reply generator, timed; beside it what the draft texts would have said."""

    def __init__(self, inner: NaturalLanguageGenerator, watch: Watch, drafts: Composer) -> None:
        self._inner, self._watch, self._drafts = inner, watch, drafts
        self.draft: Reply | None = None

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """Return the bot's own reply, unchanged."""
        started = time.perf_counter()
        reply = await self._inner.generate(utter_action, tracker, output_channel, **kwargs)
        self._watch.add(REPLY, started)
        if not utter_action.startswith(
            CALLBACK_UTTERANCES
        ):  # those follow the form, not the decision
            told = decision_of(tracker, load_dialogue())
            self.draft = self._drafts.compose(
                action=told.action,
                says=told.says,
                topics=told.topics,
                variety=told.variety,
                offers=told.offers,
            )
        return reply


class Practice:
    """A stand-in for the agent: the same model and rules, with a store and a clock of its own."""

    def __init__(self, agent: Agent, data: Path) -> None:
        """`agent` is the one patients talk to and stays as it is; `data` has the draft texts."""
        self.watch = Watch()
        self._processor = copy.copy(agent.processor)
        runner = copy.copy(self._processor.graph_runner)
        runner._instantiated_nodes = {
            name: _TimedNode(name, node, self.watch)
            for name, node in runner._instantiated_nodes.items()
        }
        self._store = InMemoryTrackerStore(self._processor.domain)
        self._replies = _TimedReplies(self._processor.nlg, self.watch, Composer(Draft(data)))
        self._processor.graph_runner, self._processor.nlg = runner, self._replies
        self._processor.tracker_store, self._processor.lock_store = self._store, InMemoryLockStore()
        self._known: OrderedDict[str, None] = OrderedDict()

    @property
    def draft(self) -> Reply | None:
        """What the draft texts would have said to the last message."""
        return self._replies.draft

    def start(self) -> None:
        """Set the watch back for a new message."""
        self.watch.spent.clear()
        self._replies.draft = None

    async def handle(self, message: UserMessage) -> Any:
        """Answer as the agent does."""
        self._known[message.sender_id] = self._known.pop(message.sender_id, None)
        if len(self._known) > MOST_CONVERSATIONS:
            self.forget(next(iter(self._known)))
        return await self._processor.handle_message(message)

    async def parsed(self, sender: str) -> dict[str, Any]:
        """Return what the pipeline made of the last message of `sender`."""
        tracker = await self._processor.get_tracker(sender)
        said = (event for event in reversed(tracker.events) if isinstance(event, UserUttered))
        last = next(said, None)
        return dict(last.parse_data or {}) if last else {}

    def forget(self, sender: str) -> None:
        """Drop a conversation."""
        self._known.pop(sender, None)
        self._store.store.pop(sender, None)
