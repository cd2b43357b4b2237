"""What waits in the queues, for the metrics: counts and ages, read when they are asked for."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.channels.whatsapp.alerts import UNDELIVERED
from bot.channels.whatsapp.inbox import DONE
from bot.channels.whatsapp.outbox import QUEUED, SENDING
from bot.channels.whatsapp.statuses import URGENT
from bot.channels.whatsapp.tables import Store, alerts, inbox, outbox
from bot.telemetry import metrics


def measure(store: Store, *, now: float) -> None:
    """Set the gauges of the inbox, the outbox and what staff have not seen."""
    waiting, unsent = inbox.c.state != DONE, outbox.c.state.in_((QUEUED, SENDING))
    unseen = alerts.c.seen_at.is_(None)
    with store.begin() as connection:
        metrics.INBOX.set(_count(connection, inbox, waiting))
        metrics.INBOX_AGE.set(_age(connection, inbox.c.arrived, waiting, now=now))
        metrics.OUTBOX.set(_count(connection, outbox, unsent))
        metrics.URGENT_WAITING.set(
            _age(connection, outbox.c.made, sa.and_(unsent, outbox.c.action.in_(URGENT)), now=now)
        )
        metrics.URGENT_FAILED.set(
            _count(connection, alerts, sa.and_(unseen, alerts.c.reason == UNDELIVERED))
        )
        metrics.ALERTS.set(_count(connection, alerts, unseen))


def _count(connection: Connection, table: sa.Table, condition: Any) -> int:
    return int(
        connection.execute(
            sa.select(sa.func.count()).select_from(table).where(condition)
        ).scalar_one()
    )


def _age(connection: Connection, since: sa.Column, condition: Any, *, now: float) -> float:
    oldest = connection.execute(sa.select(sa.func.min(since)).where(condition)).scalar_one()
    return max(0.0, now - oldest) if oldest is not None else 0.0
