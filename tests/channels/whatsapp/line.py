"""The whole channel on one event loop: the real routes, worker and database between a fake Meta and a fake bot."""

import asyncio
import socket
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial

import sqlalchemy as sa
import uvicorn
from fake_bot import FakeBot, config
from fake_meta import FakeMeta, message, tap
from starlette.applications import Starlette

from bot.answers.gate import Gate
from bot.answers.library import Library
from bot.channels.whatsapp.routes import Webhook
from bot.channels.whatsapp.tables import Store, inbox, outbox, tables

KEY, PATIENT = "installation key", "923001234567"


def free_socket():
    """A listening socket on a port that nobody uses."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    return listening


@asynccontextmanager
async def serving(app):
    """Serve `app` on this event loop; gives its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, lifespan="on", log_config=None, access_log=False, ws="none")
    )
    server.capture_signals = _nothing  # the test's own process ends by itself
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.005)
        if task.done():
            task.result()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@contextmanager
def _nothing():
    yield


class FakeService:
    """The channel with a fake bot behind it, where the server would put Rasa's."""

    def __init__(self, bot, config, **parts):
        self._bot, self._webhook = bot, Webhook(config, **parts)

    def routes(self):
        return self._webhook.routes()

    def running(self, agent):
        return self._webhook.running(say=self._bot)


class Line:
    """An open line: `patient` writes, `said` is what they got."""

    def __init__(self, folder, data, *, bot=None, service=None, agent=None, grace=1.0, **settings):
        """`service` makes the channel from the settings, run with `agent`; without it a fake bot is behind it."""
        self.folder, self.settings, self._agent = folder, settings, agent
        self.library = Library(data)
        self.gate = Gate(self.library)
        self.bot = bot or FakeBot(self.library, self.gate)
        self.meta = FakeMeta()
        self._service = service or partial(
            FakeService, self.bot, key=KEY, library=self.library, gate=self.gate, grace=grace
        )

    async def __aenter__(self):
        await self.meta.__aenter__()
        self.config = config(self.meta.base, self.folder, **self.settings)
        service = self._service(self.config)
        app = Starlette(routes=service.routes(), lifespan=lambda app: service.running(self._agent))
        self._open = AsyncExitStack()
        address = await self._open.enter_async_context(serving(app))
        self.meta.webhook = f"{address}/webhooks/whatsapp/webhook"
        self.store = Store(self.config.database)
        return self

    async def __aexit__(self, *_):
        await self._open.aclose()
        await self.meta.__aexit__()

    async def patient(self, text=None, **content):
        """A patient writes; return when everything is worked off: the messages they have got by then."""
        await self.meta.deliver(message(text, **content))
        return await self.said(content.get("sender", PATIENT))

    async def taps(self, nonce, **content):
        """A patient taps a button."""
        await self.meta.deliver(tap(nonce, **content))
        return await self.said(content.get("sender", PATIENT))

    async def said(self, patient=PATIENT):
        await self.idle()
        return self.meta.to(patient)

    async def idle(self):
        """Wait until nothing waits to be answered or sent now."""
        while self.rows(sa.select(inbox.c.id).where(inbox.c.state != "done")) or self.rows(
            sa.select(outbox.c.number).where(outbox.c.state.in_(("queued", "sending")))
        ):
            await asyncio.sleep(0.02)

    async def until(self, true, seconds=20):
        """Wait for something to come true."""
        for _ in range(int(seconds / 0.02)):
            if true():
                return
            await asyncio.sleep(0.02)
        raise AssertionError("it never came true")

    def rows(self, query):
        with self.store.begin() as connection:
            return connection.execute(query).all()

    def change(self, table, **values):
        """Change every row of a table: time passes faster this way."""
        with self.store.begin() as connection:
            connection.execute(tables.tables[table].update().values(**values))


def run(scenario):
    """Run a scenario, for at most a minute."""
    return asyncio.run(asyncio.wait_for(scenario, 60))
