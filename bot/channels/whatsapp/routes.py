"""The webhook on Sanic, without Rasa: verify, read, store, acknowledge. The work comes afterwards, in the worker."""

import logging
import time
from asyncio import AbstractEventLoop
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sanic import Blueprint, Request, Sanic, response
from sanic.response import HTTPResponse

from bot.answers.gate import Gate
from bot.answers.library import Library
from bot.channels.signature import same, signed
from bot.channels.whatsapp.cloud import Cloud
from bot.channels.whatsapp.human_takeover import Quiet
from bot.channels.whatsapp.identities import Chats
from bot.channels.whatsapp.inbox import Inbox, Intake
from bot.channels.whatsapp.metrics import measure
from bot.channels.whatsapp.outbox import GRACE, Outbox
from bot.channels.whatsapp.payloads import parse
from bot.channels.whatsapp.respond import Answers, Recall, Said, Say
from bot.channels.whatsapp.sender import Sender
from bot.channels.whatsapp.tables import Store
from bot.channels.whatsapp.worker import Worker
from bot.handover.queue import WaitingRoom
from bot.settings import WhatsApp

logger = logging.getLogger(__name__)
MOST_BYTES = 3 * 1024 * 1024


@dataclass
class Service:
    """The parts of a running channel."""

    store: Store
    intake: Intake
    worker: Worker
    cloud: Cloud

    def measure(self) -> None:
        """Note for the metrics what waits in the queues right now."""
        measure(self.store, now=time.time())


def assemble(
    config: WhatsApp,
    *,
    key: str,
    library: Library,
    gate: Gate,
    say: Say,
    recall: Recall | None = None,
    room: WaitingRoom | None = None,
    grace: float = GRACE,
) -> Service:
    """Return the channel's parts; they must be made inside the event loop that runs them.

    `key` is this installation's secret; `say` is one turn of the bot; `recall` finds a turn already on record;
    `room` is where staff see who waits.
    """
    store = Store(config.database)
    quiet = Quiet(config.quiet_minutes, config.handoff_minutes, config.resume_word)
    inbox = Inbox(store, Chats(key=key, phone_number_id=config.phone_number_id), quiet)
    answers = Answers(
        store,
        library,
        gate,
        say,
        recall=recall,
        language=config.language,
        stale_minutes=config.stale_minutes,
    )
    cloud = Cloud(
        base=config.api,
        version=config.graph_version,
        phone_number_id=config.phone_number_id,
        token=config.access_token,
    )
    sender = Sender(store, Outbox(store, grace=grace), cloud, gate, library)
    intake = Intake(inbox)
    worker = Worker(
        store,
        inbox,
        answers,
        sender,
        quiet,
        busy=lambda: intake.busy,
        keep_days=config.keep_days,
        room=room,
    )
    return Service(store, intake, worker, cloud)


def webhook(
    config: WhatsApp,
    *,
    recall: Callable[[Sanic, str, str], Awaitable[Said | None]] | None = None,
    **parts: Any,
) -> Blueprint:
    """Return the routes, and start and stop the worker with the server; `recall` and `parts` go to `assemble`."""
    routes = Blueprint("jawab_whatsapp")
    running: list[Service] = []

    @routes.after_server_start
    async def start(app: Sanic, loop: AbstractEventLoop) -> None:
        running.append(assemble(config, recall=partial(recall, app) if recall else None, **parts))
        app.ctx.whatsapp = running[0]
        running[0].worker.start()

    @routes.before_server_stop
    async def stop(app: Sanic, loop: AbstractEventLoop) -> None:
        await running[0].worker.stop()
        await running[0].cloud.close()

    @routes.get("/webhook")
    async def verify(request: Request) -> HTTPResponse:
        asked = request.args.get("hub.mode") == "subscribe"
        if asked and same(request.args.get("hub.verify_token", ""), config.verify_token):
            return response.text(request.args.get("hub.challenge", ""))
        return response.text("", status=403)

    @routes.post("/webhook")
    async def receive(request: Request) -> HTTPResponse:
        if len(request.body) > MOST_BYTES:
            return response.text("", status=413)
        if not signed(request.body, request.headers.get("x-hub-signature-256"), config.app_secret):
            logger.warning("whatsapp webhook refused: its signature is not Meta's")
            return response.text("", status=401)
        delivery = parse(request.body, phone_number_id=config.phone_number_id)
        if delivery.skipped:
            logger.warning("whatsapp webhook: parts skipped=%s", delivery.skipped)
        await running[0].intake.accept(
            delivery
        )  # what cannot be stored is not acknowledged: Meta sends it again
        running[0].worker.wake()
        return response.text("")

    return routes
