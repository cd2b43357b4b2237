"""The whole channel on one event loop: the real routes, worker and database between a fake Meta and a fake bot."""

import asyncio
import socket
import uuid
from contextlib import suppress
from functools import partial

import sqlalchemy as sa
from fake_bot import FakeBot, config
from fake_meta import FakeMeta, message, tap
from sanic import Sanic
from sanic.touchup import TouchUp

from bot.answers.gate import Gate
from bot.answers.library import Library
from bot.channels.whatsapp.routes import webhook
from bot.channels.whatsapp.tables import Store, inbox, outbox, tables

KEY, PATIENT = "installation key", "923001234567"
touch_up = TouchUp.run


def touch_up_once(app):
    """Sanic rewrites its own methods when an app starts, which fails the second time in a process, and may then."""
    with suppress(KeyError):
        touch_up(app)


TouchUp.run = touch_up_once


def free_socket():
    """A listening socket on a port that nobody uses."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    return listening


async def serve(app):
    """Start `app` on this event loop; return the server and its address."""
    server = await app.create_server(
        sock=free_socket(), return_asyncio_server=True, access_log=False
    )
    await server.startup()
    await server.before_start()
    await server.start_serving()
    await server.after_start()
    return server, f"http://127.0.0.1:{server.server.sockets[0].getsockname()[1]}"


class Line:
    """An open line: `patient` writes, `said` is what they got."""

    def __init__(self, folder, data, *, bot=None, routes=None, grace=1.0, **settings):
        """`routes` makes the blueprint from the settings; without it there is a fake bot behind the channel."""
        self.folder, self.settings = folder, settings
        self.library = Library(data)
        self.gate = Gate(self.library)
        self.bot = bot or FakeBot(self.library, self.gate)
        self.meta = FakeMeta()
        self._routes = routes or partial(
            webhook, key=KEY, library=self.library, gate=self.gate, say=self.bot, grace=grace
        )

    async def __aenter__(self):
        await self.meta.__aenter__()
        self.config = config(self.meta.base, self.folder, **self.settings)
        app = Sanic(f"test{uuid.uuid4().hex}", configure_logging=False)
        app.config.REQUEST_MAX_SIZE = 4 * 1024 * 1024
        app.blueprint(self._routes(self.config), url_prefix="/webhooks/whatsapp")
        self._server, address = await serve(app)
        self.meta.webhook = f"{address}/webhooks/whatsapp/webhook"
        self.store = Store(self.config.database)
        return self

    async def __aexit__(self, *_):
        await self._server.before_stop()
        await self._server.close()
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
