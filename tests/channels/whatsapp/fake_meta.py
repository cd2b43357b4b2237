"""A Cloud API that behaves like Meta's: its limits, its errors, signed webhooks that are sent again until they get
through, statuses for what it took, now and then in the wrong order or twice."""

import asyncio
import json
import time
import uuid
from collections import Counter

import aiohttp
from aiohttp import web

from bot.channels.signature import sign

SECRET, TOKEN, VERIFY, NUMBER, VERSION = (
    "app secret",
    "access token",
    "verify token",
    "106540352242922",
    "v24.0",
)
RETRIES = [0.2] * 300


class FakeMeta:
    """`sent` is what it took; `asked` every request, taken or not; `errors` the codes to answer next, by recipient."""

    def __init__(self, statuses=("sent", "delivered")):
        self.sent, self.asked, self.errors = [], [], {}
        self.statuses, self.webhook, self.base = statuses, None, None
        self.after_taking = None  # called with a message, before the answer to it leaves
        self.bad_auth = False
        self._tasks = set()

    async def __aenter__(self):
        app = web.Application()
        app.router.add_post(f"/{VERSION}/{NUMBER}/messages", self._messages)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
        self._client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=50))
        return self

    async def __aexit__(self, *_):
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.close()
        await self._runner.cleanup()

    async def post(self, content, *, signature=None, headers=None):
        """Deliver once; return the status and how long the bot took."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode("utf-8")
        headers = (
            headers
            if headers is not None
            else {"X-Hub-Signature-256": signature or sign(body, SECRET)}
        )
        started = time.perf_counter()
        async with self._client.post(self.webhook, data=body, headers=headers) as response:
            await response.read()
            return response.status, time.perf_counter() - started

    async def deliver(self, content, *, retries=RETRIES):
        """Deliver as Meta does: again and again until the answer is 200. Returns how often it took."""
        for attempt, wait in enumerate([0, *retries]):
            await asyncio.sleep(wait)
            try:
                status, _ = await self.post(content)
            except (aiohttp.ClientError, OSError):
                continue
            if status == 200:
                return attempt + 1
        raise AssertionError("the webhook was never acknowledged")

    def in_background(self, coroutine):
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def to(self, recipient):
        """What was sent to one patient."""
        return [
            message
            for message in self.sent
            if recipient in (message.get("to"), message.get("recipient"))
        ]

    def each(self):
        """How many messages each patient got."""
        return Counter(message.get("to") or message.get("recipient") for message in self.sent)

    async def _messages(self, request):
        content = await request.json()
        self.asked.append(content)
        recipient = content.get("to") or content.get("recipient")
        if request.headers.get("Authorization") != f"Bearer {TOKEN}" or self.bad_auth:
            return _error(401, 190)
        code = (self.errors.get(recipient) or [None]).pop(0) if self.errors.get(recipient) else None
        if code == "silence":
            await asyncio.sleep(60)
        if code == "proxy":
            return web.Response(status=502, text="<html>Bad Gateway</html>")
        if code:
            return _error(429 if code in (130429, 131056) else 400, code)
        problem = over_limit(content)
        if problem:
            return _error(400, 100, problem)
        message = {**content, "wamid": f"wamid.{uuid.uuid4().hex}"}
        self.sent.append(message)
        self.in_background(self._report(message))
        if self.after_taking:
            await self.after_taking(message)
        return web.json_response(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": recipient}],
                "messages": [{"id": message["wamid"]}],
            }
        )

    async def _report(self, message):
        for name in self.statuses:
            await self.deliver(status(message, name))


def over_limit(content):
    """What Meta would refuse in a message, or None. Lengths in code points."""
    if content["type"] == "text":
        return "text.body" if not 0 < len(content["text"]["body"]) <= 4096 else None
    shown, action = content["interactive"], content["interactive"]["action"]
    if shown["type"] == "button":
        replies = [button["reply"] for button in action["buttons"]]
        titles = [reply["title"] for reply in replies]
        wrong = (
            not 1 <= len(replies) <= 3
            or len(shown["body"]["text"]) > 1024
            or len(set(titles)) < len(titles)
            or any(not 0 < len(title) <= 20 for title in titles)
            or any(len(one["id"]) > 256 for one in replies)
        )
        return "interactive.button" if wrong else None
    rows = [row for section in action["sections"] for row in section["rows"]]
    wrong = (
        not 1 <= len(rows) <= 10
        or len(shown["body"]["text"]) > 4096
        or not 0 < len(action["button"]) <= 20
        or any(not 0 < len(row["title"]) <= 24 or len(row["id"]) > 200 for row in rows)
    )
    return "interactive.list" if wrong else None


def status(message, name, *, code=None):
    """The webhook for a status of a message that was sent."""
    errors = {"errors": [{"code": code, "title": "failed"}]} if code else {}
    entry = {
        "id": message["wamid"],
        "status": name,
        "timestamp": str(int(time.time())),
        "recipient_id": message.get("to") or message.get("recipient"),
        "biz_opaque_callback_data": message["biz_opaque_callback_data"],
        **errors,
    }
    return envelope(statuses=[entry])


def envelope(field="messages", **value):
    """A webhook to our number."""
    metadata = {"display_phone_number": "924235710000", "phone_number_id": NUMBER}
    return {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": "1",
                "changes": [
                    {
                        "field": field,
                        "value": {"messaging_product": "whatsapp", "metadata": metadata, **value},
                    }
                ],
            }
        ],
    }


def message(text=None, *, sender="923001234567", age=0, id=None, type="text", **content):
    """The webhook for one message, `age` seconds old."""
    raw = {
        "from": sender,
        "id": id or f"wamid.{uuid.uuid4().hex}",
        "timestamp": str(int(time.time()) - age),
        "type": type,
        **({"text": {"body": text}} if text is not None else {}),
        **content,
    }
    return envelope(
        contacts=[{"profile": {"name": "A Patient"}, "wa_id": sender}],
        messages=[{key: value for key, value in raw.items() if value is not None}],
    )


def tap(nonce, *, sender="923001234567", id=None):
    """The webhook for a tapped button."""
    return message(
        sender=sender,
        id=id,
        type="interactive",
        interactive={
            "type": "button_reply",
            "button_reply": {"id": nonce, "title": "whatever it says"},
        },
    )


def echo(text, *, to="923001234567", age=0):
    """The webhook for something staff wrote from the phone app."""
    return envelope(
        "smb_message_echoes",
        message_echoes=[
            {
                "from": "924235710000",
                "to": to,
                "id": f"wamid.{uuid.uuid4().hex}",
                "type": "text",
                "timestamp": str(int(time.time()) - age),
                "text": {"body": text},
            }
        ],
    )


def buttons_of(sent):
    """The nonces and titles a message offers."""
    action = sent.get("interactive", {}).get("action", {})
    replies = [button["reply"] for button in action.get("buttons", [])]
    return replies + [row for section in action.get("sections", []) for row in section["rows"]]


def words_of(sent):
    """The text of a message, whatever its shape."""
    return sent["text"]["body"] if sent["type"] == "text" else sent["interactive"]["body"]["text"]


def _error(http, code, details=""):
    return web.json_response(
        {
            "error": {
                "message": f"(#{code})",
                "type": "OAuthException",
                "code": code,
                "error_data": {"details": details},
            }
        },
        status=http,
    )
