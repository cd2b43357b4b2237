"""Talks to the two bots over HTTP, each in its own format, and times every turn."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from http.client import HTTPConnection
from typing import Any
from uuid import uuid4

TIMEOUT = 120


class Client:
    """One conversation with one bot, on one kept connection."""

    def __init__(self, port: int) -> None:
        """Connect, so that no turn pays for it."""
        self._connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        self._connection.connect()
        self.begin()

    def begin(self) -> None:
        """Start a conversation, where the bot wants that."""

    def say(self, text: str) -> list[str]:
        """Send one message; return the texts that come back."""
        raise NotImplementedError

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Return the JSON that answers `body`; raises RuntimeError for any status but 200."""
        content = json.dumps(body, ensure_ascii=False).encode("utf-8")
        self._connection.request("POST", path, content, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        answer = response.read()
        if response.status != 200:
            raise RuntimeError(
                f"POST {path}: status {response.status}: {answer[:200].decode('utf-8', 'replace')}"
            )
        return json.loads(answer)


class OurClient(Client):
    """Speaks as the widget does: a session, and an id for every message."""

    def begin(self) -> None:
        """Get a session."""
        self._session = self.post("/chat/sessions", {})["session"]

    def say(self, text: str) -> list[str]:
        """Post a message to the web channel."""
        answer = self.post(
            "/chat/messages", {"session": self._session, "id": uuid4().hex, "text": text}
        )
        return [reply["text"] for reply in answer["replies"]]


class StockClient(Client):
    """Speaks to Rasa's `rest` channel."""

    def begin(self) -> None:
        """Choose the conversation's name: the channel takes any."""
        self._sender = uuid4().hex

    def say(self, text: str) -> list[str]:
        """Post a message to the webhook."""
        return [
            reply.get("text", "")
            for reply in self.post(
                "/webhooks/rest/webhook", {"sender": self._sender, "message": text}
            )
        ]


class EchoClient(Client):
    """Speaks to `echo.py`."""

    def say(self, text: str) -> list[str]:
        """Post a message; it comes back."""
        return [self.post("/", {"text": text})["text"]]


class Timed:
    """The turns of one bot: seconds each took, and how many got no reply."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.unanswered = 0

    def talk(self, client: Client, texts: Sequence[str]) -> None:
        """Have one conversation, and time its turns."""
        for text in texts:
            started = time.perf_counter()
            replies = client.say(text)
            self.seconds.append(time.perf_counter() - started)
            self.unanswered += not any(replies)


def alternate(
    openers: Mapping[str, Callable[[], Client]],
    texts: Sequence[str],
    *,
    block: int,
    timed: Mapping[str, Timed],
) -> Iterator[int]:
    """Send `texts` to every bot, a conversation of `block` messages at a time, each bot going first in turn.

    What a bot takes goes into `timed`. Yields, after each conversation, how many messages each has had.
    """
    for number, start in enumerate(range(0, len(texts), block)):
        part, names = texts[start : start + block], list(openers)
        for name in names if number % 2 == 0 else reversed(names):
            timed[name].talk(openers[name](), part)
        yield start + len(part)
