"""Replies on their way out: retries, refusals, Meta's window, statuses, and what staff are told."""

import asyncio
import time
from datetime import date

import pytest
import sqlalchemy as sa
from fake_meta import envelope, message, status, words_of
from line import PATIENT, Line, run

from bot.answers.ledger import Ledger
from bot.channels.whatsapp import outbox as outbox_module
from bot.channels.whatsapp.alerts import BARRED, LAPSED, UNDELIVERED
from bot.channels.whatsapp.cloud import DOWN, Answer, Cloud
from bot.channels.whatsapp.outbox import MOST_TRIES, URGENT_WAIT, Outbox, Reply, plan
from bot.channels.whatsapp.sender import AT_ONCE
from bot.channels.whatsapp.statuses import MOST_UNDELIVERED, URGENT, fail, tell_undelivered
from bot.channels.whatsapp.tables import Store, alerts, outbox
from bot.channels.whatsapp.worker import RELAY_EVERY, TELL_EVERY

DAY = 24 * 3600


def reasons(line):
    return [row.reason for row in line.rows(alerts.select())]


def replies(line):
    return line.rows(outbox.select().order_by(outbox.c.number))


def hurry(line):
    """Let every wait be over."""
    with line.store.begin() as connection:
        connection.execute(outbox.update().where(outbox.c.state == "queued").values(due=0))


@pytest.mark.parametrize("code", [130429, 131056, 131057, 80007, 1, 131000])
def test_a_passing_error_is_tried_again(tmp_path, data, code):
    async def scenario():
        async with Line(tmp_path, data) as line:
            line.meta.errors = {PATIENT: [code]}
            assert len(await line.patient("halal?")) == 1
            assert len(line.meta.asked) == 2 and replies(line)[0].failed is None

    run(scenario())


def test_the_waits_grow_fourfold_and_end(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            line.meta.errors = {PATIENT: [131056] * 99}
            await line.meta.deliver(message("halal?"))
            waits = []
            for tries in range(1, MOST_TRIES):
                await line.until(
                    lambda n=tries: len(line.meta.asked) == n and replies(line)[0].state == "queued"
                )
                waits.append(replies(line)[0].due - time.time())
                hurry(line)
            await line.until(lambda: replies(line)[0].state == "failed")
            assert waits == [pytest.approx(4**n, abs=2) for n in range(MOST_TRIES - 1)]
            assert len(line.meta.asked) == MOST_TRIES and replies(line)[0].failed == 131056

    run(scenario())


@pytest.mark.parametrize("code", [131047, 131026, 131049, 100])
def test_a_permanent_error_is_not_tried_again(tmp_path, data, code):
    async def scenario():
        async with Line(tmp_path, data) as line:
            line.meta.errors = {PATIENT: [code]}
            assert await line.patient("halal?") == []
            await asyncio.sleep(0.7)
            assert len(line.meta.asked) == 1
            assert (replies(line)[0].state, replies(line)[0].failed) == ("failed", code)
            assert reasons(line) == []

    run(scenario())


@pytest.fixture
def soon(monkeypatch):
    """Look again at once whether Meta takes messages."""
    for name in ("DOWN_WAITS", "BARRED_WAITS"):
        monkeypatch.setattr(outbox_module, name, (0.2, 0.3))


@pytest.mark.parametrize("code", [190, 10, 200, 131005, 131031, 131042])
def test_a_token_that_works_no_more_holds_replies_until_it_works_again(tmp_path, data, code, soon):
    async def scenario():
        async with Line(tmp_path, data) as line:
            line.meta.errors = {PATIENT: [code] * (MOST_TRIES + 1 if code == 190 else 3)}
            await line.meta.deliver(message("halal?"))
            await line.until(lambda: len(line.meta.asked) == 2)
            assert (replies(line)[0].state, replies(line)[0].failed) != ("failed", code)
            assert reasons(line) == [BARRED]  # once, however often it is tried
            said = await line.said()
            assert words_of(said[0]).startswith(line.library.block("halal", "en").text)
            assert len(said) == 1 and reasons(line) == [BARRED]

    run(scenario())


def test_a_wrong_access_token_holds_everybodys_replies_and_danger_goes_first(tmp_path, data, soon):
    async def scenario():
        async with Line(tmp_path, data) as line:
            line.meta.bad_auth = True
            for number in range(5):
                await line.meta.deliver(message("halal?", sender=f"92300000000{number}"))
            await line.meta.deliver(message("khoon", sender="923000000009"))
            await line.until(lambda: sum(row.held == 190 for row in replies(line)) == 6)
            line.meta.bad_auth = False
            await line.idle()
            assert set(line.meta.each().values()) == {1} and len(line.meta.sent) == 6
            assert line.meta.sent[0]["to"] == "923000000009"

    run(scenario())


def test_a_held_reply_whose_window_closes_alerts_staff(tmp_path, data, soon):
    async def scenario():
        async with Line(tmp_path, data) as line:
            line.meta.bad_auth = True
            await line.meta.deliver(message("halal?"))
            await line.until(lambda: replies(line) and replies(line)[0].held == 190)
            line.change("chats", heard_at=int(time.time()) - DAY)
            await line.until(lambda: replies(line)[0].state == "failed")
            assert reasons(line) == [BARRED, LAPSED] and line.meta.sent == []

    run(scenario())


def test_what_was_held_goes_at_once_when_the_bot_starts_with_a_new_token(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data, access_token="expired") as line:
            await line.meta.deliver(message("halal?"))
            await line.until(lambda: replies(line) and replies(line)[0].held == 190)
            assert replies(line)[0].due > time.time() + 30
        async with Line(tmp_path, data) as line:
            await line.until(lambda: len(line.meta.sent) == 1, seconds=5)

    run(scenario())


@pytest.mark.parametrize("trouble", ["no connection", "proxy", 131016])
def test_when_meta_comes_back_danger_is_told_within_seconds(tmp_path, data, trouble, monkeypatch):
    """However long it was away, and whatever else waits; it was told after 56 seconds once."""

    async def scenario():
        async with Line(tmp_path, data, grace=45.0) as line:
            post = Cloud._ask
            line.meta.errors = {PATIENT: [trouble] * 99}
            if trouble == "no connection":
                monkeypatch.setattr(Cloud, "_ask", no_connection)
            await line.meta.deliver(message("khoon"))
            await line.until(lambda: replies(line))
            with line.store.begin() as connection:  # as after a long time
                connection.execute(outbox.update().values(attempts=MOST_TRIES + 3))
            before = len(line.meta.asked)
            await asyncio.sleep(5)
            assert trouble == "no connection" or len(line.meta.asked) > before
            line.meta.errors = {}
            monkeypatch.setattr(Cloud, "_ask", post)
            back = time.monotonic()
            await line.until(lambda: line.meta.sent)
            assert time.monotonic() - back < 5.5

    run(scenario())


async def no_connection(self, payload, seconds):
    return Answer(DOWN)


def test_danger_waits_for_nothing_else_in_its_chat_or_in_others(tmp_path, data, monkeypatch):
    """Every place for ordinary replies is taken by a request that nobody answers."""
    monkeypatch.setitem(Cloud.__init__.__kwdefaults__, "seconds", 5.0)

    async def scenario():
        async with Line(tmp_path, data) as line:
            patients = [f"9230000000{number:02}" for number in range(AT_ONCE + 2)]
            line.meta.errors = {patient: ["silence"] for patient in patients}
            for patient in patients:
                await line.meta.deliver(message("halal?", sender=patient))
            await line.until(lambda: len(line.meta.asked) == AT_ONCE)
            line.meta.errors = {}
            await line.meta.deliver(message("khoon", sender=patients[0]))
            await line.until(lambda: line.meta.sent, seconds=3)
            assert line.meta.sent[0]["to"] == patients[0]
            assert "1122" in words_of(line.meta.sent[0])

    run(scenario())


def test_the_others_of_a_chat_wait_for_what_is_urgent(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            line.meta.errors = {PATIENT: [131056]}
            await line.meta.deliver(message("khoon"))
            await line.until(lambda: len(line.meta.asked) == 1)
            await line.meta.deliver(message("halal?"))
            said = await line.said()
            assert words_of(said[0]).startswith(line.library.block("emergency", "en").text)

    run(scenario())


def test_an_urgent_reply_is_not_given_up_while_the_patient_can_be_written_to(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            line.meta.errors = {PATIENT: [131056] * (MOST_TRIES + 2)}
            await line.meta.deliver(message("khoon"))
            for tries in range(1, MOST_TRIES + 3):
                await line.until(
                    lambda n=tries: len(line.meta.asked) == n and replies(line)[0].state == "queued"
                )
                assert replies(line)[0].due - time.time() <= URGENT_WAIT
                hurry(line)
            assert len(await line.said()) == 1 and reasons(line) == []

    run(scenario())


@pytest.mark.parametrize(
    ("attempts", "known", "wait"),
    [
        pytest.param(0, True, 1, id="the first time"),
        pytest.param(9, True, URGENT_WAIT, id="Meta says no for the tenth time"),
        pytest.param(9, False, URGENT_WAIT, id="nobody answers for the tenth time"),
        pytest.param(30, False, 600, id="nobody answers, and the patient may have thirty by now"),
        pytest.param(30, True, URGENT_WAIT, id="Meta says no for the thirtieth time"),
    ],
)
def test_an_urgent_reply_is_tried_again_soon_but_not_hundreds_of_times_blindly(
    tmp_path, attempts, known, wait
):
    store = Store(f"sqlite:///{tmp_path}/whatsapp.db")
    replies = Outbox(store)
    with store.begin() as connection:
        plan(connection, Reply("t", "en", "crisis"), key="k", chat="wa-1", now=0)
        connection.execute(outbox.update().values(attempts=attempts))
    row = replies.claim(now=1.0, urgent=True)
    replies.again(row, now=10.0, code=0, known=known)
    with store.begin() as connection:
        assert connection.execute(sa.select(outbox.c.due)).scalar_one() == 10.0 + wait


def test_an_urgent_reply_that_leaves_late_says_so(tmp_path, data, soon):
    async def scenario():
        async with Line(tmp_path, data) as line:
            line.meta.bad_auth = True
            await line.meta.deliver(message("khoon"))
            await line.until(lambda: replies(line) and replies(line)[0].held == 190)
            late, urgent = (line.library.block(name, "en").text for name in ("late", "emergency"))
            assert words_of(line.meta.asked[0]).startswith(urgent)
            line.change("outbox", body={**replies(line)[0].body, "late_from": time.time()})
            line.meta.bad_auth = False
            said = await line.said()
            assert words_of(said[0]).startswith(f"{late}\n{urgent}")

    run(scenario())


@pytest.mark.parametrize("action", sorted(URGENT))
@pytest.mark.parametrize(
    ("state", "status"), [("queued", None), ("sending", None), ("sent", None), ("sent", "sent")]
)
def test_staff_hear_within_two_minutes_of_an_urgent_reply_that_did_not_arrive(
    tmp_path, action, state, status
):
    assert MOST_UNDELIVERED + TELL_EVERY + RELAY_EVERY < 110
    store = Store(f"sqlite:///{tmp_path}/whatsapp.db")

    def told(now):
        with store.begin() as connection:
            tell_undelivered(connection, now=now)
            return [row.reason for row in connection.execute(alerts.select())]

    with store.begin() as connection:
        plan(connection, Reply("t", "en", action), key="k", chat="wa-1", now=1000)
        plan(connection, Reply("t", "en", "answer"), key="other", chat="wa-1", now=1000)
        connection.execute(outbox.update().values(state=state, status=status))
    assert told(1000 + MOST_UNDELIVERED - 1) == []
    assert told(1000 + MOST_UNDELIVERED) == told(1200) == [UNDELIVERED]
    with store.begin() as connection:  # Meta gives it up later: told already
        fail(connection, 1, code=131026)
    assert told(1300) == [UNDELIVERED]


def test_an_urgent_reply_that_arrived_is_no_reason_to_ring(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/whatsapp.db")
    with store.begin() as connection:
        for status in ("delivered", "read"):
            plan(connection, Reply("t", "en", "crisis"), key=status, chat="wa-1", now=1000)
            connection.execute(
                outbox.update().where(outbox.c.key == status).values(state="sent", status=status)
            )
        tell_undelivered(connection, now=2000)
        assert connection.execute(alerts.select()).all() == []


@pytest.mark.parametrize("words", ["mujhe khoon aa raha hai", "i want to die"])
def test_an_emergency_or_crisis_reply_that_is_refused_alerts_staff(tmp_path, data, words):
    async def scenario():
        async with Line(tmp_path, data) as line:
            line.meta.errors = {PATIENT: [131026]}
            await line.patient(words)
            assert reasons(line) == ["urgent reply not delivered"]

    run(scenario())


def test_an_emergency_reply_that_fails_after_it_was_taken_alerts_staff_once(tmp_path, data, caplog):
    async def scenario():
        async with Line(tmp_path, data) as line:
            line.meta.statuses = ()
            said = await line.patient("khoon")
            assert reasons(line) == []
            for _ in range(2):
                await line.meta.deliver(status(said[0], "failed", code=131026))
            assert reasons(line) == ["urgent reply not delivered"]
            assert replies(line)[0].failed == 131026

    run(scenario())
    assert "staff alert: reason=urgent reply not delivered" in caplog.text


@pytest.mark.parametrize(
    ("arriving", "kept"),
    [
        pytest.param(["sent", "delivered", "read"], "read", id="in order"),
        pytest.param(["read", "sent", "delivered"], "read", id="out of order"),
        pytest.param(["sent", "read"], "read", id="delivered is skipped"),
        pytest.param(["delivered", "delivered", "sent"], "delivered", id="twice"),
        pytest.param(["played", "read"], "played", id="played is highest"),
        pytest.param(["sent", "vanished", ""], "sent", id="a status nobody knows"),
    ],
)
def test_statuses_only_rise(tmp_path, data, arriving, kept):
    async def scenario():
        async with Line(tmp_path, data) as line:
            line.meta.statuses = ()
            said = await line.patient("halal?")
            for name in arriving:
                await line.meta.deliver(status(said[0], name))
            assert replies(line)[0].status == kept

    run(scenario())


def test_a_status_of_a_message_we_do_not_know_is_normal(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            await line.meta.deliver(
                envelope(statuses=[{"id": "wamid.staff", "status": "read", "timestamp": "1"}])
            )
            await line.meta.deliver(envelope(statuses=[{}]))
            assert len(await line.patient("halal?")) == 1

    run(scenario())


def test_a_reply_that_was_taken_but_not_confirmed_is_not_sent_twice(tmp_path, data):
    """The answer to the request is lost; the status of the message proves that it left."""

    async def scenario():
        async with Line(tmp_path, data, grace=2.0) as line:

            async def lose_the_answer(_):
                line.meta.after_taking = None
                raise ConnectionResetError

            line.meta.after_taking = lose_the_answer
            assert len(await line.patient("halal?")) == 1
            await asyncio.sleep(2.5)
            assert len(line.meta.asked) == 1 and replies(line)[0].state == "sent"

    run(scenario())


@pytest.mark.parametrize("trouble", ["silence", "proxy"])
def test_a_reply_of_which_nothing_is_heard_is_sent_again_after_the_grace_time(
    tmp_path, data, trouble, monkeypatch
):
    monkeypatch.setitem(Cloud.__init__.__kwdefaults__, "seconds", 0.3)

    async def scenario():
        async with Line(tmp_path, data, grace=1.0) as line:
            line.meta.errors = {PATIENT: [trouble]}
            assert len(await line.patient("halal?")) == 1
            assert len(line.meta.asked) == 2

    run(scenario())


def test_outside_the_24_hours_nothing_is_sent_and_danger_alerts_staff(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            assert await line.patient("halal?", age=DAY + 60) == []
            assert await line.patient("khoon", age=DAY + 60) == []
            assert line.meta.asked == [] and [row.failed for row in replies(line)] == [
                131047,
                131047,
            ]
            assert set(reasons(line)) == {"urgent reply not delivered", "urgent message came late"}
            assert len(await line.patient("halal?", age=DAY - 60)) == 1

    run(scenario())


@pytest.mark.parametrize(
    ("words", "block"), [("khoon", "emergency"), ("i want to die", "self_harm")]
)
def test_an_old_redelivery_gets_no_emergency_reply_as_if_it_were_now(tmp_path, data, words, block):
    async def scenario():
        async with Line(tmp_path, data) as line:
            said = await line.patient(words, age=16 * 60)
            late, urgent = (line.library.block(name, "en").text for name in ("late", block))
            assert words_of(said[0]).startswith(f"{late}\n{urgent}")
            assert reasons(line) == ["urgent message came late"]
            fresh = await line.patient(words, age=10 * 60)
            assert words_of(fresh[1]).startswith(urgent)

    run(scenario())


def test_an_old_question_is_still_answered(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            said = await line.patient("halal?", age=3600)
            assert words_of(said[0]).startswith(line.library.block("halal", "en").text)

    run(scenario())


def test_a_text_recalled_while_its_message_waits_does_not_leave(tmp_path, data_of_my_own):
    async def scenario():
        async with Line(tmp_path, data_of_my_own) as line:
            line.meta.errors = {PATIENT: [131056]}
            await line.meta.deliver(message("halal?"))
            await line.until(lambda: line.meta.asked)
            ledger = Ledger.load(data_of_my_own / "ledger.jsonl")
            entry = ledger.recall("halal", reason="wrong", role="test", today=date.today())
            ledger.append(data_of_my_own / "ledger.jsonl", entry)
            await asyncio.sleep(1.2)  # the library looks at its files every second
            said = await line.said()
            assert words_of(said[0]) == line.library.trouble("en")
            assert "service_trouble" in said[0]["biz_opaque_callback_data"]

    run(scenario())


def test_unapproved_bytes_in_the_outbox_do_not_leave(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            await line.patient("halal?")
            chat = replies(line)[0].chat
            with line.store.begin() as connection:
                plan(
                    connection,
                    Reply("You will surely be cured.", "en", "answer"),
                    key="x",
                    chat=chat,
                    now=0,
                )
            said = await line.said()
            assert words_of(said[1]) == line.library.trouble("en")

    run(scenario())


def test_urgent_replies_overtake_others(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            line.meta.errors = {PATIENT: [131056]}
            await line.meta.deliver(message("halal?"))
            await line.until(lambda: len(line.meta.asked) == 1)
            await line.meta.deliver(message("khoon"))
            said = await line.said()
            assert words_of(said[0]).startswith(line.library.block("emergency", "en").text)
            assert len(said) == 2

    run(scenario())


def test_the_language_of_a_reply_is_remembered(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data, language="roman") as line:
            await line.patient("halal?")
            assert line.rows(sa.text("select variety from chats")) == [("roman",)]

    run(scenario())
