"""ADAPTER: serves the channels on Starlette and uvicorn; Rasa answers as a library, in a thread of its own."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from rasa.core.agent import load_agent
from rasa.core.utils import AvailableEndpoints
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Lifespan

from bot.channels import channel
from bot.channels.channel import Service
from bot.container import library, notes, settings, shelf
from bot.errors import BotError
from bot.privacy import retention_job
from bot.project import at
from bot.rasa_adapter.event_store import store_of
from bot.rasa_adapter.local_actions import LocalActions
from bot.rasa_adapter.lock_store import ConversationLocks
from bot.server import health, text_sync, watchdog
from bot.server.agent_thread import AgentThread
from bot.server.background import Work, keep, repeated
from bot.server.headers import SecurityHeaders, failed, refused
from bot.server.limits import LIMITS, Impatient, raise_file_limit
from bot.server.listening import unbound
from bot.staff import routes as staff
from bot.telemetry import logs

HOME = "/chat/"
LEAVE = 3.0  # seconds; longer than a load balancer takes to look at /healthz again
FINISH = 25  # seconds for what is being answered when the server is told to stop
THREADS = (
    32  # that wait for databases beside the loop: a locked store takes some of them, never all
)
DELIVER_EVERY, DELIVER_AGAIN = 0.5, 2.0  # seconds


def build(model: Path) -> Starlette:
    """Return the server, not yet running; raises BotError when texts or settings forbid it to start."""
    if found := shelf():
        found.meet()
    library()
    services = channel.services(settings())
    routes: list[BaseRoute] = [Route("/", home), *health.routes()]
    for service in services:
        routes += service.routes()
    routes += staff.routes()
    return application(
        routes,
        services=services,
        proxies=settings().proxies,
        lifespan=partial(running, model=model, services=services),
    )


def application(
    routes: list[BaseRoute], *, services: list[Service], proxies: int, lifespan: Lifespan[Starlette]
) -> Starlette:
    """Return an app around `routes`: what each of its answers carries, and how it refuses and fails."""
    app = Starlette(
        routes=routes,
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={HTTPException: refused, Exception: failed},
        lifespan=lifespan,
    )
    app.state.proxies, app.state.services, app.state.leaving = proxies, services, False
    return app


async def home(request: Request) -> Response:
    """Lead to the chat page."""
    return RedirectResponse(HOME, status_code=302)


@asynccontextmanager
async def running(app: Starlette, *, model: Path, services: list[Service]) -> AsyncIterator[None]:
    """Load the bot, and let patients write for as long as the context is open."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "jawab"))
    agent = AgentThread(partial(load, model))
    app.state.agent = agent
    try:
        await agent.start()
    except BotError as error:
        app.state.problem = error
        raise
    async with AsyncExitStack() as stack:
        stack.push_async_callback(agent.stop)
        for service in services:
            await stack.enter_async_context(service.running(agent))
        await stack.enter_async_context(keep(*beside(agent)))
        logs.patients_write()
        yield


def beside(agent: AgentThread) -> list[Work]:
    """Return what goes on beside answering."""
    works: list[Work] = [retention_job.work(agent), *text_sync.work(), *watchdog.work(agent)]
    works += staff.background()
    if kept := notes():
        works.append(
            repeated(
                kept.deliver,
                every=DELIVER_EVERY,
                again=DELIVER_AGAIN,
                what="notes wait for the waiting room's store",
            )
        )
    return works


async def load(model: Path) -> Any:
    """Return Rasa's agent for a trained model; raises BotError where it cannot be read."""
    endpoints = AvailableEndpoints.read_endpoints(str(at("endpoints.yml")))
    endpoints.action = LocalActions()
    if settings().redis:
        endpoints.lock_store = ConversationLocks(settings().redis)
    agent = await load_agent(model_path=str(model), endpoints=endpoints)
    if not agent.is_ready():
        raise BotError(f"{model} cannot be read; delete it and run `jawab train`")
    # Rasa's fail-safe would answer from a memory of its own, which nobody reads again and no erasing reaches
    agent.tracker_store = agent.processor.tracker_store = store_of(agent)
    return agent


class Server(uvicorn.Server):
    """uvicorn's server; it says when patients can write, and that it is leaving before it leaves."""

    def __init__(self, app: Starlette, ready: Callable[[], None]) -> None:
        """`ready` is called once, in a thread."""
        self._app, self._ready = app, ready
        super().__init__(
            uvicorn.Config(
                app,
                loop="uvloop",
                http=Impatient,
                ws="none",  # Rasa pins a websockets of 2022, and nothing here needs any
                lifespan="on",
                log_config=None,  # bot/telemetry/logs.py
                access_log=False,  # an address beside a path tells who talked to a fertility clinic
                server_header=False,
                proxy_headers=False,  # bot/channels/web/cors.py reads what our own proxies say
                limit_concurrency=int(LIMITS["CONNECTIONS"]),
                backlog=int(LIMITS["BACKLOG"]),
                timeout_keep_alive=int(LIMITS["KEEP_ALIVE"]),
                timeout_graceful_shutdown=FINISH,
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's own, which would end the process by the signal again: being told to stop is no failure."""
        with super().capture_signals():
            yield
            self._captured_signals.clear()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say that patients can write."""
        await super().startup(sockets)
        if self.started:
            watchdog.notify("READY=1")
            asyncio.get_running_loop().run_in_executor(None, self._ready)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """In a cluster: answer on for a moment while saying that no more should come: a restart loses nobody."""
        watchdog.notify("STOPPING=1")
        self._app.state.leaving = True
        if settings().database:
            await asyncio.sleep(LEAVE)
        await super().shutdown(sockets)


def serve(
    model: Path, listening: socket.socket, *, ready: Callable[[], None] = lambda: None
) -> None:
    """Serve until stopped; `ready` is called when patients can write. Raises BotError where that cannot begin."""
    logs.configure(settings().log)
    raise_file_limit()
    settings().make_var()
    app = build(model)
    try:
        Server(app, ready).run(sockets=[listening])
    except OSError as error:
        raise unbound(listening, error) from error
    except SystemExit as end:  # uvicorn's way to say that the lifespan did not start
        raise getattr(app.state, "problem", end) from None
