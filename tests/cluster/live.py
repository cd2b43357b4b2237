"""A cluster on loopback as an operator would run it, and patients who write to it while its parts are killed."""

import asyncio
import collections
import json
import os
import shutil
import threading
import time
import uuid

import aiohttp
import sqlalchemy as sa
from cluster.servers import Server, free_port, program

from tests.conftest import ROOT
from tests.running import Running

TOGETHER = {
    "JAWAB_STAFF": "true",
    "JAWAB_CONTACT_KEY": "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg=",
    "JAWAB_WHATSAPP_STALE_MINUTES": "60",
}
ASKS = [
    "kya ye halal hai?",
    "does it hurt?",
    "کیا اس میں درد ہوتا ہے؟",
    "is it legal?",
    "meri AMH 0.4 hai",
    "shukriya",
]
BOUND = 20.0  # seconds within which a patient is told something, whatever is down


class Cluster:
    """The parts by name; `url` is what patients use."""

    def __init__(self, folder, postgres, redis_server, meta):
        self.postgres, self.redis = postgres, redis_server
        self.database = postgres.new(f"cluster{uuid.uuid4().hex[:8]}")
        self.engine = sa.create_engine(self.database, pool_pre_ping=True)
        self.bots = []
        for name in ("one", "two"):
            (folder / name).mkdir()
            shutil.copytree(ROOT / "data", folder / name / "data")
            self.bots.append(
                Running(
                    folder / name,
                    **TOGETHER,
                    **meta.settings(),
                    JAWAB_DATABASE=self.database,
                    JAWAB_REDIS=f"redis://127.0.0.1:{redis_server.port}/0",
                    JAWAB_DATA=str(folder / name / "data"),
                )
            )
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        upstream = " ".join(f"127.0.0.1:{bot.port}" for bot in self.bots)
        self.caddy = Server(
            program("caddy"),
            "run",
            "--adapter",
            "caddyfile",
            "--config",
            str(ROOT / "deploy" / "Caddyfile"),
            port=port,
            log=str(folder / "caddy.log"),
            env={
                **os.environ,
                "JAWAB_SITE": self.url,
                "HOME": str(folder),
                "JAWAB_UPSTREAM": upstream,
            },
        )

    def __enter__(self):
        starting = [threading.Thread(target=bot.__enter__) for bot in self.bots]
        for one in starting:
            one.start()
        for one in starting:
            one.join()
        self.caddy.start().wait()
        return self

    def __exit__(self, *error):
        self.caddy.stop()
        for bot in self.bots:
            bot.__exit__()
        self.engine.dispose()

    def rows(self, query, **values):
        with self.engine.connect() as connection:
            return connection.execute(sa.text(query), values).all()

    def heard(self):
        """Return how often each message of each conversation is on record, and how often it was answered."""
        heard, answered, last = collections.Counter(), collections.Counter(), {}
        for sender, kind, data in self.rows(
            "SELECT sender_id, type_name, data FROM events ORDER BY id"
        ):
            if kind == "user":
                last[sender] = sender, json.loads(data)["message_id"]
                heard[last[sender]] += 1
            elif kind == "bot":
                answered[last[sender]] += 1
        return heard, answered


class Load:
    """Patients who write one message after another through Caddy, and send it again, with its id, when nothing came."""

    def __init__(self, url, *, patients=8):
        self.url, self.patients = url, patients
        self.answered, self.problems, self.longest, self.trouble = [], collections.Counter(), 0.0, 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._all()))

    def __enter__(self):
        self._thread.start()
        time.sleep(1)
        return self

    def __exit__(self, *error):
        self._stop.set()
        self._thread.join(120)

    async def _all(self):
        async with aiohttp.ClientSession(
            self.url,
            timeout=aiohttp.ClientTimeout(total=BOUND + 10),
            connector=aiohttp.TCPConnector(force_close=True),
        ) as http:
            await asyncio.gather(*(self._patient(http) for _ in range(self.patients)))

    async def _patient(self, http):
        session = None
        while session is None:
            session = (await self._post(http, "sessions"))[1].get("session")
        number = 0
        while not self._stop.is_set():
            message_id, number = uuid.uuid4().hex, number + 1
            await self._until_answered(http, session, message_id, ASKS[number % len(ASKS)])

    async def _until_answered(self, http, session, message_id, text):
        while True:
            started = time.monotonic()
            status, body = await self._post(
                http, "messages", session=session, id=message_id, text=text
            )
            self.longest = max(self.longest, time.monotonic() - started)
            if status == 200:
                blocks = [block["id"] for reply in body["replies"] for block in reply["blocks"]]
                if blocks[:1] != ["service_trouble"] and blocks:
                    self.answered.append(message_id)
                    return
                self.trouble += 1
            else:
                self.problems[status] += 1
            await asyncio.sleep(0.2)

    async def _post(self, http, path, **body):
        try:
            async with http.post(f"/chat/{path}", json=body) as answer:
                return answer.status, await answer.json(content_type=None) or {}
        except (aiohttp.ClientError, TimeoutError) as error:
            return type(error).__name__, {}


def nothing_lost_or_doubled(cluster, load):
    heard, answered = cluster.heard()
    times = collections.Counter(message for _, message in heard.elements())
    assert len(load.answered) == len(set(load.answered)) > 0
    assert {message: times[message] for message in load.answered if times[message] != 1} == {}
    assert [message for message in times if times[message] > 1] == []
    assert all(answered[one] >= 1 for one in heard if one[1] in set(load.answered))
