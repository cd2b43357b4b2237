"""The website channel on a real socket, in a thread of its own: for tests that speak HTTP or drive a browser."""

import asyncio
import json
import socket
import threading
import urllib.error
import urllib.request
import uuid
from pathlib import Path

from sanic import Sanic

from bot.channels.web.routes import routes
from bot.settings import Settings

Sanic.test_mode = True  # or a process could start one server only
GENEROUS = {"session_rate": 100_000, "address_rate": 100_000, "session_key": "k" * 32}


class Served:
    """A running server; `with` stops it."""

    def __init__(self, agent, var: Path, **changes):
        self.agent = agent
        self._app = Sanic(f"jawab-{uuid.uuid4().hex[:8]}", configure_logging=False)
        self._app.ctx.agent = agent
        self._app.blueprint(
            routes(Settings(var=var, **{**GENEROUS, **changes})), url_prefix="/chat"
        )
        self._loop, self._ready = asyncio.new_event_loop(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def __exit__(self, *error):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)

    def _run(self):
        asyncio.set_event_loop(self._loop)
        listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = self._loop.run_until_complete(
            self._app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
        )
        self._loop.run_until_complete(server.startup())
        self._loop.run_until_complete(server.before_start())
        self._ready.set()
        self._loop.run_forever()

    def run(self, coroutine):
        """Run something on the server's own loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    def request(self, path, body=None, *, method=None, headers=None):
        """Return status, headers and body bytes."""
        asked = urllib.request.Request(
            f"{self.url}/chat/{path}", data=body, method=method, headers=headers or {}
        )
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def post(self, path, headers=None, **body):
        """Post JSON; return status and JSON."""
        status, _, content = self.request(path, json.dumps(body).encode(), headers=headers)
        return status, json.loads(content)

    def start(self):
        """Return a new session's id."""
        return self.post("sessions")[1]["session"]

    def say(self, session, text, **more):
        """Send a message; return the replies."""
        status, body = self.post("messages", session=session, text=text, **more)
        assert status == 200, body
        return body["replies"]
