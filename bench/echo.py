"""A Sanic server that says what it is told: the floor under every turn, `make bench` measures it beside the bots."""

import sys

from sanic import Request, Sanic, response
from sanic.response import HTTPResponse

app = Sanic("echo", configure_logging=False)


@app.post("/")
async def same(request: Request) -> HTTPResponse:
    """Send the JSON back."""
    return response.json(request.json)


if __name__ == "__main__":
    app.run(
        host="127.0.0.1",
        port=int(sys.argv[sys.argv.index("--port") + 1]),
        workers=1,
        access_log=False,
    )
