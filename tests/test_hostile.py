"""The running server under clients that dribble, flood or lie: it refuses them and goes on answering patients."""

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.server.limits import LIMITS
from tests import http_fuzz
from tests.conftest import ROOT
from tests.running import Running

SLOW = 60  # connections that dribble, at the same time


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Running(tmp_path_factory.mktemp("hostile")) as server:
        yield server


def connect(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=60)


def answers_a_patient(server, within=5.0):
    started = time.monotonic()
    status, body = server.post("messages", session=server.session(), text="kya ye halal hai?")
    return status == 200 and body["replies"] and time.monotonic() - started < within


def dribble(server, first):
    """Send a byte every half second until the server ends the connection; return how many seconds that took."""
    with connect(server) as line:
        line.sendall(first)
        started = time.monotonic()
        line.settimeout(0.5)
        while time.monotonic() - started < 90:
            try:
                line.sendall(b"a")
                if line.recv(4096) == b"":
                    return time.monotonic() - started
            except TimeoutError:
                continue
            except OSError:
                return time.monotonic() - started
    raise AssertionError("the connection was never ended")


DRIBBLES = {
    "headers": (b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nX-Slow: ", LIMITS["HEADERS_WITHIN"]),
    "a body": (
        b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n",
        LIMITS["BODY_WITHIN"],
    ),
    "a webhook": (
        b"POST /webhooks/whatsapp/webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n",
        LIMITS["BODY_WITHIN"],
    ),
}


def test_slow_clients_are_ended_and_keep_nobody_waiting(server):
    with ThreadPoolExecutor(SLOW) as pool:
        kinds = list(DRIBBLES.values())
        ended = [
            (
                pool.submit(dribble, server, kinds[number % len(kinds)][0]),
                kinds[number % len(kinds)][1],
            )
            for number in range(SLOW)
        ]
        time.sleep(2)
        for _ in range(5):
            assert answers_a_patient(server)
            time.sleep(1)
        assert all(one.result() < limit + 15 for one, limit in ended)


def memory(server):
    """The megabytes that the server holds."""
    lines = Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) / 1024


def answer_to(line):
    """The status of what comes back, or 0 where the connection was just ended."""
    line.settimeout(60)
    try:
        return int((line.recv(4096).split() or [b"", b"0"])[1])
    except ConnectionError:
        return 0


def flood(line, megabytes):
    """Send until it is all sent or the server does not take it any more."""
    try:
        for _ in range(megabytes):
            line.sendall(b"%x\r\n" % 2**20 + b"a" * 2**20 + b"\r\n")
    except OSError:
        return


@pytest.mark.parametrize("path", ["/chat/messages", "/webhooks/whatsapp/webhook", "/metrics"])
def test_a_body_without_end_is_refused_and_not_collected(server, path):
    before = memory(server)
    with connect(server) as line:
        line.sendall(
            f"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        flood(line, 300)
        assert answer_to(line) in (0, 404, 405, 413)
    assert memory(server) - before < 60
    assert answers_a_patient(server)


@pytest.mark.parametrize(
    ("request_", "statuses"),
    [
        pytest.param(
            b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
            {413},
            id="a body said to be endless",
        ),
        pytest.param(
            b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
            {400},
            id="a negative body",
        ),
        pytest.param(
            b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
            {400},
            id="a body of letters",
        ),
        pytest.param(
            b"GET /chat/ HTTP/1.1\r\n" + b"X-A: " + b"a" * 100_000 + b"\r\n\r\n",
            {0, 400, 413, 431},
            id="a long header",
        ),
        pytest.param(
            b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
            {0, 400, 413, 414},
            id="a long address",
        ),
        pytest.param(b"\x16\x03\x01\x02\x00" * 50 + b"\r\n\r\n", {0, 400}, id="a TLS handshake"),
        pytest.param(
            b"GET /chat/%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n", {400, 404}, id="bytes that are no text"
        ),
    ],
)
def test_what_is_no_request_is_refused(server, request_, statuses):
    with connect(server) as line:
        line.sendall(request_)
        assert answer_to(line) in statuses
    assert answers_a_patient(server)


@pytest.mark.parametrize("sent", http_fuzz.REVIEW, ids=ascii)
def test_what_broke_an_earlier_server_is_refused_at_once(server, sent):
    started = time.monotonic()
    got = http_fuzz.send(server.port, sent, within=2)
    assert http_fuzz.statuses(got) and not http_fuzz.faults_in(got)
    assert time.monotonic() - started < 2 and answers_a_patient(server)


@pytest.mark.parametrize(
    "framing",
    [
        "Content-Length : 42",
        "Content-Length: 2\r\nContent-Length: 44",
        "Content-Length: 2\r\nTransfer-Encoding: chunked",
    ],
)
def test_a_second_request_cannot_hide_in_the_body_of_the_first(server, framing):
    hidden = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    sent = f"POST /chat/messages HTTP/1.1\r\nHost: x\r\n{framing}\r\n\r\n".encode() + hidden
    assert http_fuzz.statuses(http_fuzz.send(server.port, sent, within=2)) == [400]


def test_generated_requests_and_changed_bytes_are_answered_below_500(server):
    result = http_fuzz.run(server.port, count=150, seed=7)
    assert result.faults == [] and sum(result.statuses.values()) > 300


def _to_the_end(line):
    """Return how many bytes still come before the connection ends."""
    got = 0
    try:
        while part := line.recv(65536):
            got += len(part)
    except ConnectionError:
        pass
    return got


def test_a_client_that_takes_nothing_is_ended(server):
    path = (
        b"GET /chat/fonts/"
        + max(
            (ROOT / "bot" / "web" / "fonts").glob("*.woff2"), key=lambda file: file.stat().st_size
        ).name.encode()
    )
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", server.port))
        line.sendall((path + b" HTTP/1.1\r\nHost: x\r\n\r\n") * 60)
        time.sleep(LIMITS["READ_WITHIN"] + 3)
        line.settimeout(
            5
        )  # seconds in which the rest of what was under way comes, and then the end
        assert _to_the_end(line) < 60 * 100_000
    assert answers_a_patient(server)


@pytest.mark.parametrize("path", ["/nothing", "/", "/chat/nothing", "/webhooks/whatsapp/webhook"])
def test_answers_that_lead_nowhere_carry_the_security_headers_too(server, path):
    got = http_fuzz.send(
        server.port, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode(), within=5
    ).lower()
    assert b"x-content-type-options: nosniff" in got and b"content-security-policy:" in got


def test_a_message_of_64_kilobytes_is_the_most(server):
    session = server.session()
    assert (
        server.get(
            "/chat/messages", json.dumps({"session": session, "text": "a" * 70_000}).encode()
        )[0]
        == 413
    )
    assert answers_a_patient(server)


def test_nothing_of_all_this_is_logged_as_it_came(server):
    assert "aaaaaaaa" not in server.log
