"""The running server, seen from outside: its log, its metrics, its health."""

import json
import re
import shutil

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.telemetry import metrics
from tests.conftest import ROOT
from tests.running import METRICS_TOKEN, Meta, Running
from tests.test_privacy import SENSITIVE

PATIENT = "923211234567"


@pytest.fixture(scope="module")
def meta():
    with Meta() as meta:
        yield meta


@pytest.fixture(scope="module")
def server(meta, tmp_path_factory):
    folder = tmp_path_factory.mktemp("running")
    shutil.copytree(ROOT / "data", folder / "data")
    settings = {"JAWAB_DATA": str(folder / "data"), "JAWAB_METRICS_TOKEN": METRICS_TOKEN}
    with Running(folder, **settings, **meta.settings()) as server:
        meta.serves(server)
        yield server


@pytest.fixture(scope="module")
def talked(server, meta):
    """The server after every sensitive message came over both channels, and came broken as well."""
    session = server.session()
    for text, _ in SENSITIVE:
        server.post("messages", session=session, text=text[:2000])
        server.post("messages", session=session, text=text * 40)  # too long
        server.post("messages", session="forged", text=text)
        server.post("messages", session=session, text=text, unknown=text)
        server.get("/chat/messages", b"{" + text.encode("utf-8", "replace"))
        meta.patient(text[:4000].encode("utf-8", "replace").decode(), sender=PATIENT)
    server.post("history", session=session)
    server.get("/chat/" + "Zulekha")
    server.get(
        "/webhooks/whatsapp/webhook", b'{"Zulekha": 1}', X_Hub_Signature_256="sha256=Zulekha"
    )
    return server


# --- the log ---


def test_no_word_of_a_message_and_no_number_is_logged_whatever_the_channel(talked):
    for word in {word for _, words in SENSITIVE for word in words}:
        assert word not in talked.log, word


def test_a_patient_s_number_is_logged_in_no_disguise(talked):
    assert PATIENT not in talked.log and PATIENT[2:] not in talked.log
    assert "wamid." not in talked.log


def test_every_turn_is_a_line_of_json_with_the_id_of_its_message(talked):
    turns = [line for line in talked.lines() if line["logger"] == "bot.channels.turn"]
    assert {line["channel"] for line in turns} == {"web", "whatsapp"}
    assert all(line["message"] and line["timestamp"] and line["level"] for line in turns)
    assert len({line["message"] for line in turns}) == len(turns) >= 2 * len(SENSITIVE)


# --- metrics ---


def samples(server):
    return [
        sample
        for family in text_string_to_metric_families(server.metrics())
        for sample in family.samples
    ]


CLOSED = {
    "action": metrics.ACTIONS | {"other"},
    "variety": {"en", "ur", "roman", "other"},
    "channel": {"web", "whatsapp", "terminal"},
    "place": {*metrics.PLACES, "other"},
    "part": {*metrics.PARTS.values(), "model", "store", "ledger", "disk", "whatsapp"},
    "standing": set(metrics.STANDINGS),
    "provider": {"whatsapp"},
    "outcome": {"sent", "again", "refused", "unknown"},
}


def test_labels_hold_words_of_closed_lists_only(talked):
    for sample in samples(talked):
        for label, value in sample.labels.items() if sample.name.startswith("jawab") else ():
            if label == "le":
                continue
            assert (
                value in CLOSED[label] if label in CLOSED else re.fullmatch(r"other|\d{1,6}", value)
            ), sample


def test_no_word_of_a_message_is_in_the_metrics(talked):
    shown = talked.metrics()
    assert (
        not [word for _, words in SENSITIVE for word in words if word in shown]
        and PATIENT not in shown
    )


def value(server, name, **labels):
    return sum(
        sample.value
        for sample in samples(server)
        if sample.name == name and labels.items() <= sample.labels.items()
    )


@pytest.mark.parametrize("channel", ["web", "whatsapp"])
def test_a_turn_is_counted_by_action_variety_and_channel(talked, meta, channel):
    def emergencies():
        return value(
            talked, "jawab_turns_total", channel=channel, action="emergency", variety="roman"
        )

    before, timed = emergencies(), value(talked, "jawab_turn_seconds_count", channel=channel)
    if channel == "web":
        talked.post(
            "messages", session=talked.session(), text="mujhe bohat zyada khoon aa raha hai"
        )
    else:
        meta.patient("mujhe bohat zyada khoon aa raha hai", sender="923210000001")
    assert emergencies() == before + 1
    assert value(talked, "jawab_turn_seconds_count", channel=channel) == timed + 1


def test_what_meta_answers_is_counted(talked, meta):
    before = value(talked, "jawab_provider_answers_total", outcome="refused", code="131047")
    meta.fake.errors["923210000002"] = [131047]
    meta.patient("salam", sender="923210000002", waits=False)
    for _ in range(100):
        if value(talked, "jawab_provider_answers_total", outcome="refused", code="131047") > before:
            return
    raise AssertionError("not counted")


def test_an_emergency_that_could_not_be_delivered_is_seen_until_somebody_looked(talked, meta):
    assert value(talked, "jawab_whatsapp_urgent_failed") == 0
    meta.fake.errors["923210000003"] = [131047]
    meta.patient("mujhe bohat zyada khoon aa raha hai", sender="923210000003", waits=False)
    for _ in range(100):
        if value(talked, "jawab_whatsapp_urgent_failed") == 1:
            return
    raise AssertionError("not seen")


def test_an_alert_that_somebody_has_seen_goes_off_the_list(talked):
    (number,) = re.findall(r"(\d+) .*urgent reply", talked.jawab("alerts", "list"))
    talked.jawab("alerts", "seen", number)
    assert "urgent reply" not in talked.jawab("alerts", "list")
    assert value(talked, "jawab_whatsapp_urgent_failed") == 0


def test_the_days_until_a_text_expires_are_told(talked):
    assert 0 < value(talked, "jawab_ledger_days_left") < 400
    assert value(talked, "jawab_ledger_texts", standing="provisional") > 50


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": f"Basic {METRICS_TOKEN}"},
    ],
    ids=str,
)
def test_metrics_need_the_token(server, headers):
    assert server.get("/metrics", **headers)[0] == 403


# --- health ---


def test_the_server_is_ready(server):
    status, body = server.get("/readyz")
    assert (status, json.loads(body)) == (
        200,
        dict.fromkeys(("ready", "model", "store", "ledger", "disk", "whatsapp"), True),
    )


def test_without_a_usable_ledger_the_server_lives_and_is_not_ready(server):
    ledger = server.folder / "data" / "ledger.jsonl"
    sound = ledger.read_bytes()
    ledger.write_bytes(sound.replace(b'"seq": 3', b'"seq": 4', 1))
    try:
        assert _ready_in_time(server, ledger=False) and server.status("/healthz") == 200
        assert (
            value(server, "jawab_ready", part="ledger") == 0
            and value(server, "jawab_ready", part="model") == 1
        )
    finally:
        ledger.write_bytes(sound)
    assert _ready_in_time(server, ledger=True)


def test_without_its_store_the_server_is_not_ready_and_says_so_in_approved_words(server):
    store, away = server.folder / "var" / "conversations.db", server.folder / "away"
    store.rename(away)
    try:
        assert _ready_in_time(server, store=False)
    finally:
        away.replace(store)
    assert _ready_in_time(server, store=True)


def _ready_in_time(server, **parts):
    """Return whether /readyz soon says so; the files are looked at once a second."""
    import time

    for _ in range(40):
        status, body = server.get("/readyz")
        told = json.loads(body)
        if {name: told[name] for name in parts} == parts and status == (
            200 if all(parts.values()) else 503
        ):
            return True
        time.sleep(0.1)
    return False


# --- privacy requests, beside the running server ---


def test_a_patient_of_whatsapp_is_shown_what_is_kept_and_has_it_erased(server, meta):
    meta.patient("Gulnazbanu ka AMH 0.4 hai, CNIC 35202-7654321-1", sender="923335550001")
    shown = json.loads(server.jawab("privacy", "export", "--phone", "0333-5550001"))
    said = [event["text"] for event in shown["events"] if event["event"] == "user"]
    assert said == ["Gulnazbanu ka AMH 0.4 hai, CNIC •••"] and shown["whatsapp"]["chats"]
    told = server.jawab("privacy", "erase", "--conversation", shown["conversation"])
    assert "chats: 1 erased" in told and re.search(r"events: [1-9]\d* erased", told)
    assert not any(
        json.loads(server.jawab("privacy", "export", "--conversation", shown["conversation"]))[
            "events"
        ]
    )
    meta.patient("salam", sender="923335550001")  # and may come back as somebody new


def test_purging_beside_the_server_takes_nothing_young(server):
    assert "events: 0 deleted" in server.jawab("privacy", "purge")
