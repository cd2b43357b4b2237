"""The channel in a process of its own, so that a test can kill it. KILL_AT names the step after which it kills itself.

Usage: run_bot.py PORT DATABASE_FOLDER TEXTS META_ADDRESS [KILL_AT]
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

import uvicorn
from fake_bot import FakeBot, config
from line import FakeService
from starlette.applications import Starlette

from bot.answers.gate import Gate
from bot.answers.library import Library
from bot.channels.whatsapp import cloud, inbox, outbox, worker

STEPS = {
    "before it is stored": (inbox.Inbox, "accept", "before"),
    "stored": (inbox.Inbox, "accept", "after"),
    "taken out": (inbox.Inbox, "claim", "after"),
    "said": (FakeBot, "__call__", "after"),
    "answer stored": (worker.Worker, "_store_answer", "after"),
    "reply taken out": (outbox.Outbox, "claim", "after"),
    "request sent": (cloud.Cloud, "send", "after"),
    "reply marked as sent": (outbox.Outbox, "sent", "after"),
}


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at(step):
    """Make a step end, or begin, with the end of the process; a step that found nothing to do does not count."""
    owner, name, when = STEPS[step]
    real = getattr(owner, name)

    def wrapped(*args, **options):
        if when == "before":
            die()
        found = real(*args, **options)
        if found is not None or name in ("_store_answer", "sent"):
            die()
        return found

    async def wrapped_async(*args, **options):
        await real(*args, **options)
        die()

    setattr(owner, name, wrapped_async if asyncio.iscoroutinefunction(real) else wrapped)


def main(port, folder, texts, meta, step=None):
    if step:
        kill_at(step)
    library = Library(Path(texts))
    gate = Gate(library)
    service = FakeService(
        FakeBot(library, gate),
        config(meta, folder),
        key="installation key",
        library=library,
        gate=gate,
        grace=1.5,
    )
    app = Starlette(routes=service.routes(), lifespan=lambda app: service.running(None))
    uvicorn.run(
        app, host="127.0.0.1", port=int(port), access_log=False, log_level="error", ws="none"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
