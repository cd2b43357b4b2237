"""The whole server as an operator starts it, `jawab run` in a process of its own, with a fake Meta beside it."""

import asyncio
import base64
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "tests" / "channels" / "whatsapp"))
from fake_meta import NUMBER, SECRET, TOKEN, VERIFY, VERSION, FakeMeta, message  # noqa: E402

JAWAB = Path(sys.executable).with_name("jawab")
METRICS_TOKEN = "9d2c41b7f00a63e8"


class Running:
    """A running server; `with` starts and stops it. `env` are settings besides those of a test, `project` is where it
    runs."""

    def __init__(self, folder, *, project=ROOT, **env):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._project = project
        self.folder, self.url, self._log = folder, f"http://127.0.0.1:{self.port}", folder / "log"
        self._env = {
            "JAWAB_VAR": str(folder / "var"),
            "JAWAB_LOG": "json",
            "JAWAB_SESSION_KEY": "9f86d081884c7d659a2feaa0c55ad015",
            "JAWAB_SESSION_RATE": "100000",
            "JAWAB_ADDRESS_RATE": "100000",
            **env,
        }

    def __enter__(self):
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command(),
                cwd=self._project,
                env=self.env(),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        try:
            self._wait(120)
        except BaseException:
            self.process.kill()
            raise
        return self

    def _wait(self, seconds):
        until = time.monotonic() + seconds
        while self.status("/healthz") != 200:
            assert self.process.poll() is None and time.monotonic() < until, self.log[-3000:]
            time.sleep(0.2)

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait(30)

    def env(self):
        """Return the environment it runs in."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JAWAB_")}
        return kept | {"PYTHONPATH": str(ROOT), **self._env}

    def jawab(self, *arguments):
        """Run another `jawab` command beside it, with its settings; return what that prints."""
        ended = subprocess.run(
            [JAWAB, *arguments],
            cwd=self._project,
            env=self.env(),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def command(self):
        return [JAWAB, "run", "--port", str(self.port)]

    @property
    def log(self):
        """Everything it has written, on both streams."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def get(self, path, body=None, **headers):
        """Return status and body."""
        asked = urllib.request.Request(
            self.url + path,
            data=body,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def status(self, path):
        try:
            return self.get(path)[0]
        except OSError:
            return None

    def post(self, path, **body):
        """Post JSON to the website channel; return status and JSON."""
        status, content = self.get(f"/chat/{path}", json.dumps(body).encode())
        return status, json.loads(content)

    def session(self):
        return self.post("sessions")[1]["session"]

    def metrics(self):
        """Return what Prometheus would read."""
        return self.get("/metrics", Authorization=f"Bearer {METRICS_TOKEN}")[1]

    def lines(self):
        """Return the log's JSON lines."""
        return [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]


class Meta:
    """A fake Meta on an event loop of its own, which sends webhooks to a running server."""

    def __init__(self):
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.fake = FakeMeta()

    def __enter__(self):
        self._run(self.fake.__aenter__())
        return self

    def __exit__(self, *error):
        self._run(self.fake.__aexit__())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    def settings(self):
        """Return the environment that makes a server use this Meta."""
        given = {
            "APP_SECRET": SECRET,
            "VERIFY_TOKEN": VERIFY,
            "ACCESS_TOKEN": TOKEN,
            "PHONE_NUMBER_ID": NUMBER,
            "API": self.fake.base,
            "GRAPH_VERSION": VERSION,
            "LANGUAGE": "en",
        }
        return {f"JAWAB_WHATSAPP_{name}": value for name, value in given.items()}

    def serves(self, server):
        self.fake.webhook = f"{server.url}/webhooks/whatsapp/webhook"

    def patient(self, text, *, sender, waits=True):
        """A patient writes; return when they have one answer more. Returns the message's id, made as Meta makes it."""
        digits = base64.b64encode(f"\x1c\x15{sender}\x15{uuid.uuid4().hex}".encode()).decode()
        before = len(self.fake.to(sender))
        self._run(self.fake.deliver(message(text, sender=sender, id=f"wamid.{digits}")))
        until = time.monotonic() + 40
        while waits and len(self.fake.to(sender)) == before:
            assert time.monotonic() < until, "no answer came"
            time.sleep(0.05)
        return f"wamid.{digits}"
