"""The webhook, without Rasa: verify, read, store, acknowledge. The work comes afterwards, in the worker."""

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.answers.gate import Gate
from bot.answers.library import Library
from bot.channels.http_body import TooLong, raw
from bot.channels.signature import same, signed
from bot.channels.whatsapp.cloud import Cloud
from bot.channels.whatsapp.human_takeover import Quiet
from bot.channels.whatsapp.identities import Chats
from bot.channels.whatsapp.inbox import Inbox, Intake
from bot.channels.whatsapp.metrics import measure
from bot.channels.whatsapp.outbox import GRACE, Outbox
from bot.channels.whatsapp.payloads import parse
from bot.channels.whatsapp.respond import Answers, Recall, Say
from bot.channels.whatsapp.sender import Sender
from bot.channels.whatsapp.tables import Store
from bot.channels.whatsapp.worker import Worker
from bot.errors import told
from bot.handover.queue import WaitingRoom
from bot.settings import WhatsApp

logger = logging.getLogger(__name__)
PATH = "/webhooks/whatsapp/webhook"
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


class Webhook:
    """The routes of one number, and the worker beside them."""

    def __init__(self, config: WhatsApp, **parts: Any) -> None:
        """`parts` go to `assemble`."""
        self._config, self._parts = config, parts
        self.service: Service | None = None

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route(PATH, self._verify, methods=["GET"]),
            Route(PATH, self._receive, methods=["POST"]),
        ]

    @asynccontextmanager
    async def running(self, *, say: Say, recall: Recall | None = None) -> AsyncIterator[None]:
        """Work off what comes in for as long as the context is open; as `assemble`."""
        self.service = assemble(self._config, say=say, recall=recall, **self._parts)
        self.service.worker.start()
        try:
            yield
        finally:
            await self.service.worker.stop()
            await self.service.cloud.close()

    async def _verify(self, request: Request) -> Response:
        asked = request.query_params.get("hub.mode") == "subscribe"
        if asked and same(
            request.query_params.get("hub.verify_token", ""), self._config.verify_token
        ):
            return PlainTextResponse(request.query_params.get("hub.challenge", ""))
        return Response(status_code=403)

    async def _receive(self, request: Request) -> Response:
        try:
            body = await raw(request, most=MOST_BYTES)
        except TooLong:
            return Response(status_code=413)
        if not signed(body, request.headers.get("x-hub-signature-256"), self._config.app_secret):
            logger.warning("whatsapp webhook refused: its signature is not Meta's")
            return Response(status_code=401)
        delivery = parse(body, phone_number_id=self._config.phone_number_id)
        if delivery.skipped:
            logger.warning("whatsapp webhook: parts skipped=%s", delivery.skipped)
        assert self.service
        try:
            await self.service.intake.accept(delivery)
        except sa.exc.SQLAlchemyError as error:  # what cannot be stored is sent again by Meta
            logger.error("whatsapp webhook: not stored: %s", told(error))
            return Response(status_code=503)
        self.service.worker.wake()
        return Response()
