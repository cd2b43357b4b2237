"""Killed at any point, the channel answers every accepted message once; and it keeps up with a burst."""

import asyncio
import os
import random
import signal
import statistics
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fake_meta import FakeMeta, message, words_of
from line import free_socket
from run_bot import STEPS

HERE = Path(__file__).parent
SILENT = asyncio.subprocess.DEVNULL


class Process:
    """The bot in its own process, on a port that outlives it."""

    def __init__(self, meta, folder, data):
        with free_socket() as found:
            self.port = found.getsockname()[1]
        self.arguments = [str(folder), str(data), meta.base]
        meta.webhook = f"http://127.0.0.1:{self.port}/webhooks/whatsapp/webhook"

    async def start(self, *, kill_at=None):
        self.running = await asyncio.create_subprocess_exec(
            sys.executable,
            str(HERE / "run_bot.py"),
            str(self.port),
            *self.arguments,
            *([kill_at] if kill_at else []),
            stdout=SILENT,
            stderr=SILENT,
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        )

    async def dies(self):
        assert await asyncio.wait_for(self.running.wait(), 60) == -signal.SIGKILL

    async def kill(self):
        self.running.kill()
        await self.running.wait()


@asynccontextmanager
async def bot(tmp_path, data, **options):
    async with FakeMeta(**options) as meta:
        process = Process(meta, tmp_path, data)
        try:
            yield meta, process
        finally:
            if process.running.returncode is None:
                await process.kill()


async def settled(meta, patients, *, calm=2.5, most=60):
    """Wait until everybody has an answer, and then as long as a second one could take."""
    for _ in range(int(most / 0.1)):
        if set(meta.each()) >= set(patients):
            break
        await asyncio.sleep(0.1)
    await asyncio.sleep(calm)


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_one_step_and_started_again_a_message_is_answered_once(tmp_path, data, step):
    async def scenario():
        async with bot(tmp_path, data, statuses=("sent",)) as (meta, process):
            await process.start(kill_at=step)
            delivery = meta.in_background(meta.deliver(message("halal?", sender="923000000001")))
            await process.dies()
            await process.start()
            await delivery
            await settled(meta, ["923000000001"])
            assert meta.each() == {"923000000001": 1}
            assert "halal" in words_of(meta.sent[0])

    asyncio.run(scenario())


def test_killed_again_and_again_at_random_every_patient_is_answered_once(tmp_path, data):
    patients = [f"92300000{number:04}" for number in range(80)]

    async def scenario():
        async with bot(tmp_path, data, statuses=("sent",)) as (meta, process):
            deliveries = []
            await process.start()
            for round_, group in enumerate(
                [patients[0:20], patients[20:40], patients[40:60], patients[60:80]]
            ):
                for patient in group:
                    body = message("halal?", sender=patient)
                    deliveries += [meta.in_background(meta.deliver(body)) for _ in range(2)]
                if round_ < 3:
                    until = len(meta.sent) + 4  # it is up and at work when it is killed
                    while len(meta.sent) < until:
                        await asyncio.sleep(0.02)
                    await asyncio.sleep(random.random() / 5)
                    await process.kill()
                    await process.start()
            await asyncio.gather(*deliveries)
            await settled(meta, patients)
            assert meta.each() == dict.fromkeys(patients, 1)

    asyncio.run(scenario())


def test_two_deliveries_at_once_are_answered_once(tmp_path, data):
    async def scenario():
        async with bot(tmp_path, data) as (meta, process):
            await process.start()
            await meta.deliver(message("halal?", sender="923000000000"))
            bodies = [message("halal?", sender=f"92300000000{number}") for number in range(1, 6)]
            await asyncio.gather(*(meta.deliver(body) for body in bodies for _ in range(6)))
            await settled(meta, meta.each(), calm=3)
            assert set(meta.each().values()) == {1} and len(meta.each()) == 6

    asyncio.run(scenario())


def test_a_burst_of_a_thousand_webhooks_is_acknowledged_fast_and_answered_once(tmp_path, data):
    """700 messages and 300 redeliveries 50 at a time, with every status that follows them."""
    patients = [f"92310{number:07}" for number in range(700)]
    bodies = {patient: message("halal?", sender=patient) for patient in patients}
    order = patients + random.Random(7).sample(patients, 300)
    random.Random(8).shuffle(order)

    async def scenario():
        async with bot(tmp_path, data) as (meta, process):
            await process.start()
            await meta.deliver(message("halal?", sender="923000000000"))
            free = asyncio.Semaphore(50)

            async def post(body):
                async with free:  # the time a webhook waits for its turn here is not the bot's
                    return await meta.post(body)

            answers = await asyncio.gather(*(post(bodies[patient]) for patient in order))
            assert {status for status, _ in answers} == {200}
            await settled(meta, patients, calm=3, most=120)
            assert meta.each() == {**dict.fromkeys(patients, 1), "923000000000": 1}
            return statistics.median(seconds for _, seconds in answers)

    median = asyncio.run(scenario())
    assert median < 0.25, f"{median:.3f} s"
