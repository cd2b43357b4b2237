"""ADAPTER: serves the channels of credentials.yml on Sanic, without Rasa's HTTP API or its greeting page."""

import asyncio
from asyncio import AbstractEventLoop
from functools import partial
from pathlib import Path

from rasa.core.channels import channel
from rasa.core.run import close_resources, create_http_input_channels, load_agent_on_start
from rasa.core.utils import AvailableEndpoints
from sanic import Request, Sanic, response
from sanic.response import HTTPResponse

from bot.channels.web.history import store_of
from bot.channels.whatsapp.channel import WhatsAppInput
from bot.container import library, settings, shelf
from bot.privacy import retention_job
from bot.project import at
from bot.rasa_adapter.local_actions import LocalActions
from bot.rasa_adapter.lock_store import ConversationLocks
from bot.server import health, text_sync
from bot.server.limits import LIMITS, Impatient
from bot.staff import routes as staff
from bot.telemetry import logs

HOME = "/chat/"
LEAVE = 3.0  # seconds; longer than a load balancer takes to look at /healthz again


def build(model: Path) -> Sanic:
    """Return the server, not yet running; raises BotError when texts or settings forbid it to start."""
    if found := shelf():
        found.meet()
    library()
    app = Sanic("jawab", configure_logging=False)
    app.config.update(LIMITS)
    channel.register(channels(), app, route="/webhooks/")
    app.blueprint(health.routes())
    staff.register(app)
    endpoints = AvailableEndpoints.read_endpoints(str(at("endpoints.yml")))
    endpoints.action = LocalActions()
    if settings().redis:
        endpoints.lock_store = ConversationLocks(settings().redis)
    app.register_listener(
        partial(load_agent_on_start, str(model), endpoints, None), "before_server_start"
    )
    app.register_listener(_open, "before_server_start")
    retention_job.start(app)
    text_sync.start(app)
    app.register_listener(close_resources, "after_server_stop")
    app.register_listener(_leave, "before_server_stop")  # the last registered is the first run

    @app.get("/")
    async def home(request: Request) -> HTTPResponse:
        return response.redirect(HOME)

    return app


async def _open(app: Sanic, loop: AbstractEventLoop) -> None:
    """From here on patients can write: the last thing before the server listens."""
    # Rasa's fail-safe would answer from a memory of its own, which nobody reads again and no erasing reaches
    app.ctx.agent.tracker_store = app.ctx.agent.processor.tracker_store = store_of(app.ctx.agent)
    logs.patients_write()


async def _leave(app: Sanic, loop: AbstractEventLoop) -> None:
    """In a cluster: answer on for a moment while saying that no more should come, so that a restart loses nobody."""
    app.ctx.leaving = True
    if settings().database:
        await asyncio.sleep(LEAVE)


def channels() -> list[channel.InputChannel]:
    """Return the channels of credentials.yml, and WhatsApp where its settings are there."""
    found = create_http_input_channels(None, str(at("credentials.yml")))
    if settings().whatsapp and "whatsapp" not in {one.name() for one in found}:
        found.append(WhatsAppInput())
    return found


def serve(model: Path, port: int) -> None:
    """Serve until stopped."""
    logs.configure(settings().log)
    settings().make_var()
    build(model).run(
        host=settings().host, port=port, workers=1, access_log=False, protocol=Impatient
    )
