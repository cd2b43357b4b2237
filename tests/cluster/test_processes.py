"""Two processes behind Caddy over PostgreSQL and Redis; then each part is killed under load."""

import asyncio
import collections
import contextlib
import json
import os
import shutil
import threading
import time
import uuid

import aiohttp
import pytest
import sqlalchemy as sa
from cluster.servers import Server, free_port, program

from tests.conftest import ROOT
from tests.running import Meta, Running

TOGETHER = {"JAWAB_STAFF": "true", "JAWAB_CONTACT_KEY": "A" * 43 + "=", "JAWAB_WHATSAPP_STALE_MINUTES": "60"}
ASKS = ["kya ye halal hai?", "does it hurt?", "کیا اس میں درد ہوتا ہے؟", "is it legal?", "meri AMH 0.4 hai", "shukriya"]
BOUND = 20.0        # seconds within which a patient is told something, whatever is down


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
            self.bots.append(Running(
                folder / name, **TOGETHER, **meta.settings(), JAWAB_DATABASE=self.database,
                JAWAB_REDIS=f"redis://127.0.0.1:{redis_server.port}/0", JAWAB_DATA=str(folder / name / "data")))
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        upstream = " ".join(f"127.0.0.1:{bot.port}" for bot in self.bots)
        self.caddy = Server(program("caddy"), "run", "--adapter", "caddyfile", "--config",
                            str(ROOT / "deploy" / "Caddyfile"), port=port, log=str(folder / "caddy.log"), env={
                                **os.environ, "JAWAB_SITE": self.url, "HOME": str(folder), "JAWAB_UPSTREAM": upstream})

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
        for sender, kind, data in self.rows("SELECT sender_id, type_name, data FROM events ORDER BY id"):
            if kind == "user":
                last[sender] = sender, json.loads(data)["message_id"]
                heard[last[sender]] += 1
            elif kind == "bot":
                answered[last[sender]] += 1
        return heard, answered


@pytest.fixture(scope="module")
def meta():
    with Meta() as meta:
        yield meta


@pytest.fixture(scope="module")
def cluster(tmp_path_factory, postgres, redis_server, meta):
    with Cluster(tmp_path_factory.mktemp("cluster"), postgres, redis_server, meta) as cluster:
        meta.fake.webhook = f"{cluster.url}/webhooks/whatsapp/webhook"
        yield cluster


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
        async with aiohttp.ClientSession(self.url, timeout=aiohttp.ClientTimeout(total=BOUND + 10),
                                         connector=aiohttp.TCPConnector(force_close=True)) as http:
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
            status, body = await self._post(http, "messages", session=session, id=message_id, text=text)
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


def back(bot):
    bot.__enter__()
    return bot


# --- one conversation, two processes ---

def test_a_conversation_that_hops_between_processes_keeps_its_memory(cluster):
    one, two = cluster.bots
    session = one.session()
    first = one.post("messages", session=session, text="meri AMH 0.4 hai", id=uuid.uuid4().hex)[1]["replies"]
    then = two.post("messages", session=session, text="kamyabi ki sharah kya hai?", id=uuid.uuid4().hex)[1]["replies"]
    assert "steer" in [block["id"] for block in first[0]["blocks"]]
    assert {"steer", "case_remembered"} & {block["id"] for block in then[0]["blocks"]}
    turns = one.post("history", session=session)[1]["turns"]
    assert [turn["replies"] for turn in turns] == [first, then]
    two.post("clear", session=session)
    assert one.post("history", session=session)[1] == {"turns": []}


def test_a_message_that_comes_to_both_at_once_is_answered_once_and_told_to_both(cluster):
    one, two = cluster.bots
    for _ in range(5):
        session, message, told = one.session(), uuid.uuid4().hex, []
        sending = [threading.Thread(target=lambda bot=bot, session=session, message=message, told=told: told.append(
            bot.post("messages", session=session, text="is it halal?", id=message))) for bot in (one, two)]
        for thread in sending:
            thread.start()
        for thread in sending:
            thread.join()
        assert told[0] == told[1] and told[0][0] == 200
        heard, _ = cluster.heard()
        assert [count for (_, one_id), count in heard.items() if one_id == message] == [1]


def test_a_recall_reaches_every_process_within_two_seconds(cluster):
    one, two = cluster.bots
    assert all("pain" in _blocks(bot, "does it hurt?") for bot in cluster.bots)
    one.jawab("ledger", "recall", "pain", "--reason", "test", "--role", "test")
    recalled = time.monotonic()
    while "pain" in _blocks(two, "does it hurt?") + _blocks(one, "does it hurt?"):
        assert time.monotonic() - recalled < 2.0
    files = [(bot.folder / "data" / "ledger.jsonl").read_bytes() for bot in cluster.bots]
    assert files[0] == files[1]
    one.jawab("ledger", "sign", "pain", "--role", "test", "--provisional")


def _blocks(bot, text):
    replies = bot.post("messages", session=bot.session(), text=text)[1]["replies"]
    return [block["id"] for reply in replies for block in reply["blocks"]]


# --- each part is killed under load ---

def test_a_process_killed_under_load_loses_and_doubles_nothing(cluster):
    with Load(cluster.url) as load:
        cluster.bots[0].process.kill()
        time.sleep(4)
        back(cluster.bots[0])
        time.sleep(2)
    assert load.longest < BOUND and len(load.answered) > 20
    nothing_lost_or_doubled(cluster, load)


def test_redis_killed_under_load_is_met_with_the_trouble_text_until_it_is_back(cluster):
    with Load(cluster.url) as load:
        cluster.redis.kill()
        time.sleep(4)
        cluster.redis.start().wait()
        time.sleep(3)
        after = len(load.answered)
        time.sleep(3)
    assert load.trouble > 0 and set(load.problems) == set() and load.longest < BOUND
    assert len(load.answered) > after, "it did not come back"
    nothing_lost_or_doubled(cluster, load)


def test_postgresql_killed_under_load_is_met_with_the_trouble_text_until_it_is_back(cluster):
    with Load(cluster.url) as load:
        cluster.postgres.kill()
        time.sleep(4)
        cluster.postgres.start().wait()
        time.sleep(5)
        after = len(load.answered)
        time.sleep(3)
    assert load.trouble > 0 and set(load.problems) == set() and load.longest < BOUND
    assert len(load.answered) > after, "it did not come back"
    nothing_lost_or_doubled(cluster, load)


def test_a_rolling_restart_under_load_is_noticed_by_nobody(cluster):
    with Load(cluster.url) as load:
        for bot in cluster.bots:
            bot.__exit__()
            back(bot)
            time.sleep(2)
    assert not load.problems and not load.trouble
    nothing_lost_or_doubled(cluster, load)


# --- WhatsApp ---

def test_whatsapp_messages_of_a_killed_process_are_answered_by_the_other_once(cluster, meta):
    patients = [f"9232100000{number:02d}" for number in range(12)]
    for patient in patients:
        meta.patient("is it halal?", sender=patient, waits=False)
    cluster.bots[1].process.kill()
    try:
        until = time.monotonic() + 60
        while any(len(meta.fake.to(patient)) < 1 for patient in patients):
            assert time.monotonic() < until, {patient: len(meta.fake.to(patient)) for patient in patients}
            time.sleep(0.2)
        time.sleep(3)
        assert {len(meta.fake.to(patient)) for patient in patients} == {1}
    finally:
        with contextlib.suppress(AssertionError):
            back(cluster.bots[1])


def test_a_webhook_that_cannot_be_stored_is_not_acknowledged_and_comes_again(cluster, meta):
    cluster.postgres.kill()
    sending = threading.Thread(target=lambda: meta.patient("is it halal?", sender="923219999999"))
    sending.start()
    time.sleep(2)
    cluster.postgres.start().wait()
    sending.join(60)
    assert len(meta.fake.to("923219999999")) == 1
