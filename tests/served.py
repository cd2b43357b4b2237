"""The website channel on a real socket, in a thread of its own: for tests that speak HTTP or drive a browser."""

import asyncio
import json
import socket
import threading
import urllib.error
import urllib.request
from contextlib import asynccontextmanager
from pathlib import Path

from bot.channels.web.channel import WebService
from bot.server.agent_thread import AgentThread
from bot.server.app import Server, application
from bot.settings import Settings

GENEROUS = {"session_rate": 100_000, "address_rate": 100_000, "session_key": "k" * 32}


class Socket:
    """A running server for an app; `close` stops it."""

    def __init__(self, app):
        ready = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._server = Server(app, ready.set)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._listening],), daemon=True
        )
        self._thread.start()
        assert ready.wait(20)

    def close(self):
        self._server.should_exit = True
        self._thread.join(40)


class Served:
    """A running server; `with` stops it."""

    def __init__(self, agent, var: Path, **changes):
        self.agent = agent
        chosen = Settings(var=var, **{**GENEROUS, **changes})
        service = WebService(chosen)
        self.app = application(
            service.routes(), services=[service], proxies=chosen.proxies, lifespan=self._running
        )

    @asynccontextmanager
    async def _running(self, app):
        async def load():
            return self.agent

        app.state.agent = await AgentThread(load).start()
        yield
        await app.state.agent.stop()

    def __enter__(self):
        self._socket = Socket(self.app)
        self.url = self._socket.url
        return self

    def __exit__(self, *error):
        self._socket.close()

    def run(self, coroutine):
        """Run something on the loop that the agent runs on."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.app.state.agent.loop).result(30)

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
