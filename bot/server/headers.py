"""ADAPTER: the headers that every answer carries, also those to what is no request, is not there, or failed."""

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.web.cors import HEADERS

EVERY = {**HEADERS, "Cache-Control": "no-store"}
RAW = (
    "".join(f"{name}: {value}\r\n" for name, value in EVERY.items())
    + "content-length: 0\r\nconnection: close\r\n\r\n"
).encode("ascii")


class SecurityHeaders:
    """Adds what an answer does not say itself; its own word stands."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in EVERY.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


async def refused(request: Request, error: Exception) -> Response:
    """Answer what is not there or not allowed, without repeating what was asked for."""
    assert isinstance(error, HTTPException)
    return JSONResponse(
        {"error": error.detail}, status_code=error.status_code, headers=error.headers
    )


async def failed(request: Request, error: Exception) -> Response:
    """Answer a failure of ours; the log has it, without anybody's words."""
    return JSONResponse({"error": "something went wrong"}, status_code=500, headers=EVERY)
