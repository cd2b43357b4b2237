"""The console on a real socket beside the website channel, and a member of staff as a browser would show them to it."""

import http.cookiejar
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from cryptography.fernet import Fernet
from served import Served

from bot.analytics.questions import Asked
from bot.handover.queue import WaitingRoom
from bot.settings import Settings, Staff
from bot.staff.access.accounts import Accounts
from bot.staff.routes import blueprint
from bot.staff.tables import tables
from bot.storage.database import Database

PASSWORD = "three plain words"
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


class Office(Served):
    """A running server with the console on it."""

    def __init__(self, agent, var, *, data=Path("data")):
        super().__init__(agent, var, origins=("https://www.clinic.example",))
        database = f"sqlite:///{var}/staff.db"
        self.chosen = Settings(
            var=var, session_key="k" * 32, data=data, staff=Staff(database=database)
        )
        self.room = WaitingRoom(database, keys=Fernet.generate_key().decode(), days=30)
        self.database = Database(database, tables)
        self.asked = Asked(self.database)
        self._app.blueprint(blueprint(self.chosen, self.room, self.asked), url_prefix="/staff")
        self.people = Accounts(self.database)

    def hire(self, name, role):
        """An account with a password; returns whoever holds it, not yet signed in."""
        self.people.redeem(self.people.add(name, role), name, PASSWORD)
        return Visitor(self.url)

    def signed_in(self, name, role):
        """As `hire`, and signed in."""
        visitor = self.hire(name, role)
        status, _ = visitor.post("sign-in", name=name, password=PASSWORD)
        assert status == 200, _
        return visitor


class Visitor:
    """A browser: keeps cookies, follows redirects, sends forms with the token of the last page."""

    def __init__(self, url):
        self.url, self.jar, self.csrf = url, http.cookiejar.CookieJar(), ""
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.headers, self.last_headers = {}, None

    def ask(self, path, body=None, *, method=None, headers=None):
        """Return status and text of the page."""
        asked = urllib.request.Request(
            f"{self.url}/staff/{path}",
            data=body,
            method=method,
            headers={**self.headers, **(headers or {})},
        )
        try:
            with self._opener.open(asked, timeout=60) as answer:
                status, self.last_headers, text = (
                    answer.status,
                    answer.headers,
                    answer.read().decode(),
                )
        except urllib.error.HTTPError as error:
            status, self.last_headers, text = error.code, error.headers, error.read().decode()
        found = CSRF.search(text)
        self.csrf = found.group(1) if found else self.csrf
        return status, text

    def post(self, path, headers=None, **fields):
        """Send a form."""
        return self.ask(
            path, urllib.parse.urlencode({"csrf": self.csrf, **fields}).encode(), headers=headers
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
