"""ADAPTER: the server's connections. A client has so long for a request, however slowly it sends or reads.

uvicorn's own clock runs between two requests only; a header or a body that drips would hold a connection for ever.
"""

import asyncio
import resource
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from bot.server.headers import RAW

LIMITS = {
    "HEADERS_WITHIN": 10.0,  # seconds to send a request's line and headers in
    "BODY_WITHIN": 30.0,  # seconds to send the body in
    "READ_WITHIN": 30.0,  # seconds for which a client may take nothing of what it asked for
    "KEEP_ALIVE": 5,  # seconds a connection may be idle between two requests
    "MOST_HEADER_BYTES": 32 * 1024,  # of a request's line and headers
    "MOST_BODY_BYTES": 4 * 1024 * 1024,  # WhatsApp's webhooks have up to 3 MB, the website 64 kB
    "CONNECTIONS": 4000,  # more get 503 at once; each is a file, of which a process may open so many
    "BACKLOG": 2048,  # connections that the kernel keeps while we are busy
}
LEAVE = 2.0  # seconds between telling a client that its time is up and ending the connection


def raise_file_limit() -> None:
    """Let this process open as many files as it may: the usual 1024 are fewer than the connections it serves."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = int(LIMITS["CONNECTIONS"]) + 500
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


class Impatient(HttpToolsProtocol):
    """uvicorn's protocol with clocks for what a client sends and takes, and an end to what it may send."""

    _clock: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None
    _in_headers, _header_bytes, _kept_bytes, _body_bytes = True, 0, 0, 0

    def connection_made(self, transport: Any) -> None:
        """From here on the first request's headers are awaited."""
        super().connection_made(transport)
        self._wait(LIMITS["HEADERS_WITHIN"])

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._stop()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came in, while there is anybody to take it for."""
        if self.transport.is_closing():
            return
        if self._in_headers:
            self._header_bytes += len(data)
            if self._header_bytes == len(data) and self._clock is None:
                self._wait(LIMITS["HEADERS_WITHIN"])
        super().data_received(data)
        if self._in_headers and self._header_bytes > LIMITS["MOST_HEADER_BYTES"]:
            self._refuse(431)

    def on_url(self, url: bytes) -> None:
        """Take a piece of the request's line."""
        self._kept_bytes += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self._kept_bytes += len(name) + len(value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The headers are here: now the body is awaited."""
        self._in_headers, self._body_bytes = False, 0
        if self.transport.is_closing():
            return
        if self._kept_bytes > LIMITS["MOST_HEADER_BYTES"]:  # they may come in one piece
            self._refuse(414 if len(self.url) > LIMITS["MOST_HEADER_BYTES"] else 431)
            return
        super().on_headers_complete()
        self._wait(LIMITS["BODY_WITHIN"])
        length = next((value for name, value in self.headers if name == b"content-length"), b"0")
        if int(length) > LIMITS["MOST_BODY_BYTES"]:
            self._refuse(413)

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body, up to what anybody may send."""
        self._body_bytes += len(body)
        if self._body_bytes > LIMITS["MOST_BODY_BYTES"]:
            self._refuse(413)
        elif not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is here: the client owes nothing."""
        self._in_headers, self._header_bytes, self._kept_bytes = True, 0, 0
        self._stop()
        if not self.transport.is_closing():
            super().on_message_complete()

    def pause_writing(self) -> None:
        """The client takes nothing just now."""
        super().pause_writing()
        self._reading = self.loop.call_later(LIMITS["READ_WITHIN"], self._end)

    def resume_writing(self) -> None:
        """The client takes again what it asked for."""
        if self._reading:
            self._reading.cancel()
            self._reading = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """What is no request; the server cannot know where the next one would begin."""
        self._refuse(400)

    def _wait(self, seconds: float) -> None:
        self._stop()
        self._clock = self.loop.call_later(seconds, self._late)

    def _stop(self) -> None:
        if self._clock:
            self._clock.cancel()
            self._clock = None

    def _late(self) -> None:
        self._clock = None
        self._refuse(408)

    def _refuse(self, status: int) -> None:
        """Say so where nothing was said yet, and be gone soon, whatever still comes in."""
        if self.transport.is_closing():
            return
        self._stop()
        answering = self.cycle is not None and not self.cycle.response_complete
        if answering:
            self.cycle.disconnected = True  # what is still being answered goes nowhere
            self.cycle.message_event.set()
        if not (answering and self.cycle.response_started):
            self.transport.write(STATUS_LINE[status] + RAW)
        self.transport.close()
        self.loop.call_later(LEAVE, self._end)

    def _end(self) -> None:
        self.transport.abort()
