"""The console beside the website channel, and a member of staff as a browser would show them to it.

Requests go through Starlette's TestClient; `url` is a real socket, for tests that drive a browser.
"""

import asyncio
import json
import re
import socket
import threading
import urllib.parse
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from cryptography.fernet import Fernet
from served import GENEROUS
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.analytics.questions import Asked
from bot.channels.web.routes import routes as website
from bot.handover.queue import WaitingRoom
from bot.server.agent_thread import AgentThread
from bot.server.background import keep
from bot.settings import Settings, Staff
from bot.staff.access.accounts import Accounts
from bot.staff.routes import build
from bot.staff.tables import tables
from bot.storage.database import Database

PASSWORD = "three plain words"
CSRF = re.compile(r'name="csrf" value="([^"]+)"')
HERE = "127.0.0.1"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Office:
    """A server with the console on it; `with` stops it."""

    def __init__(self, agent, var, *, data=Path("data")):
        database = f"sqlite:///{var}/staff.db"
        more = {**GENEROUS, "origins": ("https://www.clinic.example",), "data": data}
        self.chosen = Settings(var=var, staff=Staff(database=database), **more)
        self.room = WaitingRoom(database, keys=Fernet.generate_key().decode(), days=30)
        self.database = Database(database, tables)
        self.asked = Asked(self.database)
        self.people = Accounts(self.database)
        self._agent, console = agent, build(self.chosen, self.room, self.asked)
        self._background = console.background
        self.app = Starlette(
            routes=[*website(self.chosen), *console.routes], lifespan=self._running
        )
        self.client = self.browser()
        self._socket = None

    def browser(self, address=HERE):
        """Return a client with cookies of its own, calling from `address`."""
        return TestClient(self.app, client=(address, 50_000), headers={"User-Agent": "test"})

    @asynccontextmanager
    async def _running(self, app):
        async def load():
            return self._agent

        app.state.agent = await AgentThread(load).start()
        async with keep(*self._background):
            yield
        await app.state.agent.stop()

    def __enter__(self):
        self.client.__enter__()
        return self

    def __exit__(self, *error):
        if self._socket:
            self._socket.close()
        self.client.__exit__(*error)

    @property
    def url(self):
        """Where a browser reaches the same server."""
        self._socket = self._socket or Socket(self.app)
        return self._socket.url

    def hire(self, name, role):
        """An account with a password; returns whoever holds it, not yet signed in."""
        self.people.redeem(self.people.add(name, role), name, PASSWORD)
        return Visitor(self)

    def signed_in(self, name, role):
        """As `hire`, and signed in."""
        visitor = self.hire(name, role)
        status, page = visitor.post("sign-in", name=name, password=PASSWORD)
        assert status == 200, page
        return visitor

    def post(self, path, **body):
        """Post JSON to the website channel, as a patient's page does; return status and JSON."""
        answer = self.client.post(f"/chat/{path}", json=body)
        return answer.status_code, answer.json()

    def start(self):
        """Return a new session's id."""
        return self.post("sessions")[1]["session"]

    def say(self, session, text, **more):
        """Send a message; return the replies."""
        status, body = self.post("messages", session=session, text=text, **more)
        assert status == 200, body
        return body["replies"]


class Socket:
    """An app on a real socket, in a thread of its own; its lifespan is somebody else's."""

    def __init__(self, app):
        listening = socket.create_server((HERE, 0))
        self.url = f"http://{HERE}:{listening.getsockname()[1]}"
        self._server = uvicorn.Server(
            uvicorn.Config(app, lifespan="off", ws="none", log_config=None, access_log=False)
        )
        self._thread = threading.Thread(target=self._run, args=(listening,), daemon=True)
        self._thread.start()

    def _run(self, listening):
        asyncio.run(self._server.serve(sockets=[listening]))

    def close(self):
        """Stop serving."""
        self._server.should_exit = True
        self._thread.join(20)


class Visitor:
    """A browser: keeps cookies, follows redirects, sends forms with the token of the last page."""

    def __init__(self, office, *, address=HERE):
        self._client = office.browser(address)
        self._client.portal = office.client.portal  # one loop for all, as on a server
        self.jar, self.csrf = self._client.cookies.jar, ""
        self.headers, self.last_headers = {}, None

    def cookie(self, name="jawab_staff"):
        """Return a cookie that the console set."""
        return next(one for one in self.jar if one.name == name)

    def ask(self, path, body=None, *, method=None, headers=None):
        """Return status and text of the page."""
        answer = self._client.request(
            method or ("GET" if body is None else "POST"),
            f"/staff/{path}",
            content=body,
            headers={**self.headers, **(headers or {})},
        )
        self.last_headers, text = answer.headers, answer.text
        found = CSRF.search(text)
        self.csrf = found.group(1) if found else self.csrf
        return answer.status_code, text

    def post(self, path, headers=None, **fields):
        """Send a form."""
        return self.ask(
            path,
            urllib.parse.urlencode({"csrf": self.csrf, **fields}).encode(),
            headers={**FORM, **(headers or {})},
        )

    def call(self, path, body):
        """Send JSON as the console's scripts do; return status and JSON."""
        status, text = self.ask(
            path,
            json.dumps(body).encode(),
            headers={
                "Content-Type": "application/json",
                "Accept": "application/json",
                "X-CSRF-Token": self.csrf,
            },
        )
        return status, json.loads(text)
