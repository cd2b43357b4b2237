"""The website channel under input that is no message, clocks that differ, and texts that may not be sent."""

import json
import time

import pytest
from served import Served
from starlette.testclient import TestClient

from bot.answers.gate import Passed
from bot.channels import gated_output
from bot.channels.web import routes as web_routes
from bot.channels.web.cors import Limit
from bot.channels.web.session_ids import SKEW, Sessions

HOST = "http://jawab.example"


@pytest.fixture(scope="module")
def served(terminal, tmp_path_factory):
    server = Served(terminal.agent, tmp_path_factory.mktemp("var"))
    with TestClient(server.app, base_url=HOST) as client:
        yield client


def start(client):
    return client.post("/chat/sessions").json()["session"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b'{"\\ud800": 1}', 400, id="a field named by half a letter"),
        pytest.param(b'{"session": "\\ud800"}', 401, id="a session of half a letter"),
        pytest.param('{"session": "ا"}'.encode(), 401, id="a session in Urdu"),
        pytest.param(b'{"text": "a", "id": "\\ud800aaaaaaaa"}', 401, id="an id of half a letter"),
    ],
)
def test_half_a_letter_is_refused_and_breaks_nothing(served, body, status):
    answer = served.post("/chat/messages", content=body)
    assert answer.status_code == status and set(answer.json()) == {"error"}


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "//[", "null", "\t"])
def test_an_origin_that_is_no_address_is_a_stranger(served, origin):
    answer = served.post("/chat/sessions", headers={"Origin": origin})
    assert answer.status_code == 403


def test_a_failure_of_ours_tells_nothing_and_carries_the_headers(terminal, tmp_path, monkeypatch):
    def fail(cap):
        raise ValueError("Zulekha")

    monkeypatch.setattr(web_routes, "interface", fail)
    server = Served(terminal.agent, tmp_path)
    with TestClient(server.app, base_url=HOST, raise_server_exceptions=False) as client:
        answer = client.post("/chat/sessions")
    assert answer.status_code == 500 and "Zulekha" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/chat/nothing", 404)])
def test_what_is_not_there_carries_the_headers(served, path, status):
    answer = served.get(path)
    assert answer.status_code == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


class Silent:
    """A gate on the day after every text has expired."""

    def check(self, text, buttons=(), *, variety="en", place="reply"):
        return Passed("", (), (), variety, replaced=True)


def test_an_empty_text_never_leaves(served, monkeypatch):
    session = start(served)
    monkeypatch.setattr(gated_output, "gate", Silent)
    answer = served.post("/chat/messages", json={"session": session, "text": "is it halal?"})
    assert answer.status_code == 503 and "replies" not in answer.json()
    history = served.post("/chat/history", json={"session": session}).json()
    assert all(reply["text"] for turn in history["turns"] for reply in turn["replies"])


# --- clocks ---


@pytest.mark.parametrize(
    ("ahead", "good"),
    [
        pytest.param(0, True, id="one clock"),
        pytest.param(1, True, id="a second apart"),
        pytest.param(SKEW - 5, True, id="almost five minutes apart"),
        pytest.param(SKEW + 60, False, id="stamped further in the future than clocks differ"),
        pytest.param(-3500, True, id="made almost an hour ago"),
        pytest.param(-3700, False, id="older than it may be"),
    ],
)
def test_a_session_stamped_by_another_hosts_clock(ahead, good):
    session = Sessions("k" * 32, hours=1).start()
    other = Sessions("k" * 32, hours=1, clock=lambda: time.time() - ahead)
    assert (other.sender(session) is not None) is good


# --- cost ---


def test_a_long_message_costs_an_address_more(terminal, tmp_path):
    server = Served(terminal.agent, tmp_path, address_rate=25)
    with TestClient(server.app, base_url=HOST) as client:
        session = start(client)
        body = json.dumps({"session": session, "text": "؟" * 2000})
        statuses = [client.post("/chat/messages", content=body).status_code for _ in range(4)]
    assert statuses == [200, 200, 429, 429]


def test_what_costs_more_than_there_is_can_still_be_had():
    limit = Limit(3, clock=lambda: 0.0)
    assert [limit.allows("a", cost=10), limit.allows("a")] == [True, False]
