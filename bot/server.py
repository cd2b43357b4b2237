"""ADAPTER: serves the channels of credentials.yml on Sanic, without Rasa's HTTP API or its greeting page."""

import logging
from functools import partial
from pathlib import Path

from rasa.core.channels import channel
from rasa.core.run import close_resources, create_http_input_channels, load_agent_on_start
from rasa.core.utils import AvailableEndpoints
from rasa.utils.log_utils import configure_structlog
from sanic import Request, Sanic, response
from sanic.response import HTTPResponse

from bot.channels.whatsapp.channel import WhatsAppInput
from bot.local_actions import LocalActions
from bot.service import library, settings
from bot.staff import routes as staff

HOME = "/chat/"


def build(model: Path) -> Sanic:
    """Return the server, not yet running; raises BotError when texts or settings forbid it to start."""
    library()
    app = Sanic("jawab", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = 4 * 1024 * 1024
    app.config.FALLBACK_ERROR_FORMAT = "json"
    channel.register(channels(), app, route="/webhooks/")
    staff.register(app)
    endpoints = AvailableEndpoints.read_endpoints("endpoints.yml")
    endpoints.action = LocalActions()
    app.register_listener(partial(load_agent_on_start, str(model), endpoints, None), "before_server_start")
    app.register_listener(close_resources, "after_server_stop")

    @app.get("/")
    async def home(request: Request) -> HTTPResponse:
        return response.redirect(HOME)

    @app.get("/healthz")
    async def health(request: Request) -> HTTPResponse:
        return response.json({"status": "ok"})

    return app


def channels() -> list[channel.InputChannel]:
    """Return the channels of credentials.yml, and WhatsApp where its settings are there."""
    found = create_http_input_channels(None, "credentials.yml")
    if settings().whatsapp and "whatsapp" not in {one.name() for one in found}:
        found.append(WhatsAppInput())
    return found


def serve(model: Path, port: int) -> None:
    """Serve until stopped."""
    configure_structlog(logging.WARNING)
    settings().var.mkdir(parents=True, exist_ok=True)
    build(model).run(host=settings().host, port=port, workers=1, access_log=False)
