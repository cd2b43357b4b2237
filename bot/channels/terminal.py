"""The terminal as a channel: an agent in this process, the same turn as everywhere else."""

import asyncio
import logging
import sys
import time
import uuid
from collections.abc import Coroutine
from typing import Any, TypeVar

from bot.channels.channel import TERMINAL
from bot.channels.incoming import Incoming, clean
from bot.channels.turn import turn
from bot.container import settings
from bot.guard.verdict import Reason
from bot.storage.model_archive import usable

T = TypeVar("T")
ACTIONS_OF_TROUBLE = "steer"


class Terminal:
    """A loaded bot that answers one message after another."""

    def __init__(self) -> None:
        """Load the newest model; raises ModelError when there is none."""
        import rasa.core.agent
        from rasa.core.lock_store import InMemoryLockStore
        from rasa.core.nlg.generator import NaturalLanguageGenerator
        from rasa.utils.endpoints import EndpointConfig
        from rasa.utils.log_utils import configure_structlog

        from bot.rasa_adapter.local_actions import LocalActions

        configure_structlog(logging.WARNING)
        _log_to_stderr()
        self.agent = rasa.core.agent.Agent.load(
            usable(settings().models),
            generator=NaturalLanguageGenerator.create(
                EndpointConfig(type="bot.rasa_adapter.nlg.ApprovedReplies"), None
            ),
            action_endpoint=LocalActions(),
            lock_store=InMemoryLockStore(),
        )
        self._loop = asyncio.new_event_loop()

    def say(
        self, text: str, sender: str | None = None, *, button: str | None = None
    ) -> dict[str, Any]:
        """Return the reply to `text` as the machine-readable face prints it; no sender starts a new conversation."""
        started = time.perf_counter()
        incoming = Incoming(clean(text), button)
        output = self._loop.run_until_complete(
            turn(
                self.agent.handle_message,
                incoming,
                sender=sender or uuid.uuid4().hex,
                channel=TERMINAL,
            )
        )
        spent = round((time.perf_counter() - started) * 1000, 1)
        said = output.metadata
        replies = [
            {key: reply[key] for key in ("text", "buttons", "blocks")} for reply in output.replies
        ]
        return {
            "action": said.get("action") or ACTIONS_OF_TROUBLE,
            "topics": said.get("topics") or [],
            "variety": said.get("variety") or "en",
            "replies": replies,
            "ms": spent,
            "reasons": [str(Reason.from_dict(one)) for one in said.get("reasons") or []],
        }

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what `work` returns, on the loop that the bot runs on."""
        return self._loop.run_until_complete(work)

    def parse(self, text: str) -> dict[str, Any]:
        """Return everything the pipeline made of `text`."""
        return self._loop.run_until_complete(self.agent.parse_message(clean(text)))


def _log_to_stderr() -> None:
    """Rasa logs to standard output, which belongs to the replies."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stdout:
            handler.setStream(sys.stderr)
