"""A server that says what it is told: the floor under every turn, `make bench` measures it beside the bots."""

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


async def same(request: Request) -> Response:
    """Send the JSON back."""
    return JSONResponse(await request.json())


if __name__ == "__main__":
    uvicorn.run(
        Starlette(routes=[Route("/", same, methods=["POST"])]),
        host="127.0.0.1",
        port=int(sys.argv[sys.argv.index("--port") + 1]),
        access_log=False,
        log_level="error",
        ws="none",
    )
