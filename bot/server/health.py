"""ADAPTER: what operators and their machines ask the server: does it live, can it answer, what does it count."""

import asyncio
import ipaddress
import logging
import os
import time
from datetime import date
from typing import Any

import sqlalchemy as sa
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.answers.library import TROUBLE
from bot.channels.signature import same
from bot.container import library, settings
from bot.errors import told
from bot.rasa_adapter.event_store import reachable, store_of
from bot.telemetry import metrics

logger = logging.getLogger(__name__)
FORWARDED = ("x-forwarded-for", "x-real-ip", "forwarded", "via")
AGENT_WITHIN = 5.0  # seconds; the longest turn measured takes half of one
ROOM = 64 * 1024  # bytes that must still fit under var/: less than a minute of conversations


def routes() -> list[BaseRoute]:
    """Return /healthz, /readyz and /metrics."""
    return [Route("/healthz", lives), Route("/readyz", ready), Route("/metrics", measured)]


async def lives(request: Request) -> Response:
    """Whether the process lives; a load balancer asks another process where this one is leaving."""
    if request.app.state.leaving:
        return JSONResponse({"status": "leaving"}, status_code=503)
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:
    """Whether everything is there that answering needs."""
    parts = await _parts(request.app.state)
    fine = all(parts.values())
    return JSONResponse({"ready": fine, **parts}, status_code=200 if fine else 503)


async def measured(request: Request) -> Response:
    """What Prometheus reads."""
    if not _may_read(request):
        return JSONResponse(
            {"error": "metrics: from this machine only, or with JAWAB_METRICS_TOKEN"},
            status_code=403,
        )
    metrics.ready(await _parts(request.app.state))
    content = await asyncio.to_thread(_measured, request.app.state.services)
    return Response(content, headers={"Content-Type": CONTENT_TYPE_LATEST})


def _may_read(request: Request) -> bool:
    """Whether the caller holds the token; without a token set, whether it calls from this machine, past no proxy."""
    token = settings().metrics_token
    if token:
        return same(request.headers.get("authorization", "").removeprefix("Bearer "), token)
    forwarded = any(name in request.headers for name in FORWARDED)
    caller = request.client.host if request.client else ""
    try:
        return ipaddress.ip_address(caller).is_loopback and not forwarded
    except ValueError:
        return False


def _measured(services: list[Any]) -> bytes:
    metrics.ledger(library(), today=date.today())
    for service in services:
        try:
            service.measure()
        # a database being away is what the metrics are read for
        except sa.exc.SQLAlchemyError as error:
            logger.error("a channel's queues are not measured: %s", told(error))
    return generate_latest()


async def _parts(state: Any) -> dict[str, bool]:
    """Return what answering needs, and whether it is there."""
    parts = await asyncio.to_thread(_looked_at, state)
    return {"model": await state.agent.answers(AGENT_WITHIN), **parts}


def _looked_at(state: Any) -> dict[str, bool]:
    parts = {
        "ledger": library().block(TROUBLE, "ur") is not None,
        "store": reachable(store_of(state.agent.agent)),
        "disk": _takes_more(),
    }
    for service in state.services:
        parts |= service.ready()
    return parts


def _takes_more() -> bool:
    """Whether something can still be written under var/."""
    path = settings().var / f".room-{os.getpid()}-{time.monotonic_ns()}"
    try:
        path.write_bytes(b"\0" * ROOM)
    except OSError as error:
        logger.error("nothing can be written under var: %s", error.strerror)
        return False
    finally:
        path.unlink(missing_ok=True)
    return True
