"""The website channel: pages, sessions, and messages in and out as JSON. Patients' words are never logged."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import date
from functools import partial
from typing import Any
from uuid import uuid4

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Request, Sanic, response
from sanic.response import HTTPResponse

from bot.analytics.votes import Votes
from bot.channels.deduplicate import Answered, handle_once
from bot.channels.incoming import Incoming
from bot.channels.rate_limit import SharedLimit
from bot.channels.turn import turn
from bot.channels.web import body as posted
from bot.channels.web import files
from bot.channels.web.cors import Edge, address, preflight
from bot.channels.web.history import erase, shown, turn_of, turns
from bot.channels.web.session_ids import Sessions
from bot.channels.web.texts import interface, receipt, refusal, trouble
from bot.container import asked, gate, settings
from bot.settings import Settings
from bot.telemetry import metrics

logger = logging.getLogger(__name__)
Handler = Callable[[UserMessage], Awaitable[Any]]
Replies = list[dict[str, Any]]
PARTS = {"part", "trouble"}  # what a vote is not about
AT_ONCE = (
    4  # turns side by side; with more, a whole round of them would go before a refusal or a webhook
)
ANSWER_WITHIN = (
    25.0  # seconds; below RESPONSE_TIMEOUT of bot/server/limits.py, which answers without a text
)


class WebInput(InputChannel):
    """Named in credentials.yml."""

    @classmethod
    def name(cls) -> str:
        """Return the channel's name."""
        return "web"

    def url_prefix(self) -> str:
        """Return where the channel lives on the server."""
        return "/chat"

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """Return the routes."""
        return routes(settings())


def routes(chosen: Settings) -> Blueprint:
    """Return the routes; `chosen` says who may call and how often. The agent is the app's."""
    found, desk, edge = Blueprint("jawab_web"), Desk(chosen), Edge(chosen.origins)

    @found.listener("before_server_start")
    async def trust_proxies(app: Sanic, loop: Any) -> None:
        app.config.PROXIES_COUNT = chosen.proxies or None

    @found.middleware("response")
    async def finish(request: Request, answer: HTTPResponse) -> None:
        answer.headers.update(edge.headers(request))
        answer.headers.setdefault("Cache-Control", "no-store")

    for name in files.names():

        async def send(request: Request, name: str = name) -> HTTPResponse:
            return files.file(request, name, cap=chosen.message_cap)

        found.add_route(send, f"/{name}", methods=["GET"], name=name)
        if name == "chat.html":
            found.add_route(send, "/", methods=["GET"], name="home")
    for name in ("sessions", "messages", "history", "clear", "receipts", "votes"):
        found.add_route(desk.route(name, edge), f"/{name}", methods=["POST", "OPTIONS"], name=name)
    return found


class Refused(Exception):
    """A request that is answered with a status and a reason instead of what it asked for."""

    def __init__(self, status: int, error: str, **more: str) -> None:
        super().__init__(error)
        self.status, self.body = status, {"error": error, **more}


class Desk:
    """Takes what the widget posts, and answers."""

    def __init__(self, chosen: Settings) -> None:
        """As `routes`."""
        self._cap = chosen.message_cap
        self._sessions = Sessions(chosen.signing_key(), hours=chosen.session_hours)
        self._per_session = SharedLimit("session", chosen.session_rate, chosen)
        self._per_address = SharedLimit("address", chosen.address_rate, chosen)
        self._votes = Votes(chosen.address("votes"))
        self._working: dict[tuple[str, str], asyncio.Task[Replies]] = {}
        self._most, self._free = chosen.most_waiting, asyncio.Semaphore(AT_ONCE)

    def route(
        self, name: str, edge: Edge
    ) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse]]:
        """Return the handler of one route: the edge first, then the method of that name."""
        method = getattr(self, name)

        async def answer(request: Request) -> HTTPResponse:
            try:
                if not edge.welcome(request):
                    raise Refused(403, "origin: not on the list of JAWAB_ORIGINS")
                if request.method == "OPTIONS":
                    return response.raw(b"", status=204, headers=preflight())
                body = posted.read(request)
                await self._spend(self._per_address, address(request), body)
                return _json(await method(request, body))
            except posted.TooLong as error:
                return _json({"error": str(error)}, status=413)
            except posted.BadRequest as error:
                return _json({"error": str(error)}, status=400)
            except Refused as refused:
                return _json(refused.body, status=refused.status)

        return answer

    async def sessions(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        """Start a conversation."""
        return {"session": self._sessions.start(), **interface(self._cap)}

    async def messages(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        """Answer a message. One that came before is answered as before, and nothing is done twice."""
        sender, incoming = self._sender(body), posted.incoming(body, cap=self._cap)
        await self._spend(self._per_session, sender, body)
        key = sender, posted.message_id(body) or uuid4().hex
        task = self._working.get(key)
        if task is None:
            self._refuse_when_saturated(body)
            task = asyncio.create_task(
                self._reply(request.app, incoming, *key, posted.variety(body))
            )
            self._working[key] = task
            task.add_done_callback(lambda done: self._working.pop(key, None))
        # a visitor who loses the connection finds the answer when they come back
        try:
            return {"replies": await asyncio.wait_for(asyncio.shield(task), ANSWER_WITHIN)}
        except TimeoutError:
            raise _busy(body) from None

    async def history(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        """Return the visitor's own conversation."""
        found = await turns(request.app.ctx.agent, self._sender(body))
        return {"turns": [one.to_dict() for one in found]}

    async def clear(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        """Erase the visitor's own conversation and start a new one."""
        sender = self._sender(body)
        working = [task for (who, _), task in self._working.items() if who == sender]
        await asyncio.gather(
            *working, return_exceptions=True
        )  # or they would write after the erasing
        if book := asked():
            await asyncio.to_thread(book.erase, sender)
        await erase(request.app.ctx.agent, sender)
        return {"session": self._sessions.start()}

    async def receipts(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        """Return who signed the texts of a reply in the visitor's own conversation."""
        found = await turn_of(
            request.app.ctx.agent, self._sender(body), posted.message_id(body, "message")
        )
        if found is None:
            raise Refused(404, "message: none of that id in this conversation")
        return {"texts": receipt(found)}

    async def votes(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        """Count a vote on a reply in the visitor's own conversation."""
        sender, vote = self._sender(body), posted.vote(body)
        found = await turn_of(request.app.ctx.agent, sender, posted.message_id(body, "message"))
        if found is None:
            raise Refused(404, "message: none of that id in this conversation")
        texts = [
            (block.id, block.variety)
            for passed in found.said
            for block in passed.blocks
            if block.kind not in PARTS
        ]
        return {"counted": self._votes.count(sender, found.id, texts, vote, day=date.today())}

    def _sender(self, body: dict[str, Any]) -> str:
        sender = self._sessions.sender(body.get("session"))
        if sender is None:
            raise Refused(401, "session: unknown or expired; POST /chat/sessions starts one")
        return sender

    def _refuse_when_saturated(self, body: dict[str, Any]) -> None:
        """Refuse at once what would wait too long; nothing of it is kept, and it may be sent again."""
        if len(self._working) >= self._most:
            metrics.SHED.labels("web").inc()
            raise _busy(body)

    @staticmethod
    async def _spend(limit: SharedLimit, key: str, body: dict[str, Any]) -> None:
        if not await limit.allows(key):
            raise Refused(429, "too many requests", text=refusal("ui_busy", posted.variety(body)))

    async def _reply(
        self, app: Sanic, incoming: Incoming, sender: str, message_id: str, variety: str
    ) -> Replies:
        agent = app.ctx.agent
        try:
            async with self._free:
                output = await turn(
                    partial(handle_once, agent),
                    incoming,
                    sender=sender,
                    channel="web",
                    message_id=message_id,
                    variety=variety,
                )
        except Answered:
            earlier = await turn_of(agent, sender, message_id)
            return earlier.replies() if earlier else [shown(gate().check(None, variety=variety))]
        return [
            shown(gate().check(reply["text"], reply["buttons"], variety=reply["variety"]))
            for reply in output.replies
        ]


def _busy(body: dict[str, Any]) -> Refused:
    """Return the refusal of a message that cannot be answered now, in approved words."""
    variety = posted.variety(body)
    return Refused(
        503,
        "too many are waiting; send it again",
        text=refusal("ui_busy", variety) or trouble(variety),
    )


def _json(body: dict[str, Any], *, status: int = 200) -> HTTPResponse:
    return response.json(body, status=status, dumps=_dumps)


def _dumps(body: Any, **_: Any | None) -> str:
    return json.dumps(body, ensure_ascii=False)
