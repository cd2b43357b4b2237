"""The website channel: pages, sessions, and messages in and out as JSON. Patients' words are never logged."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import date
from functools import partial
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from bot.analytics.votes import Votes
from bot.channels.deduplicate import Answered, handle_once
from bot.channels.incoming import Incoming
from bot.channels.rate_limit import SharedLimit
from bot.channels.turn import turn
from bot.channels.web import body as posted
from bot.channels.web import files
from bot.channels.web.channel import CHANNEL
from bot.channels.web.cors import Edge, address, preflight, source
from bot.channels.web.history import erase, shown, turn_of, turns
from bot.channels.web.session_ids import Sessions
from bot.channels.web.texts import interface, receipt, refusal, trouble
from bot.channels.web.waiting_line import Line, cost
from bot.container import asked, settings
from bot.settings import Settings
from bot.telemetry import metrics

logger = logging.getLogger(__name__)
Replies = list[dict[str, Any]]
Place = AbstractAsyncContextManager[None]
Handler = Callable[[Request], Awaitable[Response]]
PREFIX = "/chat"
PARTS = {"part", "trouble"}  # what a vote is not about
AT_ONCE = (
    4  # turns side by side: one is in work at a time, the others wait for a store or a conversation
)
ANSWER_WITHIN = (
    25.0  # seconds; below the 30 that the widget waits, so that a text answers and not a timeout
)


def routes(chosen: Settings | None = None) -> list[BaseRoute]:
    """Return the routes; `chosen` says who may call and how often. The agent is the app's."""
    chosen = chosen or settings()
    desk, edge = Desk(chosen), Edge(chosen.origins)
    found: list[BaseRoute] = []
    for name in files.names():
        send = _at_the_edge(edge, partial(_file, name=name, cap=chosen.message_cap))
        found.append(Route(f"/{name}", send))
        if name == "chat.html":
            found.append(Route("/", send))
    for name in ("sessions", "messages", "history", "clear", "receipts", "votes"):
        found.append(
            Route(
                f"/{name}", _at_the_edge(edge, desk.route(name, edge)), methods=["POST", "OPTIONS"]
            )
        )
    return [Mount(PREFIX, routes=found)]


def _at_the_edge(edge: Edge, handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        found = await handler(request)
        found.headers.update(edge.headers(request))
        found.headers.setdefault("Cache-Control", "no-store")
        return found

    return answer


async def _file(request: Request, *, name: str, cap: int) -> Response:
    return files.file(request, name, cap=cap)


class Refused(Exception):
    """A request that is answered with a status and a reason instead of what it asked for."""

    def __init__(self, status: int, error: str, **more: str) -> None:
        super().__init__(error)
        self.status, self.body = status, {"error": error, **more}


class Answer(JSONResponse):
    """JSON that can be sent whatever is in it: a lone surrogate becomes a question mark."""

    def render(self, content: Any) -> bytes:
        """Return the bytes."""
        return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")


class Desk:
    """Takes what the widget posts, and answers."""

    def __init__(self, chosen: Settings) -> None:
        """As `routes`."""
        self._cap = chosen.message_cap
        self._key = chosen.signing_key()
        self._sessions = Sessions(self._key, hours=chosen.session_hours)
        self._per_session = SharedLimit("session", chosen.session_rate, chosen)
        self._per_address = SharedLimit("address", chosen.address_rate, chosen)
        self._votes = Votes(chosen.address("votes"))
        self._working: dict[tuple[str, str], asyncio.Task[Replies]] = {}
        self._line = Line(most=chosen.most_waiting, at_once=AT_ONCE)

    def route(self, name: str, edge: Edge) -> Handler:
        """Return the handler of one route: the edge first, then the method of that name."""
        method = getattr(self, name)

        async def answer(request: Request) -> Response:
            try:
                if not edge.welcome(request):
                    raise Refused(403, "origin: not on the list of JAWAB_ORIGINS")
                if request.method == "OPTIONS":
                    return Response(status_code=204, headers=preflight())
                body = await posted.read(request)
                await self._spend(
                    self._per_address, address(request), body, cost=cost(posted.length(body))
                )
                return Answer(await method(request, body))
            except posted.TooLong as error:
                return Answer({"error": str(error)}, status_code=413)
            except posted.BadRequest as error:
                return Answer({"error": str(error)}, status_code=400)
            except Refused as refused:
                return Answer(refused.body, status_code=refused.status)

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
            place = self._place(request, incoming, body)
            agent, about = request.app.state.agent, self._about(request, body)
            task = asyncio.create_task(self._reply(agent, place, incoming, *key, about))
            self._working[key] = task
            task.add_done_callback(lambda done: self._working.pop(key, None))
        # a visitor who loses the connection finds the answer when they come back
        try:
            replies = await asyncio.wait_for(asyncio.shield(task), ANSWER_WITHIN)
        except TimeoutError:
            raise _busy(body) from None
        if not replies:  # no text may be sent today: the widget then shows its own approved words
            raise Refused(503, "no approved text for this", text=trouble(posted.variety(body)))
        return {"replies": replies}

    async def history(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        """Return the visitor's own conversation."""
        found = await turns(request.app.state.agent, self._sender(body))
        return {"turns": [one.to_dict() for one in found]}

    async def clear(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        """Erase the visitor's own conversation and start a new one."""
        sender = self._sender(body)
        working = [task for (who, _), task in self._working.items() if who == sender]
        # or they would write after the erasing
        await asyncio.gather(*working, return_exceptions=True)
        if book := asked():
            await asyncio.to_thread(book.erase, sender)
        await erase(request.app.state.agent, sender)
        return {"session": self._sessions.start()}

    async def receipts(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        """Return who signed the texts of a reply in the visitor's own conversation."""
        found = await turn_of(
            request.app.state.agent, self._sender(body), posted.message_id(body, "message")
        )
        if found is None:
            raise Refused(404, "message: none of that id in this conversation")
        return {"texts": receipt(found)}

    async def votes(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        """Count a vote on a reply in the visitor's own conversation."""
        sender, vote = self._sender(body), posted.vote(body)
        found = await turn_of(request.app.state.agent, sender, posted.message_id(body, "message"))
        if found is None:
            raise Refused(404, "message: none of that id in this conversation")
        texts = [
            (block.id, block.variety)
            for passed in found.said
            for block in passed.blocks
            if block.kind not in PARTS
        ]
        count = partial(self._votes.count, sender, found.id, texts, vote, day=date.today())
        return {"counted": await asyncio.to_thread(count)}

    def _sender(self, body: dict[str, Any]) -> str:
        sender = self._sessions.sender(body.get("session"))
        if sender is None:
            raise Refused(401, "session: unknown or expired; POST /chat/sessions starts one")
        return sender

    def _place(self, request: Request, incoming: Incoming, body: dict[str, Any]) -> Place:
        """Return a place in the line; what would wait too long is refused at once, not kept, and may be sent again."""
        place = self._line.place(address(request), cost=cost(len(incoming.text)))
        if place is None:
            metrics.SHED.labels(CHANNEL.name).inc()
            raise _busy(body)
        return place

    def _about(self, request: Request, body: dict[str, Any]) -> dict[str, str]:
        """Return the language of the page, and what stands for where it was sent from."""
        return {"variety": posted.variety(body), "source": source(request, key=self._key)}

    @staticmethod
    async def _spend(limit: SharedLimit, key: str, body: dict[str, Any], *, cost: int = 1) -> None:
        if not await limit.allows(key, cost=cost):
            raise Refused(429, "too many requests", text=refusal("ui_busy", posted.variety(body)))

    @staticmethod
    async def _reply(
        agent: Any,
        place: Place,
        incoming: Incoming,
        sender: str,
        message_id: str,
        about: dict[str, str],
    ) -> Replies:
        """Return what may be shown of the bot's answer, which has passed the gate by then."""
        try:
            async with place:
                output = await agent.call(
                    lambda: turn(
                        partial(handle_once, agent.agent),
                        incoming,
                        sender=sender,
                        channel=CHANNEL,
                        message_id=message_id,
                        **about,
                    )
                )
        except Answered:
            earlier = await turn_of(agent, sender, message_id)
            return earlier.replies() if earlier else []
        return [shown(passed) for passed in output.passed if passed.text]


def _busy(body: dict[str, Any]) -> Refused:
    """Return the refusal of a message that cannot be answered now, in approved words."""
    variety = posted.variety(body)
    return Refused(
        503,
        "too many are waiting; send it again",
        text=refusal("ui_busy", variety) or trouble(variety),
    )
