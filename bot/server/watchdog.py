"""ADAPTER: tells systemd that this process still turns, from the loop that serves HTTP and only while Rasa's answers.

systemd restarts a process that falls silent for WatchdogSec (deploy/systemd/jawab.service), whatever made it stand
still. Without systemd nothing happens here.
"""

import asyncio
import logging
import os
import socket

from bot.server.agent_thread import AgentThread
from bot.server.background import Work

logger = logging.getLogger(__name__)


def notify(state: str) -> None:
    """Send `state` to systemd, where it started us."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):  # a name that is no file
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.connect(address)
            line.send(state.encode("ascii"))
    except OSError as error:
        logger.error("systemd cannot be told: %s", type(error).__name__)


def work(agent: AgentThread) -> list[Work]:
    """Return what keeps the watchdog quiet, where systemd set one."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    if not microseconds.isdigit():
        return []
    every = int(microseconds) / 1_000_000 / 4

    async def live() -> None:
        while True:
            if await agent.answers(within=every):
                notify("WATCHDOG=1")
            else:
                logger.error("the bot's thread stands still")
            await asyncio.sleep(every)

    return [live]
