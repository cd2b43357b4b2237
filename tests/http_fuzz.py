"""Malformed requests at a running server: python -m tests.http_fuzz --count 3000 --seed 1

Three kinds: those that a review broke an earlier server with, generated ones that are well framed and mean nothing, and
valid requests with their bytes changed. Whatever comes, the answer has a status below 500 and no traceback, and the
server goes on answering. With --port it is sent to a server that runs already; otherwise one is started for it.
"""

import argparse
import json
import random
import socket
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

AT_ONCE = 8  # below one address's share of the waiting line, which is refused with 503
SILENT = 0.5  # seconds after which a stream that was broken waits for the rest that never comes
WITHIN = 10.0  # seconds for an answer to what is a whole request
ALIVE_WITHIN = 3.0
HEAD = b"HTTP/1.1 "


REVIEW = [
    b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\nabcdefgh",
    b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n{}",
    b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nContent-Length : 42\r\n\r\n"
    b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
    b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nContent-Length: +2\r\n\r\n{}",
    b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 0_2\r\n\r\n{}",
    "POST /chat/messages HTTP/1.1\r\nHost: x\r\nContent-Length: ٢\r\n\r\n{}".encode(),
    b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n{}",
    b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n",
    b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n",
    b"GET  HTTP/1.1\r\nHost: x\r\n\r\n",
    b"PUT /healthz HTTP/1.1\r\nHost: x\r\nAccept: ;;/;q=x\r\nContent-Length: 0\r\n\r\n",
    b'POST /chat/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n{"\\ud800":1}',
    b'POST /chat/history HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n{"session":"\\ud800"}',
    b"POST /chat/sessions HTTP/1.1\r\nHost: x\r\nOrigin: http://[\r\nContent-Length: 2\r\n\r\n{}",
    b"POST /staff/sign-in HTTP/1.1\r\nHost: x\r\nOrigin: http://[\r\nContent-Length: 0\r\n\r\n",
    b"POST /staff/language HTTP/1.1\r\nHost: x\r\nReferer: http://[\r\nContent-Length: 0\r\n\r\n",
]

METHODS = (
    ["GET"] * 3
    + ["POST"] * 6
    + ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "CONNECT", "FOO"]
)
PATHS = [
    "/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/chat",
    "/chat/",
    "/chat/chat.html",
    "/chat/widget/jawab.js",
    "/chat/sessions",
    "/chat/messages",
    "/chat/messages",
    "/chat/history",
    "/chat/clear",
    "/chat/receipts",
    "/chat/votes",
    "/webhooks/whatsapp/webhook",
    "/webhooks/whatsapp/webhook?hub.mode=subscribe",
    "/staff",
    "/staff/",
    "/staff/sign-in",
    "/staff/sign-out",
    "/staff/set-up/x",
    "/staff/people",
    "/staff/trail",
    "/staff/language",
    "/staff/test/say",
    "/staff/waiting",
    "/staff/waiting/9/conversation",
    "/staff/waiting/-1/conversation",
    "/staff/waiting/99999999999999999999/conversation",
    "/staff/static/x",
    "/chat/%ff%fe",
    "/chat/%00",
    "//chat/",
    "/chat/../staff/",
    "/%2e%2e/",
    "/chat/?a=%zz&b[]=1",
    "*",
    "http://x/chat/",
    "/staff/texts/%2e%2e",
]
ODD = ["", "null", "http://[", "http://[::1", "//", "\x01", "é", "\xff\xfe", "a" * 4000, "0", "-1"]
HEADERS = {
    "Origin": [*ODD, "https://www.clinic.example", "http://x"],
    "Referer": [*ODD, "http://x/staff/sign-in", "http://x:port/"],
    "Accept": [*ODD, "application/json", ";;/;q=x", "text/html;q=2"],
    "Accept-Encoding": [*ODD, "gzip", "gzip;q=0", "*"],
    "Accept-Language": [*ODD, "ur", "en;q=a", "," * 200],
    "Content-Type": [
        *ODD,
        "application/json",
        "application/json; charset=utf-16",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=b",
    ],
    "Cookie": [*ODD, "jawab_staff=x", "jawab_staff=\xff", "a=b; a; =; ;", "jawab_language=zz"],
    "X-Forwarded-For": [*ODD, "1.2.3.4, x", "::1", ","],
    "X-Hub-Signature-256": [*ODD, "sha256=", "sha256=" + "0" * 64],
    "Authorization": [*ODD, "Bearer x", "Basic eDp5"],
    "If-None-Match": [*ODD, "*", '"x"'],
    "Expect": ["100-continue", "x"],
    "Connection": ["close", "keep-alive", "upgrade"],
    "Upgrade": ["websocket", "h2c"],
    "Range": ["bytes=0-", "bytes=-1", "x"],
    "Sec-Fetch-Site": ["cross-site", "same-origin", "x"],
}
VALUES = [
    *(None, True, 0, -1, 1e308, 10**400, "", "a", "\ud800", "\x00", "/restart", "halal?", "up"),
    *("x" * 3000, "ا" * 2001, [], {}, [[]] * 50, {"a": {"b": []}}, "pof", "0123456789abcdef"),
]
FIELDS = [
    "session",
    "id",
    "text",
    "button",
    "variety",
    "message",
    "vote",
    "sender",
    "�",
    "__proto__",
]
TOKENS = [
    *(b"\r\n", b"\n", b"\r", b"\x00", b" ", b":", b"\r\n\r\n", b"\xff", b"%", b"HTTP/1.1", b"\t"),
    *(b"Content-Length: -5\r\n", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n"),
    *(
        b"Transfer-Encoding: identity\r\n",
        b"Content-Length: 99999999999999999999\r\n",
        b"0\r\n\r\n",
    ),
    *(
        b"Host: \r\n",
        b"Expect: 100-continue\r\n",
        b"Connection: close\r\n",
        b"ffffffffffffffff\r\n",
    ),
]


@dataclass
class Result:
    """What came of it: how often which status, and every request that was answered wrongly, as it was sent."""

    statuses: Counter = field(default_factory=Counter)
    faults: list = field(default_factory=list)


def request(rng, session):
    """Return a request that is well framed and means nothing, or something."""
    method, path = rng.choice(METHODS), rng.choice(PATHS)
    if rng.random() < 0.05:
        path = "/" + "".join(chr(rng.randrange(33, 127)) for _ in range(rng.randrange(200)))
    named = rng.sample(sorted(HEADERS), rng.randrange(5))
    headers = {name: rng.choice(HEADERS[name]) for name in named}
    body = rng.choice((_json, _json, _json, _form, _bytes))(rng, session)
    head = f"{method} {path} HTTP/1.1\r\nHost: {rng.choice(['x', 'x', 'x', *ODD[:6]])}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    if method in ("GET", "HEAD") and rng.random() < 0.8:
        return head.encode("latin-1", "replace") + b"\r\n"
    if rng.random() < 0.2:
        framed = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        return head.encode("latin-1", "replace") + (
            framed if body else b"Content-Length: 0\r\n\r\n"
        )
    return head.encode("latin-1", "replace") + b"Content-Length: %d\r\n\r\n" % len(body) + body


def _json(rng, session):
    body = {name: rng.choice(VALUES) for name in rng.sample(FIELDS, rng.randrange(4))}
    if rng.random() < 0.5:
        body["session"] = session
    return json.dumps(body).encode()


def _form(rng, session):
    return rng.choice(
        [
            b"name=admin&password=x&csrf=%FF",
            b"&&&===%%%",
            b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--b--\r\n',
            b'--b\r\nContent-Disposition: form-data; name="f"; filename="\xff"\r\n\r\n\x00',
            b"--b\r\n\r\n--b",
            b"text=" + b"a" * 5000,
        ]
    )


def _bytes(rng, session):
    return rng.choice([b"", b"[" * 60_000, rng.randbytes(rng.randrange(1, 2000)), b"x" * 70_000])


def stream(rng, session):
    """Return the bytes of one or two requests with some of them changed."""
    found = bytearray(b"".join(request(rng, session) for _ in range(rng.randrange(1, 3))))
    for _ in range(rng.randrange(1, 6)):
        place = rng.randrange(min(len(found), 400)) if found else 0
        act = rng.randrange(5)
        if act == 0:
            found[place:place] = rng.choice(TOKENS)
        elif act == 1:
            del found[place : place + rng.randrange(1, 20)]
        elif act == 2 and found:
            found[place] = rng.randrange(256)
        elif act == 3:
            found[place:place] = found[place : place + rng.randrange(1, 60)]
        else:
            found[place:place] = rng.randbytes(rng.randrange(1, 8))
    return bytes(found)


def send(port, sent, *, within):
    """Return everything that came back, until the server was silent for `within` seconds or had answered whole."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), timeout=ALIVE_WITHIN) as line:
        line.settimeout(within)
        try:
            line.sendall(sent)
            while part := line.recv(65536):
                got += part
                if _whole(got, bodiless=sent.startswith(b"HEAD ")):
                    line.settimeout(0.02)  # a second answer would be here as well
        except (TimeoutError, ConnectionError):
            pass
    return got


def _whole(got, *, bodiless):
    """Whether an answer has come to its end."""
    head, there, body = got.partition(b"\r\n\r\n")
    if not there:
        return False
    if bodiless or head[len(HEAD) :][:3] in (b"204", b"304"):
        return True
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line.split(b":")[1])
    return body.endswith(b"0\r\n\r\n")


def faults_in(got):
    """Return what is wrong with an answer."""
    found = [f"status {status}" for status in statuses(got) if status >= 500]
    if b"Traceback" in got or b'File "' in got:
        found.append("a traceback")
    return found


def statuses(got):
    """Return the status of each answer in what came back."""
    return [
        int(one[:3])
        for one in got.split(HEAD)[1:]
        if one[:3].isdigit() and one[3:4] in (b" ", b"\r")
    ]


def session_at(port):
    """Return a session of the server."""
    got = send(
        port, b"POST /chat/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", within=10
    )
    return json.loads(got.partition(b"\r\n\r\n")[2])["session"]


def alive(port):
    """Whether the server answers at once."""
    started = time.monotonic()
    got = send(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", within=ALIVE_WITHIN)
    return statuses(got) == [200] and time.monotonic() - started < ALIVE_WITHIN


def run(port, *, count, seed):
    """Send the review's requests, `count` generated ones and `count` changed streams; return what came of it."""
    rng, session, result = random.Random(seed), session_at(port), Result()
    batch = [(sent, SILENT) for sent in REVIEW]
    batch += [(request(rng, session), WITHIN) for _ in range(count)]
    batch += [(stream(rng, session), SILENT) for _ in range(count)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for first in range(0, len(batch), 200):
            part = batch[first : first + 200]
            answers = pool.map(lambda one: send(port, one[0], within=one[1]), part)
            for (sent, within), got in zip(part, answers, strict=True):
                result.statuses.update(statuses(got) or [0])
                if within == WITHIN and not statuses(got):
                    result.faults.append(("no answer to a whole request", sent[:300]))
                result.faults += [(what, sent[:300]) for what in faults_in(got)]
            if not alive(port):
                result.faults.append(("the server does not answer any more", b""))
                return result
    return result


def main():
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--count", type=int, default=3000)
    reading.add_argument("--seed", type=int, default=1)
    reading.add_argument("--port", type=int, default=0)
    given = reading.parse_args()
    if given.port:
        result = run(given.port, count=given.count, seed=given.seed)
    else:
        from tests.running import Meta, Running

        with (
            tempfile.TemporaryDirectory() as folder,
            Meta() as meta,
            Running(Path(folder), **meta.settings()) as server,
        ):
            result = run(server.port, count=given.count, seed=given.seed)
    for status, often in sorted(result.statuses.items()):
        print(status or "no answer", often)  # noqa: T201
    for what, sent in result.faults[:20]:
        print("FAULT", what, sent)  # noqa: T201
    print(f"{sum(result.statuses.values())} answers, {len(result.faults)} faults")  # noqa: T201
    sys.exit(bool(result.faults))


if __name__ == "__main__":
    main()
