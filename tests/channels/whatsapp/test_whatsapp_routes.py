"""Who may knock: the signature on raw bytes, and the routes that ask for it."""

import hashlib
import hmac
import json

import aiohttp
import pytest
from fake_meta import SECRET, VERIFY, envelope, message
from line import Line, run

from bot.channels.signature import sign, signed
from bot.channels.whatsapp.tables import inbox

BODY = '{"text": "سلام"}'.encode()
GOOD = "sha256=" + hmac.new(b"secret", BODY, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("body", "header", "secret", "accepted"),
    [
        pytest.param(BODY, GOOD, "secret", True, id="Meta's signature on Meta's bytes"),
        pytest.param(BODY, None, "secret", False, id="no signature"),
        pytest.param(BODY, "", "secret", False, id="an empty signature"),
        pytest.param(BODY, GOOD, "", False, id="no secret signs nothing"),
        pytest.param(BODY, sign(BODY, ""), "", False, id="a signature made without a secret"),
        pytest.param(BODY, GOOD[7:], "secret", False, id="no prefix"),
        pytest.param(BODY, "sha1=" + GOOD[7:], "secret", False, id="another prefix"),
        pytest.param(BODY, GOOD[:-1], "secret", False, id="a shortened signature"),
        pytest.param(BODY, GOOD.upper(), "secret", False, id="a prefix in capitals"),
        pytest.param(BODY, sign(BODY, "other"), "secret", False, id="another secret"),
        pytest.param(BODY + b" ", GOOD, "secret", False, id="one byte more"),
        pytest.param(
            json.dumps(json.loads(BODY)).encode(),
            GOOD,
            "secret",
            False,
            id="the same JSON written anew",
        ),
        pytest.param(BODY, "sha256=\udcff", "secret", False, id="bytes that are no text"),
    ],
)
def test_a_signature(body, header, secret, accepted):
    assert signed(body, header, secret) is accepted


async def get(line, **query):
    async with (
        aiohttp.ClientSession() as client,
        client.get(line.meta.webhook, params=query) as response,
    ):
        return response.status, await response.text()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param(
            {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"},
            (200, "1158201444"),
            id="the right token gets the challenge back, and needs no signature",
        ),
        pytest.param(
            {"hub.mode": "subscribe", "hub.verify_token": "guess", "hub.challenge": "1"},
            (403, ""),
            id="a wrong token",
        ),
        pytest.param(
            {"hub.mode": "unsubscribe", "hub.verify_token": VERIFY, "hub.challenge": "1"},
            (403, ""),
            id="another mode",
        ),
        pytest.param({"hub.mode": "subscribe", "hub.challenge": "1"}, (403, ""), id="no token"),
        pytest.param({}, (403, ""), id="nothing"),
    ],
)
def test_verification(tmp_path, data, query, expected):
    async def scenario():
        async with Line(tmp_path, data) as line:
            assert await get(line, **query) == expected

    run(scenario())


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no signature"),
        pytest.param(
            {"X-Hub-Signature-256": sign(b"something else", SECRET)},
            id="the signature of another body",
        ),
        pytest.param({"X-Hub-Signature-256": "sha256=" + "0" * 64}, id="a made-up signature"),
        pytest.param({"X-Hub-Signature": sign(b"", SECRET)}, id="the old header"),
    ],
)
def test_what_meta_did_not_sign_is_refused_and_leaves_no_trace(tmp_path, data, headers):
    async def scenario():
        async with Line(tmp_path, data) as line:
            status, _ = await line.meta.post(message("khoon"), headers=headers)
            assert status == 401
            assert line.rows(inbox.select()) == [] and not line.bot.heard

    run(scenario())


def sized(size):
    """A webhook of exactly `size` bytes."""
    body = json.dumps(message("halal?", padding=""))
    return body.replace('"padding": ""', '"padding": "' + "x" * (size - len(body)) + '"').encode()


@pytest.mark.parametrize(
    ("body", "status", "stored"),
    [
        pytest.param(sized(3 * 1024 * 1024), 200, 1, id="three megabytes are read"),
        pytest.param(sized(3 * 1024 * 1024 + 1), 413, 0, id="one byte more is not"),
        pytest.param(
            b'{"object": "\xff\xfe"}', 200, 0, id="signed bytes that are not UTF-8 are acknowledged"
        ),
        pytest.param(b"{" * 1000, 200, 0, id="signed nonsense is acknowledged"),
        pytest.param(b"", 200, 0, id="a signed empty body is acknowledged"),
        pytest.param(
            json.dumps(envelope("account_update", event="x")).encode(),
            200,
            0,
            id="news of the account",
        ),
        pytest.param(
            json.dumps(message("khoon")).replace("106540352242922", "999").encode(),
            200,
            0,
            id="a message to another number is acknowledged and not answered",
        ),
    ],
)
def test_what_meta_did_sign(tmp_path, data, body, status, stored):
    async def scenario():
        async with Line(tmp_path, data) as line:
            assert (await line.meta.post(body))[0] == status
            await line.idle()
            assert len(line.rows(inbox.select())) == stored
            assert len(line.meta.sent) == stored

    run(scenario())


def test_what_cannot_be_stored_is_not_acknowledged(tmp_path, data, monkeypatch):
    async def scenario():
        async with Line(tmp_path, data) as line:
            monkeypatch.setattr("bot.channels.whatsapp.inbox.Inbox.accept", lambda *_: 1 / 0)
            assert (await line.meta.post(message("halal?")))[0] == 500
            monkeypatch.undo()
            assert len(await line.patient("halal?")) == 1

    run(scenario())
