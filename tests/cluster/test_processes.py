"""Two processes behind Caddy over PostgreSQL and Redis; then each part is killed under load."""

import contextlib
import threading
import time
import uuid

import pytest
from cluster.live import BOUND, Cluster, Load, nothing_lost_or_doubled

from tests.running import Meta


@pytest.fixture(scope="module")
def meta():
    with Meta() as meta:
        yield meta


@pytest.fixture(scope="module")
def cluster(tmp_path_factory, postgres, redis_server, meta):
    with Cluster(tmp_path_factory.mktemp("cluster"), postgres, redis_server, meta) as cluster:
        meta.fake.webhook = f"{cluster.url}/webhooks/whatsapp/webhook"
        yield cluster


def back(bot):
    bot.__enter__()
    return bot


# --- one conversation, two processes ---


def test_a_conversation_that_hops_between_processes_keeps_its_memory(cluster):
    one, two = cluster.bots
    session = one.session()
    first = one.post("messages", session=session, text="meri AMH 0.4 hai", id=uuid.uuid4().hex)[1][
        "replies"
    ]
    then = two.post(
        "messages", session=session, text="kamyabi ki sharah kya hai?", id=uuid.uuid4().hex
    )[1]["replies"]
    assert "steer" in [block["id"] for block in first[0]["blocks"]]
    assert {"steer", "case_remembered"} & {block["id"] for block in then[0]["blocks"]}
    turns = one.post("history", session=session)[1]["turns"]
    assert [turn["replies"] for turn in turns] == [first, then]
    two.post("clear", session=session)
    assert one.post("history", session=session)[1] == {"turns": []}


def test_a_message_that_comes_to_both_at_once_is_answered_once_and_told_to_both(cluster):
    one, two = cluster.bots
    for _ in range(5):
        session, message, told = one.session(), uuid.uuid4().hex, []
        sending = [
            threading.Thread(
                target=lambda bot=bot, session=session, message=message, told=told: told.append(
                    bot.post("messages", session=session, text="is it halal?", id=message)
                )
            )
            for bot in (one, two)
        ]
        for thread in sending:
            thread.start()
        for thread in sending:
            thread.join()
        assert told[0] == told[1] and told[0][0] == 200
        heard, _ = cluster.heard()
        assert [count for (_, one_id), count in heard.items() if one_id == message] == [1]


def test_a_recall_reaches_every_process_within_two_seconds(cluster):
    one, two = cluster.bots
    assert all("pain" in _blocks(bot, "does it hurt?") for bot in cluster.bots)
    one.jawab("ledger", "recall", "pain", "--reason", "test", "--role", "test")
    recalled = time.monotonic()
    while "pain" in _blocks(two, "does it hurt?") + _blocks(one, "does it hurt?"):
        assert time.monotonic() - recalled < 2.0
    files = [(bot.folder / "data" / "ledger.jsonl").read_bytes() for bot in cluster.bots]
    assert files[0] == files[1]
    one.jawab("ledger", "sign", "pain", "--role", "test", "--provisional")


def _blocks(bot, text):
    replies = bot.post("messages", session=bot.session(), text=text)[1]["replies"]
    return [block["id"] for reply in replies for block in reply["blocks"]]


# --- each part is killed under load ---


def test_a_process_killed_under_load_loses_and_doubles_nothing(cluster):
    with Load(cluster.url) as load:
        cluster.bots[0].process.kill()
        time.sleep(4)
        back(cluster.bots[0])
        time.sleep(2)
    assert load.longest < BOUND and len(load.answered) > 20
    nothing_lost_or_doubled(cluster, load)


@pytest.mark.parametrize("store", ["redis", "postgres"])
def test_a_store_killed_under_load_is_met_with_the_trouble_text_until_it_is_back(cluster, store):
    with Load(cluster.url) as load:
        getattr(cluster, store).kill()
        time.sleep(4)
        getattr(cluster, store).start().wait()
        time.sleep(5)
        after = len(load.answered)
        time.sleep(3)
    assert load.trouble > 0 and set(load.problems) == set() and load.longest < BOUND
    assert len(load.answered) > after, "it did not come back"
    nothing_lost_or_doubled(cluster, load)


def test_a_rolling_restart_under_load_is_noticed_by_nobody(cluster):
    with Load(cluster.url) as load:
        for bot in cluster.bots:
            bot.__exit__()
            back(bot)
            time.sleep(2)
    assert not load.problems and not load.trouble
    nothing_lost_or_doubled(cluster, load)


# --- WhatsApp ---


def test_whatsapp_messages_of_a_killed_process_are_answered_by_the_other_once(cluster, meta):
    patients = [f"9232100000{number:02d}" for number in range(12)]
    for patient in patients:
        meta.patient("is it halal?", sender=patient, waits=False)
    cluster.bots[1].process.kill()
    try:
        until = time.monotonic() + 60
        while any(len(meta.fake.to(patient)) < 1 for patient in patients):
            assert time.monotonic() < until, {
                patient: len(meta.fake.to(patient)) for patient in patients
            }
            time.sleep(0.2)
        time.sleep(3)
        assert {len(meta.fake.to(patient)) for patient in patients} == {1}
    finally:
        with contextlib.suppress(AssertionError):
            back(cluster.bots[1])


def test_a_webhook_that_cannot_be_stored_is_not_acknowledged_and_comes_again(cluster, meta):
    cluster.postgres.kill()
    sending = threading.Thread(target=lambda: meta.patient("is it halal?", sender="923219999999"))
    sending.start()
    time.sleep(2)
    cluster.postgres.start().wait()
    sending.join(60)
    assert len(meta.fake.to("923219999999")) == 1
