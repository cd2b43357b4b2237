"""People first: the bot is quiet while staff write, and no patient waits for staff without end."""

import asyncio
import time

from fake_meta import echo, envelope, message, words_of
from line import PATIENT, Line, run

from bot.channels.whatsapp.tables import alerts, chats


def reasons(line):
    return [row.reason for row in line.rows(alerts.select())]


def chat(line):
    return line.rows(chats.select())[0]


def pass_time(line, minutes):
    """Let the deadlines of every chat come nearer."""
    row = chat(line)
    line.change(
        "chats",
        **{
            name: getattr(row, name) and getattr(row, name) - minutes * 60
            for name in ("quiet_until", "waiting_until")
        },
    )


def test_while_staff_write_the_bot_is_quiet(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            await line.patient("halal?")
            await line.meta.deliver(echo("Assalam o alaikum, this is the clinic"))
            assert len(await line.patient("thank you")) == 1

    run(scenario())


def test_another_patient_is_answered_meanwhile(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            await line.patient("halal?")
            await line.meta.deliver(echo("hello"))
            assert len(await line.patient("halal?", sender="923007654321")) == 1

    run(scenario())


def test_danger_is_answered_even_while_staff_write(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            await line.patient("halal?")
            await line.meta.deliver(echo("hello"))
            said = await line.patient("khoon")
            assert words_of(said[1]).startswith(line.library.block("emergency", "en").text)
            assert len(await line.patient("halal?")) == 2  # and the bot is quiet again

    run(scenario())


def test_a_weak_sign_of_danger_is_asked_about_while_staff_write(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            await line.patient("halal?")
            await line.meta.deliver(echo("hello"))
            said = await line.patient("main thak gayi hoon sab se")
            assert words_of(said[1]).startswith(line.library.block("check_in", "en").text)

    run(scenario())


def test_the_bot_comes_back_on_the_agreed_word(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            await line.patient("halal?")
            await line.meta.deliver(echo("hello"))
            await line.meta.deliver(echo(" #BOT "))
            assert len(await line.patient("halal?")) == 2

    run(scenario())


def test_the_bot_comes_back_when_the_time_is_up(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data, quiet_minutes=60) as line:
            await line.patient("halal?")
            await line.meta.deliver(echo("hello"))
            pass_time(line, 59)
            assert len(await line.patient("halal?")) == 1
            pass_time(line, 2)
            assert len(await line.patient("halal?")) == 2

    run(scenario())


def test_an_old_echo_does_not_silence_the_bot(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data, quiet_minutes=60) as line:
            await line.patient("halal?")
            await line.meta.deliver(echo("hello", age=3700))
            assert len(await line.patient("halal?")) == 2

    run(scenario())


def test_the_same_echo_twice_counts_once(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            await line.patient("halal?")
            hello = echo("hello")
            await line.meta.deliver(hello)
            await line.meta.deliver(echo("#bot"))
            await line.meta.deliver(hello)
            assert len(await line.patient("halal?")) == 2

    run(scenario())


def test_our_own_message_is_no_echo_of_staff(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            wamid = (await line.patient("halal?"))[0]["wamid"]
            await line.meta.deliver(
                envelope(
                    "smb_message_echoes",
                    message_echoes=[
                        {
                            "to": PATIENT,
                            "id": wamid,
                            "type": "text",
                            "timestamp": str(int(time.time())),
                        }
                    ],
                )
            )
            assert len(await line.patient("halal?")) == 2

    run(scenario())


def test_who_asks_for_a_person_is_not_left_waiting(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data, handoff_minutes=30) as line:
            await line.patient("i want a person")
            assert reasons(line) == ["a patient asks for a person"]
            assert (
                len(await line.patient("halal?")) == 2
            )  # nobody is there yet: the bot still answers
            pass_time(line, 31)
            await line.until(lambda: len(line.meta.sent) == 3)
            words = words_of(line.meta.sent[2])
            assert words.startswith(line.library.block("handoff_unanswered", "en").text)
            assert "042-35710000" in words
            assert reasons(line)[1:] == ["a patient waited too long for staff"]
            await asyncio.sleep(1.2)
            assert len(await line.said()) == 3  # told once

    run(scenario())


def test_who_was_answered_by_staff_waits_no_longer(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            await line.patient("person please")
            await line.meta.deliver(echo("hello"))
            assert chat(line).waiting_until is None

    run(scenario())


def test_who_writes_to_silent_staff_is_not_left_waiting_either(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data, handoff_minutes=30, quiet_minutes=120) as line:
            await line.patient("halal?")
            await line.meta.deliver(echo("hello"))
            assert len(await line.patient("and then?")) == 1
            pass_time(line, 31)
            await line.until(lambda: len(line.meta.sent) == 2)
            assert len(await line.patient("halal?")) == 3  # the bot is back

    run(scenario())


def test_an_echo_to_somebody_who_never_wrote_is_harmless(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            await line.meta.deliver(echo("hello", to="923009999999"))
            assert line.rows(chats.select()) == []
            await line.meta.deliver(message("halal?", sender="923009999999"))
            assert len(await line.said("923009999999")) == 1

    run(scenario())
