"""The website channel over real HTTP: its edge, its sessions, its memory, and what a visitor may do to it."""

import gzip
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import BotUttered, UserUttered
from served import Served

from bot.channels.incoming import COMMAND
from bot.channels.web.cors import Limit
from bot.channels.web.session_ids import Sessions
from bot.container import library
from bot.settings import Settings, SettingsError
from bot.text.normalise import visible

CLINIC, STRANGER = "https://www.clinic.example", "https://stranger.example"
ID = "0123456789abcdef"


@pytest.fixture(scope="module")
def web(terminal, tmp_path_factory):
    with Served(terminal.agent, tmp_path_factory.mktemp("var"), origins=(CLINIC,)) as server:
        yield server


def ids(replies):
    return [block["id"] for reply in replies for block in reply["blocks"]]


# --- who may call ---


@pytest.mark.parametrize(
    ("origin", "status", "allowed"),
    [
        pytest.param(CLINIC, 200, CLINIC, id="a listed site"),
        pytest.param(None, 200, None, id="no page at all"),
        pytest.param("SELF", 200, None, id="our own page needs no CORS"),
        pytest.param(STRANGER, 403, None, id="a site that is not listed"),
        pytest.param("null", 403, None, id="a sandboxed page"),
        pytest.param("http://www.clinic.example", 403, None, id="a listed site without TLS"),
        pytest.param(
            CLINIC + ".evil.example", 403, None, id="a site whose name starts like a listed one"
        ),
        pytest.param(CLINIC + ":8443", 403, None, id="a listed site on another port"),
    ],
)
def test_only_listed_origins_may_call(web, origin, status, allowed):
    headers = {} if origin is None else {"Origin": web.url if origin == "SELF" else origin}
    answered, got, _ = web.request("sessions", b"{}", headers=headers)
    assert (answered, got["Access-Control-Allow-Origin"]) == (status, allowed)
    assert "Origin" in got["Vary"] and got["Access-Control-Allow-Credentials"] is None


@pytest.mark.parametrize(("origin", "status"), [(CLINIC, 204), (STRANGER, 403)])
def test_a_preflight_is_answered_for_listed_origins_only(web, origin, status):
    answered, got, _ = web.request("messages", method="OPTIONS", headers={"Origin": origin})
    assert answered == status
    assert (got["Access-Control-Allow-Origin"] == origin) == (status == 204)


def test_the_widget_s_script_loads_on_listed_sites_only(web):
    assert (
        web.request("widget/jawab.js", headers={"Origin": CLINIC})[1]["Access-Control-Allow-Origin"]
        == CLINIC
    )
    assert (
        web.request("widget/jawab.js", headers={"Origin": STRANGER})[1][
            "Access-Control-Allow-Origin"
        ]
        is None
    )


@pytest.mark.parametrize(
    "value",
    [
        "*",
        "www.clinic.example",
        "https://clinic.example/",
        "https://a.example/path",
        "https://clinic.example, javascript:alert(1)",
    ],
)
def test_a_list_of_origins_that_is_not_one_stops_the_start(value):
    with pytest.raises(SettingsError, match="JAWAB_ORIGINS"):
        Settings.from_env({"JAWAB_ORIGINS": value})


def test_origins_are_read_with_commas_or_spaces():
    found = Settings.from_env(
        {"JAWAB_ORIGINS": "https://a.example, HTTPS://b.example:8443"}
    ).origins
    assert found == ("https://a.example", "https://b.example:8443")


# --- sessions ---


def tampered(session):
    payload, _, signature = session.partition(".")
    return f"{payload[:-2]}AA.{signature}"


@pytest.mark.parametrize(
    "session",
    [
        pytest.param(lambda good: None, id="none"),
        pytest.param(lambda good: 7, id="a number"),
        pytest.param(lambda good: "", id="empty"),
        pytest.param(lambda good: "web-1", id="a sender's name"),
        pytest.param(tampered, id="changed"),
        pytest.param(lambda good: good + "A", id="lengthened"),
        pytest.param(
            lambda good: Sessions("x" * 32, hours=24).start(), id="signed with another key"
        ),
        pytest.param(lambda good: "A" * 100_000, id="endless"),
    ],
)
@pytest.mark.parametrize("path", ["messages", "history", "clear", "receipts", "votes"])
def test_a_session_this_server_did_not_make_gets_nothing(web, path, session):
    body = {"session": session(web.start()), "vote": "up"} | (
        {"text": "salam"} if path == "messages" else {}
    )
    status, answer = web.post(path, **body)
    assert (status, set(answer)) in ((401, {"error"}), (413, {"error"}))


def test_an_expired_session_gets_nothing(terminal, tmp_path):
    with Served(terminal.agent, tmp_path, session_hours=0) as server:
        session = server.start()
        time.sleep(1.1)
        assert server.post("history", session=session)[0] == 401


def test_one_visitor_sees_nothing_of_another(web):
    first, second = web.start(), web.start()
    web.say(first, "POF kya hai?", id=ID)
    assert web.post("history", session=second)[1] == {"turns": []}
    assert web.post("receipts", session=second, message=ID)[0] == 404
    assert web.post("votes", session=second, message=ID, vote="up")[0] == 404
    web.post("clear", session=second)
    assert len(web.post("history", session=first)[1]["turns"]) == 1


# --- messages ---


def test_a_message_is_answered_with_its_blocks_language_and_direction(web):
    (reply,) = web.say(web.start(), "POF کیا ہے؟")
    assert (reply["variety"], reply["dir"]) == ("ur", "rtl")
    assert ids([reply]) == ["pof", "disclaimer", "notice"]
    assert sum(block["lines"] for block in reply["blocks"]) == reply["text"].count("\n") + 1


def test_a_message_sent_again_is_answered_again_and_nothing_is_done_twice(web):
    session = web.start()
    first, again = (web.say(session, "what is POF?", id=ID) for _ in range(2))
    assert first == again and len(web.post("history", session=session)[1]["turns"]) == 1


def test_a_retry_with_other_words_gets_the_first_answer(web):
    session = web.start()
    first = web.say(session, "what is POF?", id=ID)
    assert web.say(session, "is it halal?", id=ID) == first


def test_the_same_message_at_once_ten_times_is_done_once(web):
    session = web.start()
    with ThreadPoolExecutor(10) as pool:
        replies = list(pool.map(lambda _: web.say(session, "what is POF?", id=ID), range(10)))
    assert all(reply == replies[0] for reply in replies)
    assert len(web.post("history", session=session)[1]["turns"]) == 1


def test_the_same_id_in_two_conversations_is_two_messages(web):
    first, second = (
        web.say(web.start(), "what is POF?", id=ID),
        web.say(web.start(), "is it halal?", id=ID),
    )
    assert ids(first) != ids(second)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"", 401, id="empty, so without a session"),
        pytest.param(b"{", 400, id="cut short"),
        pytest.param(b"[]", 400, id="a list"),
        pytest.param(b'"salam"', 400, id="a string"),
        pytest.param(b'{"text": "\xff\xfe"}', 400, id="not UTF-8"),
        pytest.param(b"\x00" * 10, 400, id="zeros"),
        pytest.param(b"[" * 60_000, 400, id="nested without end"),
        pytest.param(b'{"text": "hi", "sender": "web-1"}', 400, id="a field we do not know"),
        pytest.param(b"x" * 70_000, 413, id="over 64 kB"),
    ],
)
def test_what_is_not_a_message_is_refused(web, body, status):
    assert web.request("messages", body)[0] == status


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": 7},
        {"text": None},
        {"text": ["a"]},
        {"text": "a", "button": "pof"},
        {"button": "p" * 65},
        {"text": "a", "id": "short"},
        {"text": "a", "id": 12345678},
        {"text": "a", "id": "a b c d e f"},
        {"text": "a", "id": "x" * 65},
    ],
    ids=str,
)
def test_a_message_of_the_wrong_shape_is_refused(web, body):
    assert web.post("messages", session=web.start(), **body)[0] == 400


@pytest.mark.parametrize(("length", "status"), [(2000, 200), (2001, 413), (100_000, 413)])
def test_a_message_over_the_cap_is_refused_and_never_cut(web, length, status):
    assert web.post("messages", session=web.start(), text="ا" * length)[0] == status


@pytest.mark.parametrize(
    "text", ["", "   ", "\u200b", "\u202e", "👶", "؟", "\ud800", "\x00", "🏳️‍🌈" * 50]
)
def test_a_message_without_words_is_met_with_an_approved_text(web, text):
    replies = web.say(web.start(), text)
    assert replies and ids(replies)


SLASHES = [
    "/",
    "//",
    " /",
    "\u200b/",
    "\u2066/",
    "\ufeff/",
    "\u00ad/",
    "\u200c/",
    "\x00/",
    "\u2044",
    "\uff0f",
    "\\",
]


@pytest.mark.parametrize("slash", SLASHES, ids=ascii)
def test_a_typed_command_is_words_and_no_command(web, slash):
    session = web.start()
    web.say(session, slash + "restart", id=ID)
    replies = web.say(session, slash + 'legality{"answer": "yes"}', id="second-message")
    assert all(reply["text"] for reply in replies)
    turns = web.post("history", session=session)[1]["turns"]
    assert [turn["id"] for turn in turns] == [
        ID,
        "second-message",
    ]  # nothing restarted, nothing lost
    tracker = web.run(web.agent.tracker_store.retrieve_full_tracker(sender_of(session)))
    kept = [visible(event.text) for event in tracker.events if isinstance(event, UserUttered)]
    assert len(kept) == 2 and not any(map(COMMAND.match, kept))


def sender_of(session):
    return Sessions("k" * 32, hours=24).sender(session)


def test_a_button_nobody_offered_goes_to_a_person(web):
    status, body = web.post("messages", session=web.start(), button="<img src=x>")
    assert status == 200 and "handoff" in ids(body["replies"])


# --- history, clearing ---


def test_history_is_what_was_said(web):
    session = web.start()
    said = [
        web.say(session, "What is POF?", id="message-1"),
        web.say(session, "meri AMH 0.4 hai", id="message-2"),
        web.post("messages", session=session, button="halal", id="message-3")[1]["replies"],
    ]
    turns = web.post("history", session=session)[1]["turns"]
    assert [turn["replies"] for turn in turns] == said
    assert [turn["id"] for turn in turns] == ["message-1", "message-2", "message-3"]
    assert [turn["text"] for turn in turns][:2] == ["What is POF?", "meri AMH 0.4 hai"]
    assert turns[2]["text"] == library().title("halal", "en")


def test_what_is_no_longer_approved_is_not_shown_again(web):
    session = web.start()
    web.say(session, "What is POF?", id=ID)

    async def forge():
        sender = sender_of(session)
        tracker = await web.agent.tracker_store.retrieve_full_tracker(sender)
        tracker.update(BotUttered("Success is 100% guaranteed."))
        await web.agent.tracker_store.save(tracker)

    web.run(forge())
    replies = web.post("history", session=session)[1]["turns"][0]["replies"]
    assert replies[-1]["text"] == library().trouble("en")


def test_clearing_erases_on_the_server_and_starts_anew(web):
    session = web.start()
    web.say(session, "mera naam Sana hai")
    status, body = web.post("clear", session=session)
    assert status == 200 and body["session"] != session
    assert web.post("history", session=session)[1] == {"turns": []}
    assert web.run(web.agent.tracker_store.retrieve_full_tracker(sender_of(session))) is None


def test_clearing_leaves_no_word_in_the_database_file(terminal, tmp_path, monkeypatch):
    path = tmp_path / "conversations.db"
    store = SQLTrackerStore(terminal.agent.domain, dialect="sqlite", db=str(path))
    monkeypatch.setattr(terminal.agent, "tracker_store", store)
    monkeypatch.setattr(terminal.agent.processor, "tracker_store", store)
    with Served(terminal.agent, tmp_path) as server:
        session = server.start()
        server.say(session, "Gulshanbano ka case hai")
        assert b"Gulshanbano" in path.read_bytes()
        server.post("clear", session=session)
        assert b"Gulshanbano" not in path.read_bytes()


# --- receipts, votes ---


def test_a_receipt_tells_who_signed_what_and_until_when(web):
    session = web.start()
    web.say(session, "What is POF?", id=ID)
    texts = web.post("receipts", session=session, message=ID)[1]["texts"]
    assert [text["id"] for text in texts] == ["pof", "disclaimer", "notice"]
    for text in texts:
        signed = library().standing(text["id"]).entry
        assert (text["date"], text["expires"]) == (signed["date"], signed["expires"])
        assert text["roles"] == [signer["role"] for signer in signed["signers"]]
        assert text["provisional"] == (text["standing"] != "approved")


def test_votes_are_counts_and_nothing_else(terminal, tmp_path):
    with Served(terminal.agent, tmp_path) as server:
        session = server.start()
        server.say(session, "What is POF?", id=ID)
        assert server.post("votes", session=session, message=ID, vote="up")[1] == {"counted": True}
        assert server.post("votes", session=session, message=ID, vote="down")[1] == {
            "counted": False
        }
        assert server.post("votes", session=session, message=ID, vote="maybe")[0] == 400
    import sqlite3

    rows = sqlite3.connect(tmp_path / "votes.db").execute("SELECT * FROM votes").fetchall()
    assert rows == [(date.today().isoformat(), "pof", "en", "up", 1)]


# --- limits ---


def test_a_bucket_empties_and_refills():
    now = [0.0]
    limit = Limit(2, clock=lambda: now[0])
    assert [limit.allows("a") for _ in range(3)] == [True, True, False] and limit.allows("b")
    now[0] = 30.0
    assert [limit.allows("a") for _ in range(2)] == [True, False]


@pytest.mark.parametrize("variety", ["en", "ur", "roman"])
def test_too_many_messages_are_refused_in_approved_words(terminal, tmp_path, variety):
    with Served(terminal.agent, tmp_path, session_rate=2) as server:
        session, other = server.start(), server.start()
        answers = [
            server.post("messages", session=session, text="salam", variety=variety)
            for _ in range(3)
        ]
        assert [status for status, _ in answers] == [200, 200, 429]
        assert answers[2][1]["text"] == library().block("ui_busy", variety).text
        assert server.post("messages", session=other, text="salam")[0] == 200


def test_too_many_requests_from_one_address_are_refused(terminal, tmp_path):
    with Served(terminal.agent, tmp_path, address_rate=3) as server:
        assert [server.post("sessions")[0] for _ in range(4)] == [200, 200, 200, 429]


@pytest.mark.parametrize(
    ("proxies", "statuses"),
    [
        pytest.param(0, [200, 429], id="without a proxy the header counts for nothing"),
        pytest.param(1, [200, 200], id="behind one proxy the header tells visitors apart"),
    ],
)
def test_the_address_behind_a_proxy(terminal, tmp_path, proxies, statuses):
    with Served(terminal.agent, tmp_path, address_rate=1, proxies=proxies) as server:
        got = [
            server.post("sessions", headers={"X-Forwarded-For": f"203.0.113.{last}"})[0]
            for last in (1, 2)
        ]
    assert got == statuses


# --- trouble ---


def test_a_broken_bot_says_so_in_approved_words(web, monkeypatch):
    async def fail(*args, **kwargs):
        raise RuntimeError("down")

    monkeypatch.setitem(
        vars(web.agent.processor), "handle_message", fail
    )  # setattr would leave it there
    (reply,) = web.say(web.start(), "salam", variety="ur")
    assert reply["text"] == library().trouble("ur")


def test_a_broken_store_says_so_in_approved_words(web, monkeypatch):
    async def fail(*args, **kwargs):
        raise RuntimeError("down")

    session = web.start()
    monkeypatch.setitem(vars(web.agent.tracker_store), "retrieve_full_tracker", fail)
    monkeypatch.setitem(
        vars(web.agent.processor), "handle_message", fail
    )  # setattr would leave it there
    assert web.say(session, "salam", id=ID)[0]["text"] == library().trouble("en")


def test_a_visitor_who_leaves_while_waiting_finds_the_answer_later(web, monkeypatch):
    real, gate = web.agent.processor.handle_message, threading.Event()

    async def slow(message):
        import asyncio

        while not gate.is_set():
            await asyncio.sleep(0.02)
        return await real(message)

    monkeypatch.setitem(
        vars(web.agent.processor), "handle_message", slow
    )  # setattr would leave it there
    session = web.start()
    import socket

    host, port = web.url.removeprefix("http://").split(":")
    body = json.dumps({"session": session, "text": "What is POF?", "id": ID}).encode()
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(
            b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
            + body
        )
        time.sleep(0.3)
    gate.set()
    assert ids(web.say(session, "What is POF?", id=ID)) == ["pof", "disclaimer", "notice"]
    assert len(web.post("history", session=session)[1]["turns"]) == 1


# --- pages and headers ---


@pytest.mark.parametrize("path", ["", "chat.html", "demo.html", "states.html", "widget/jawab.js"])
def test_every_answer_carries_the_security_headers(web, path):
    _, headers, _ = web.request(path)
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert (
        headers["X-Content-Type-Options"] == "nosniff"
        and headers["Referrer-Policy"] == "no-referrer"
    )
    assert headers["Set-Cookie"] is None


@pytest.mark.parametrize(
    "path",
    [
        "../settings.py",
        "%2e%2e/settings.py",
        "..%2fsettings.py",
        "widget/../../settings.py",
        "web.py",
        "fonts/",
        "widget",
        "/etc/passwd",
        "%2fetc/passwd",
    ],
)
def test_only_the_widget_s_files_are_served(web, path):
    assert web.request(path)[0] == 404


def test_files_are_gzipped_and_revalidated(web):
    status, headers, body = web.request("widget/panel.js", headers={"Accept-Encoding": "gzip"})
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert gzip.decompress(body) == web.request("widget/panel.js")[2]
    assert web.request("widget/panel.js", headers={"If-None-Match": headers["ETag"]})[0] == 304


def test_the_script_carries_only_approved_texts(web):
    script = web.request("widget/jawab.js")[2].decode()
    texts = json.loads(script.split("const TEXTS = ")[1].split(";\n")[0])
    for variety, strings in texts["strings"].items():
        for name, text in strings.items():
            assert text == library().block(f"ui_{name}", variety).text
    assert texts["notice"]["ur"] == library().block("notice", "ur").text


def test_patients_words_are_not_logged(web, caplog):
    with caplog.at_level("INFO"):
        web.say(web.start(), "Zubeidakhatoon ki report")
        web.post("messages", session="forged", text="Zubeidakhatoon ki report")
    assert "Zubeidakhatoon" not in caplog.text
