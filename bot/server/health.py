"""ADAPTER: what operators and their machines ask the server: does it live, can it answer, what does it count."""

import asyncio
import ipaddress
import logging
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from rasa.core.tracker_store import SQLTrackerStore
from sanic import Blueprint, Request, Sanic, response
from sanic.response import HTTPResponse

from bot.answers.library import TROUBLE
from bot.channels.signature import same
from bot.channels.web.history import store_of
from bot.container import library, settings
from bot.errors import told
from bot.telemetry import metrics

logger = logging.getLogger(__name__)
FORWARDED = ("x-forwarded-for", "x-real-ip", "forwarded", "via")


def routes() -> Blueprint:
    """Return /healthz, /readyz and /metrics."""
    found = Blueprint("jawab_health")

    @found.get("/healthz")
    async def lives(request: Request) -> HTTPResponse:
        if getattr(request.app.ctx, "leaving", False):  # a load balancer then asks another process
            return response.json({"status": "leaving"}, status=503)
        return response.json({"status": "ok"})

    @found.get("/readyz")
    async def ready(request: Request) -> HTTPResponse:
        parts = await asyncio.to_thread(_parts, request.app)
        return response.json(
            {"ready": all(parts.values()), **parts}, status=200 if all(parts.values()) else 503
        )

    @found.get("/metrics")
    async def measured(request: Request) -> HTTPResponse:
        if not _may_read(request):
            return response.json(
                {"error": "metrics: from this machine only, or with JAWAB_METRICS_TOKEN"},
                status=403,
            )
        return response.raw(
            await asyncio.to_thread(_measured, request.app), content_type=CONTENT_TYPE_LATEST
        )

    return found


def _may_read(request: Request) -> bool:
    """Whether the caller holds the token; without a token set, whether it calls from this machine, past no proxy."""
    token = settings().metrics_token
    if token:
        return same(request.headers.get("authorization", "").removeprefix("Bearer "), token)
    forwarded = any(name in request.headers for name in FORWARDED)
    return ipaddress.ip_address(request.ip).is_loopback and not forwarded


def _measured(app: Sanic) -> bytes:
    metrics.ready(_parts(app))
    metrics.ledger(library(), today=date.today())
    whatsapp = getattr(app.ctx, "whatsapp", None)
    if whatsapp is not None:
        try:
            whatsapp.measure()
        except (
            sa.exc.SQLAlchemyError
        ) as error:  # its database being away is what the metrics are read for
            logger.error("whatsapp queues not measured: %s", told(error))
    return generate_latest()


def _parts(app: Sanic) -> dict[str, bool]:
    """Return what answering needs, and whether it is there."""
    agent, whatsapp = getattr(app.ctx, "agent", None), getattr(app.ctx, "whatsapp", None)
    parts = {
        "model": agent is not None and agent.is_ready(),
        "ledger": library().block(TROUBLE, "ur") is not None,
        "store": agent is not None and _reachable(store_of(agent)),
    }
    return (
        parts
        if whatsapp is None
        else parts | {"whatsapp": _answers(whatsapp.store.engine, "chats")}
    )


def _reachable(store: object) -> bool:
    return _answers(store.engine, "events") if isinstance(store, SQLTrackerStore) else True


def _answers(engine: sa.engine.Engine, table: str) -> bool:
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    if (
        file and not Path(file).exists()
    ):  # an open connection goes on writing into a file that nobody finds again
        logger.error("a database's file is gone: %s", Path(file).name)
        return False
    try:
        with engine.connect() as connection:
            connection.execute(sa.text(f"SELECT 1 FROM {table} LIMIT 1"))
    except sa.exc.SQLAlchemyError as error:
        logger.error("a database does not answer: %s", told(error))
        return False
    return True
