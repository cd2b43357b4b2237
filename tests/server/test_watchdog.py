"""systemd hears from us as long as both loops turn, and not a moment longer."""

import asyncio
import re
import socket
import threading
import time

import pytest

from bot.server import watchdog
from bot.server.agent_thread import AgentThread
from bot.server.background import keep
from tests.conftest import ROOT


@pytest.fixture
def systemd(tmp_path, monkeypatch):
    """What systemd hears."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    line.bind(str(tmp_path / "notify"))
    line.settimeout(0.05)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", str(400_000))
    yield line
    line.close()


def heard(line):
    found = []
    try:
        while True:
            found.append(line.recv(100).decode())
    except TimeoutError:
        return found


async def agent():
    async def nothing():
        return "agent"

    return await AgentThread(nothing).start()


def test_it_hears_of_a_server_that_turns(systemd):
    async def scenario():
        thread = await agent()
        async with keep(*watchdog.work(thread)):
            await asyncio.sleep(0.5)
        await thread.stop()

    asyncio.run(scenario())
    assert heard(systemd).count("WATCHDOG=1") >= 3


def test_it_hears_nothing_while_the_agents_thread_stands_still(systemd):
    async def scenario():
        thread = await agent()
        released = threading.Event()
        thread.loop.call_soon_threadsafe(released.wait, 1.0)
        await asyncio.sleep(0.05)
        async with keep(*watchdog.work(thread)):
            await asyncio.sleep(0.6)
            told = heard(systemd)
        released.set()
        await thread.stop()
        return told

    assert asyncio.run(scenario()) == []


def test_it_hears_nothing_while_the_loop_of_http_stands_still(systemd):
    async def scenario():
        thread = await agent()
        async with keep(*watchdog.work(thread)):
            await asyncio.sleep(0.1)
            heard(systemd)
            time.sleep(0.5)
            told = heard(systemd)
        await thread.stop()
        return told

    assert asyncio.run(scenario()) == []


def test_without_systemd_nothing_runs(monkeypatch):
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    watchdog.notify("READY=1")
    assert watchdog.work(None) == []


def test_the_unit_asks_for_it_and_waits_for_a_first_training():
    unit = (ROOT / "deploy/systemd/jawab.service").read_text(encoding="utf-8")
    assert "Type=notify" in unit and "NotifyAccess=main" in unit
    assert 10 <= int(re.search(r"WatchdogSec=(\d+)", unit)[1]) <= 60
    assert "TimeoutStartSec=" in unit
