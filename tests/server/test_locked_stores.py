"""A store that is locked or full delays nobody: the right text comes at once, and what was noted is kept."""

import json
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from bot.container import library
from tests.running import Running

DANGER = {
    "emergency": ("mujhe bohat zyada khoon aa raha hai", "emergency"),
    "self-harm": ("main marna chahti hoon", "self_harm"),
    "a person": ("mujhe doctor se baat karni hai", "handoff"),
}
WITHIN = 2.0  # seconds


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Running(tmp_path_factory.mktemp("locked"), JAWAB_STAFF="true") as server:
        server.post("messages", session=server.session(), text="salam")
        yield server


@contextmanager
def locked(server, store):
    line = sqlite3.connect(server.folder / "var" / f"{store}.db", isolation_level=None, timeout=20)
    line.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        line.execute("ROLLBACK")
        line.close()


def said(server, text, **more):
    """Return the ids of the texts a new patient is answered with, and in how many seconds."""
    session = server.session()
    started = time.monotonic()
    status, body = server.post("messages", session=session, text=text, **more)
    spent = time.monotonic() - started
    assert status == 200, body
    return [block["id"] for reply in body["replies"] for block in reply["blocks"]], body, spent


def waiting(server):
    """Return how many wait in the console's list for each reason."""
    path = server.folder / "var" / "staff.db"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as line:
        return dict(
            line.execute("SELECT reason, sum(times) FROM waiting GROUP BY reason").fetchall()
        )


def soon(true, seconds=15):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.2)
    return False


@pytest.mark.parametrize("kind", DANGER)
def test_with_the_staff_store_locked_danger_is_met_at_once_and_noted_later(server, kind):
    text, block = DANGER[kind]
    before = sum(waiting(server).values())
    with locked(server, "staff"):
        found, _, spent = said(server, text)
        assert block in found and spent < WITHIN
        time.sleep(1)
        assert sum(waiting(server).values()) == before
    assert soon(lambda: sum(waiting(server).values()) == before + 1)


def test_a_note_outlives_a_kill_in_the_moment_of_the_reply(tmp_path):
    with Running(tmp_path, JAWAB_STAFF="true") as server:
        with locked(server, "staff"):
            said(server, DANGER["emergency"][0])
            server.process.kill()
            server.process.wait(10)
        assert waiting(server) == {}
        server.__enter__()
        assert soon(lambda: waiting(server) == {"emergency": 1})


def test_with_the_conversations_locked_trouble_is_told_in_time_and_danger_is_met(server):
    with locked(server, "conversations"):
        with ThreadPoolExecutor(8) as pool:
            asked = list(pool.map(lambda _: said(server, "kya ye halal hai?"), range(8)))
        for _, body, spent in asked:
            assert body["replies"][0]["text"] in (
                library().trouble("roman"),
                library().trouble("en"),
            )
            assert spent < WITHIN
        found, _, spent = said(server, DANGER["emergency"][0])
        assert found == ["emergency"] and spent < WITHIN
    assert "halal" in said(server, "kya ye halal hai?")[0]


def test_while_a_message_waits_for_a_locked_store_the_server_answers_others_at_once(server):
    with locked(server, "conversations"), ThreadPoolExecutor(4) as pool:
        slow = [pool.submit(said, server, "kya ye halal hai?") for _ in range(4)]
        started = time.monotonic()
        assert server.get("/healthz")[0] == 200 and server.get("/chat/")[0] == 200
        assert time.monotonic() - started < 0.5
        [one.result() for one in slow]


def test_readiness_tells_that_nothing_can_be_written(server):
    var = server.folder / "var"
    assert json.loads(server.get("/readyz")[1])["disk"] is True
    moved = var.with_name("var-away")
    var.rename(moved)
    try:
        status, body = server.get("/readyz")
        assert (status, json.loads(body)["disk"]) == (503, False)
    finally:
        moved.rename(var)
    assert server.get("/readyz")[0] == 200


def test_a_port_that_is_taken_is_one_clear_line_and_no_traceback(server):
    import subprocess

    ended = subprocess.run(
        server.command(), env=server.env(), capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 1
    assert ended.stderr.strip() == (
        f"port {server.port} is taken; stop what listens there, or choose another with --port or "
        "JAWAB_PORT"
    )


def test_a_start_says_where_to_go_and_never_production(server):
    assert soon(
        lambda: "jawab staff link" in server.log
    )  # where nobody watches, no secret is shown
    for place in ("/chat/", "/chat/demo.html", "/staff/"):
        assert f"{server.url}{place}" in server.log
    assert "production" not in server.log.lower()
