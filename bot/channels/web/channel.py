"""The website as a channel: its record."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.analytics.votes import Votes
from bot.channels.channel import Channel
from bot.settings import Settings


@dataclass(frozen=True)
class WebService:
    """The website on a running server; it needs nothing but its routes."""

    settings: Settings

    def routes(self) -> list[Any]:
        """Return the routes."""
        from bot.channels.web.routes import routes  # it names this module's record

        return routes(self.settings)

    @asynccontextmanager
    async def running(self, agent: Any) -> AsyncIterator[None]:
        """Nothing runs beside the routes."""
        yield

    def ready(self) -> Mapping[str, bool]:
        """Return nothing: model, texts and conversations are every channel's."""
        return {}

    def measure(self) -> None:
        """Nothing waits here that a turn's own figures do not show."""


@dataclass(frozen=True)
class WebRecords:
    """What visitors leave besides their conversation: votes, counted by day and text."""

    settings: Settings

    def of_phone(self, phone: str) -> str | None:
        """Return nothing: visitors have no numbers."""
        return None

    def export(self, conversation: str) -> dict[str, Any]:
        """Return nothing: a vote is nobody's."""
        return {}

    def erase(self, conversation: str) -> dict[str, int]:
        """Delete nothing: a vote is nobody's."""
        return {}

    def purge(self, *, now: float | None = None) -> dict[str, int]:
        """Delete old votes."""
        today = date.fromtimestamp(time.time() if now is None else now)
        before = today - timedelta(days=self.settings.keep_votes_days)
        return {"votes": Votes(self.settings.address("votes")).purge(before=before)}


CHANNEL = Channel("web", opens=WebService, keeps=WebRecords)
