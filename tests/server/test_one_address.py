"""One address inside the default limits holds nobody else up, however many and long its messages are."""

import json
import threading
import time

import pytest

from tests.running import Running

# the guard's own words: the most work that two thousand characters can make
LONG = ("خون بہت زیادہ درد بخار بے ہوش سانس " * 80)[:2000]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    limits = {"JAWAB_SESSION_RATE": "20", "JAWAB_ADDRESS_RATE": "300"}
    with Running(tmp_path_factory.mktemp("crowd"), JAWAB_PROXIES="1", **limits) as server:
        yield server


def post(server, path, address, **body):
    status, content = server.get(
        f"/chat/{path}", json.dumps(body).encode(), X_Forwarded_For=address
    )
    return status, json.loads(content)


def test_a_patient_in_danger_is_answered_through_a_crowd_of_one_address(server):
    crowd = [post(server, "sessions", "203.0.113.1")[1]["session"] for _ in range(14)]
    mine = post(server, "sessions", "203.0.113.2")[1]["session"]
    stop, sent = threading.Event(), []

    def shout(number):
        while not stop.is_set():
            body = {"session": crowd[number % len(crowd)], "text": LONG}
            sent.append(post(server, "messages", "203.0.113.1", **body)[0])

    threads = [threading.Thread(target=shout, args=(number,), daemon=True) for number in range(40)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    waits = []
    for _ in range(5):
        started = time.monotonic()
        status, body = post(
            server, "messages", "203.0.113.2", session=mine, text="mujhe bohat khoon aa raha hai"
        )
        waits.append(time.monotonic() - started)
        assert status == 200
        assert body["replies"][0]["blocks"][0]["id"] == "emergency"
    stop.set()
    for thread in threads:
        thread.join(60)
    assert max(waits) < 4, waits  # 26 seconds when the line was one for all
    assert 429 in sent or 503 in sent
