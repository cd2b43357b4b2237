"""ADAPTER: the server's connections. A client has so long for a request, however slowly it sends."""

from typing import Any

from sanic.http import Stage
from sanic.server import HttpProtocol

LIMITS: dict[str, Any] = {
    "REQUEST_MAX_SIZE": 4
    * 1024
    * 1024,  # bytes; WhatsApp's webhooks have up to 3 MB, the website 64 kB
    "REQUEST_TIMEOUT": 10,  # seconds to send the headers in
    "RESPONSE_TIMEOUT": 30,  # seconds to send the body in and be answered
    "KEEP_ALIVE_TIMEOUT": 5,  # seconds a connection may be idle
    "FALLBACK_ERROR_FORMAT": "json",
}
LEAVE = 2.0  # seconds between telling a client that its time is up and ending the connection


class Impatient(HttpProtocol):
    """Sanic's protocol with two gaps closed, through which a slow client could hold a connection for ever.

    Sanic's clock starts anew with every byte, here it runs from a request's first; and after an answer or a time-out
    Sanic reads the rest of the body for as long as it takes.
    """

    def data_received(self, data: bytes) -> None:
        """Take what came in, and leave the clock of a request that has begun as it is."""
        since, http = self._time, getattr(self, "_http", None)
        # a body may still be coming in after its answer has left
        begun = http is not None and (
            http.stage is not Stage.IDLE or getattr(http, "request_body", None)
        )
        super().data_received(data)
        if begun:
            self._time = since

    def check_timeouts(self) -> None:
        """As Sanic's own; a client whose time is up is told so, and gone soon after."""
        super().check_timeouts()
        if (
            getattr(self._http, "exception", None) is not None
        ):  # set where the time is up, and only then
            self.loop.call_later(LEAVE, self._end)

    def _end(self) -> None:
        if self.transport is not None:
            self.transport.abort()
