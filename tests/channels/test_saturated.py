"""More patients than the bot can answer: refused at once in approved words, or kept for later; never left hanging."""

import asyncio
import http.client
import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from served import Served

from bot.channels.web import routes as web
from bot.container import library

sys.path.insert(0, str(Path(__file__).parent / "whatsapp"))
from fake_bot import FakeBot, signed_texts  # noqa: E402
from fake_meta import message  # noqa: E402
from line import Line, run  # noqa: E402

from bot.channels.whatsapp.worker import AT_ONCE  # noqa: E402


@pytest.fixture
def stuck(terminal, monkeypatch):
    """The bot answers nobody until this is set."""
    real, gate = terminal.agent.processor.handle_message, threading.Event()

    async def slow(message):
        while not gate.is_set():
            await asyncio.sleep(0.02)
        return await real(message)

    monkeypatch.setitem(
        vars(terminal.agent.processor), "handle_message", slow
    )  # setattr would leave it there
    yield gate
    gate.set()


@pytest.mark.parametrize("variety", ["en", "ur", "roman"])
def test_one_too_many_is_refused_at_once_and_those_before_are_answered(
    terminal, tmp_path, stuck, variety
):
    with Served(terminal.agent, tmp_path, most_waiting=3) as server, ThreadPoolExecutor(3) as pool:
        waiting = [
            pool.submit(server.post, "messages", session=server.start(), text="salam")
            for _ in range(3)
        ]
        time.sleep(0.5)
        started = time.monotonic()
        status, body = server.post(
            "messages", session=server.start(), text="salam", variety=variety
        )
        assert time.monotonic() - started < 2
        assert (status, body["text"]) == (503, library().block("ui_busy", variety).text)
        stuck.set()
        assert [one.result()[0] for one in waiting] == [200, 200, 200]
        assert server.post("messages", session=server.start(), text="salam")[0] == 200


def test_a_message_sent_again_while_it_waits_is_not_refused(terminal, tmp_path, stuck):
    with Served(terminal.agent, tmp_path, most_waiting=1) as server, ThreadPoolExecutor(2) as pool:
        session = server.start()
        waiting = [
            pool.submit(server.post, "messages", session=session, text="salam", id="message-1")
            for _ in range(2)
        ]
        time.sleep(0.5)
        stuck.set()
        assert [one.result()[0] for one in waiting] == [200, 200]


def test_a_refused_message_is_not_kept_and_may_be_sent_again(terminal, tmp_path, stuck):
    with Served(terminal.agent, tmp_path, most_waiting=1) as server, ThreadPoolExecutor(1) as pool:
        first = pool.submit(server.post, "messages", session=server.start(), text="salam")
        time.sleep(0.5)
        session = server.start()
        assert server.post("messages", session=session, text="salam", id="message-1")[0] == 503
        stuck.set()
        assert first.result()[0] == 200
        assert server.post("messages", session=session, text="salam", id="message-1")[0] == 200
        assert len(server.post("history", session=session)[1]["turns"]) == 1


def test_where_the_busy_text_is_recalled_the_trouble_text_stands_in(
    terminal, tmp_path, stuck, monkeypatch
):
    monkeypatch.setattr(web, "refusal", lambda name, variety: "")
    with Served(terminal.agent, tmp_path, most_waiting=1) as server, ThreadPoolExecutor(1) as pool:
        pool.submit(server.post, "messages", session=server.start(), text="salam")
        time.sleep(0.5)
        status, body = server.post("messages", session=server.start(), text="salam", variety="ur")
        stuck.set()
    assert (status, body["text"]) == (503, library().trouble("ur"))


def test_a_turn_that_takes_too_long_is_told_and_found_later(terminal, tmp_path, stuck, monkeypatch):
    monkeypatch.setattr(web, "ANSWER_WITHIN", 0.3)
    with Served(terminal.agent, tmp_path) as server:
        session = server.start()
        assert (
            server.post("messages", session=session, text="POF kya hai?", id="message-1")[0] == 503
        )
        stuck.set()
        time.sleep(1)
        assert (
            server.post("messages", session=session, text="POF kya hai?", id="message-1")[0] == 200
        )
        assert len(server.post("history", session=session)[1]["turns"]) == 1


def test_a_burst_is_answered_or_refused_and_nobody_hangs(terminal, tmp_path, stuck):
    with Served(terminal.agent, tmp_path, most_waiting=10) as server:
        sessions = [server.start() for _ in range(60)]
        lines = [
            http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=30)
            for _ in sessions
        ]
        for line in lines:
            line.connect()
        for line, session in zip(lines, sessions, strict=True):
            line.request(
                "POST",
                "/chat/messages",
                json.dumps({"session": session, "text": "kya ye halal hai?"}),
            )
        time.sleep(1)  # all have come before the first is answered
        stuck.set()
        answers = [(answer := line.getresponse(), json.loads(answer.read())) for line in lines]
    assert sorted(answer.status for answer, _ in answers) == [200] * 10 + [503] * 50
    assert all(body.get("text") or body["replies"][0]["text"] for _, body in answers)


def test_on_whatsapp_everything_waits_in_the_inbox_and_few_are_in_work(tmp_path):
    in_work = []

    class SlowBot(FakeBot):
        async def __call__(self, incoming, **options):
            in_work.append(in_work[-1] + 1 if in_work else 1)
            await asyncio.sleep(0.05)
            in_work.append(in_work[-1] - 1)
            return await super().__call__(incoming, **options)

    patients = [f"92300000{number:04}" for number in range(40)]

    async def scenario():
        line = Line(tmp_path, signed_texts(tmp_path / "data"))
        line.bot.__class__ = SlowBot
        async with line:
            await asyncio.gather(
                *(line.meta.deliver(message("halal?", sender=patient)) for patient in patients)
            )
            await line.idle()
            assert line.meta.each() == dict.fromkeys(patients, 1)

    run(scenario())
    assert 1 < max(in_work) <= AT_ONCE
