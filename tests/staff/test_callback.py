"""The call-back request: asked with consent, one thing at a time, refusable at every step, ended by danger."""

import dataclasses
import uuid
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot import container as service
from bot.answers.texts import LANGUAGES
from bot.channels.channel import TERMINAL, TRIAL, every
from bot.channels.incoming import Incoming, tapped
from bot.channels.turn import turn
from bot.dialogue.callback_form import (
    CONSENT,
    MOST_TRIES,
    NAME,
    PHONE,
    TIME,
    Heard,
    heard,
    name_in,
    phone_in,
)
from bot.rasa_adapter import tracker_store as private
from bot.settings import Settings, Staff
from bot.staff.testing.trace import Recorder
from tests.channels.test_contract import TerminalPatient, WebPatient, WhatsAppPatient, converse


@pytest.fixture
def room(tmp_path, monkeypatch):
    """A waiting room that the bot of this process writes to."""
    chosen = dataclasses.replace(
        service.settings(),
        var=tmp_path,
        staff=Staff(f"sqlite:///{tmp_path}/staff.db", contact_key=Fernet.generate_key().decode()),
    )
    monkeypatch.setattr(service, "settings", lambda: chosen)
    made = (service.waiting_room, service.asked, service.notes)
    for kept in made:
        kept.cache_clear()
    delivered_at_once(service.notes(), monkeypatch)
    yield service.waiting_room()
    for kept in made:
        kept.cache_clear()


def delivered_at_once(notes, monkeypatch):
    """What the server does twice a second."""
    write = notes._write

    def write_and_deliver(note):
        write(note)
        notes.deliver()

    monkeypatch.setattr(notes, "_write", write_and_deliver)


def ids(said):
    return [block["id"] for reply in said["replies"] for block in reply["blocks"]]


def offered(said):
    return [button["id"] for button in said["replies"][-1]["buttons"]]


ASK = {
    "en": "I want to talk to a doctor",
    "ur": "مجھے ڈاکٹر سے بات کرنی ہے",
    "roman": "mujhe doctor se baat karni hai",
}


@pytest.mark.parametrize("variety", LANGUAGES)
def test_a_request_is_asked_for_kept_and_encrypted(chat, room, variety):
    said = chat.patient(ASK[variety])
    assert offered(said) == ["callback"]
    steps = [
        ("callback", None, ["callback"]),
        ("callback_yes", None, ["callback_name"]),
        (None, "Zulekha Bibi", ["callback_phone"]),
        (None, "0300-1234567", ["callback_time"]),
        ("callback_evening", None, ["callback_kept"]),
    ]
    for button, text, block in steps:
        said = chat.patient(text or "", taps=button)
        assert set(block) <= set(ids(said)) and said["variety"] == variety, (button, said)
    entry = room.open()[0]
    assert (entry.reason, entry.variety) == ("callback", variety)
    assert room.contact(entry) == {
        "phone": "+923001234567",
        "time": "evening",
        "name": "Zulekha Bibi",
    }
    room.database.engine.dispose()
    for path in filter(Path.is_file, service.settings().var.rglob("*")):
        content = path.read_bytes()
        assert b"Zulekha" not in content and b"1234567" not in content


def test_nothing_typed_into_a_request_is_kept_as_a_question(terminal, room):
    sender, book = uuid.uuid4().hex, service.asked()
    steps = [
        Incoming("kya sugar ka ilaj stem cell se hota hai?"),
        tapped("callback"),
        Incoming("kya matlab?"),
        tapped("callback_yes"),
        Incoming("Zulekha Bibi"),
        Incoming("sugar ka ilaj"),
        Incoming("0300-1234567"),
        Incoming("khali pait ana hota hai kya"),
        tapped("callback_evening"),
    ]
    for incoming in steps:
        terminal.run(
            turn(terminal.agent.handle_message, incoming, sender=sender, channel=CHANNELS["web"])
        )
    assert room.contact(room.open()[0])["phone"] == "+923001234567"
    assert book.flush() == len(steps)
    assert [one["words"] for one in book.export(sender)] == [steps[0].text]


REFUSALS = [
    ["callback_no"],
    ["callback_yes", "callback_stop"],
    ["callback_yes", "callback_skip", "callback_stop"],
    ["callback_yes", "callback_skip", "0300 1234567", "callback_stop"],
    ["nahi"],
    ["callback_yes", "nahi"],
]


@pytest.mark.parametrize("answers", REFUSALS, ids=" then ".join)
def test_every_step_can_be_refused(chat, room, answers):
    chat.patient("mujhe doctor se baat karni hai")
    said = chat.patient("", taps="callback")
    for answer in answers:
        said = chat.patient(answer, taps=answer if answer.startswith("callback") else None)
    assert "callback_refused" in ids(said) and room.open() == []
    assert chat.patient("is it halal?")["topics"] == ["halal"]


def test_no_name_is_needed(chat, room):
    for answer in ("callback", "callback_yes", "callback_skip"):
        chat.patient("", taps=answer)
    chat.patient("+92 300 1234567")
    said = chat.patient("", taps="callback_any")
    assert "callback_kept" in ids(said)
    assert room.contact(room.open()[0]) == {
        "phone": "+923001234567",
        "time": "any time",
        "name": "",
    }


def test_a_wrong_number_is_asked_for_again_and_then_given_up(chat, room):
    for answer in ("callback", "callback_yes", "callback_skip"):
        said = chat.patient("", taps=answer)
    assert "callback_phone" in ids(said)
    for _ in range(MOST_TRIES - 1):
        said = chat.patient("12345")
        assert "callback_phone_again" in ids(said) and offered(said) == ["callback_stop"]
    assert "callback_refused" in ids(chat.patient("12345"))
    assert room.open() == []


@pytest.mark.parametrize(
    ("words", "action"),
    [("mujhe bohat zyada khoon aa raha hai", "emergency"), ("main marna chahti hoon", "crisis")],
)
@pytest.mark.parametrize(
    "answers",
    [["callback"], ["callback", "callback_yes"], ["callback", "callback_yes", "callback_skip"]],
    ids=["consent", "name", "phone"],
)
def test_danger_ends_the_request_and_is_met_at_once(chat, room, answers, words, action):
    for answer in answers:
        chat.patient("", taps=answer)
    chat.patient(words)
    chat.bot(action)
    assert chat.patient("is it halal?")["topics"] == ["halal"]
    assert room.open() == []


def test_a_second_request_begins_with_consent_again(chat, room):
    for answer in ("callback", "callback_yes"):
        chat.patient("", taps=answer)
    chat.patient("mujhe bohat zyada khoon aa raha hai")
    assert "callback" in ids(chat.patient("", taps="callback"))
    for answer in ("callback_yes", "callback_skip"):
        chat.patient("", taps=answer)
    chat.patient("03001234567")
    chat.patient("", taps="callback_morning")
    said = chat.patient("", taps="callback")
    assert "callback" in ids(said) and offered(said) == ["callback_yes", "callback_no"]


def test_a_case_told_in_a_request_is_remembered_and_not_kept(chat, room):
    for answer in ("callback", "callback_yes"):
        chat.patient("", taps=answer)
    assert "callback_name" in ids(chat.patient("meri AMH 0.4 hai umar 38"))
    chat.patient("", taps="callback_stop")
    chat.patient("success rate kya hai?")
    chat.bot("steer")


def test_a_store_that_fails_is_told_to_the_patient(chat, room, monkeypatch):
    for answer in ("callback", "callback_yes", "callback_skip"):
        chat.patient("", taps=answer)
    chat.patient("03001234567")

    def fail(*args, **options):
        raise OSError("disk full")

    monkeypatch.setattr(service.notes(), "_write", fail)
    assert "callback_failed" in ids(chat.patient("", taps="callback_any"))


def test_without_a_console_no_call_is_offered(chat):
    assert offered(chat.patient("mujhe doctor se baat karni hai")) == []


@pytest.mark.parametrize("button", ["callback_yes", "callback_any", "callback_stop"])
def test_a_button_of_a_request_that_is_over_is_handed_to_a_person(chat, room, button):
    chat.patient("", taps=button)
    chat.bot("handoff")


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("mujhe bohat zyada khoon aa raha hai", "emergency"),
        ("main marna chahti hoon", "crisis"),
        ("mujhe doctor se baat karni hai", "handoff"),
    ],
)
def test_who_is_in_danger_or_asks_for_a_person_waits(terminal, room, typed, reason):
    say(terminal, typed, channel="web")
    entry = room.open()[0]
    assert (entry.reason, entry.channel, entry.times) == (reason, "web", 1)
    assert not [
        word for word in typed.split() if len(word) > 5 and word in str(dict(entry._mapping))
    ]


@pytest.mark.parametrize(
    ("typed", "channel"),
    [
        ("is it halal?", "web"),
        ("meri AMH 0.4 hai", "web"),
        ("main marna chahti hoon", "terminal"),
        ("main marna chahti hoon", "staff"),
    ],
)
def test_nobody_else_waits(terminal, room, typed, channel):
    say(terminal, typed, channel=channel)
    assert room.open() == []


def test_a_waiting_room_that_fails_costs_the_patient_nothing(terminal, room, monkeypatch):
    expected = say(terminal, "main marna chahti hoon", channel="web").replies

    def fail(*args, **options):
        raise OSError("disk full")

    monkeypatch.setattr(service.notes(), "_write", fail)
    assert say(terminal, "main marna chahti hoon", channel="web").replies == expected


CHANNELS = {one.name: one for one in (*every(), TERMINAL, TRIAL)}


def say(terminal, words, *, channel, sender=None):
    incoming = tapped(words) if words.startswith("callback") else Incoming(words)
    return terminal._loop.run_until_complete(
        turn(
            terminal.agent.handle_message,
            incoming,
            channel=CHANNELS[channel],
            sender=sender or uuid.uuid4().hex,
        )
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0300-1234567", "+923001234567"),
        ("mera number 03001234567 hai", "+923001234567"),
        ("+92 300 1234567", "+923001234567"),
        ("۰۳۰۰ ۱۲۳۴۵۶۷", "+923001234567"),
        ("042 35761999", "+924235761999"),
        ("00923001234567", "+923001234567"),
        ("12345", None),
        ("+44 20 7946 0958", None),
        ("0300-1234567 ya 0321-7654321", None),
        ("", None),
        ("0300123456789012", None),
        ("35202-1234567-1", None),
    ],
)
def test_numbers(text, expected):
    assert phone_in(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zulekha", "Zulekha"),
        ("  زلیخا   بی بی ", "زلیخا بی بی"),
        ("Dr. Ayesha Khan", "Dr. Ayesha Khan"),
        ("O'Neil", "O'Neil"),
        ("meri AMH 0.4 hai", None),
        ("x", None),
        ("a b c d e f", None),
        ("<b>x</b>", None),
        ("@me", None),
        ("", None),
        ("z" * 80, None),
    ],
)
def test_names(text, expected):
    assert name_in(text) == expected


@pytest.mark.parametrize(
    ("step", "text", "button", "intent", "tries", "expected"),
    [
        (CONSENT, "", "callback_yes", "", 0, Heard("yes")),
        (CONSENT, "haan", None, "affirm", 0, Heard("yes")),
        (CONSENT, "hmm", None, "smalltalk", 0, Heard()),
        (CONSENT, "hmm", None, "", 2, Heard(ends=True)),
        (CONSENT, "", "callback_any", "", 0, Heard()),
        (NAME, "", "callback_skip", "", 0, Heard("-")),
        (NAME, "0.4", None, "", 2, Heard("-")),
        (PHONE, "x", None, "", 2, Heard(ends=True)),
        (TIME, "", "callback_any", "", 0, Heard("any time")),
        (TIME, "kal", None, "", 2, Heard("any time")),
        (TIME, "0300 1234567", None, "deny", 0, Heard(ends=True)),
    ],
)
def test_answers(step, text, button, intent, tries, expected):
    assert heard(step, text=text, button=button, intent=intent, tries=tries) == expected


@pytest.fixture
def stored(terminal, tmp_path, monkeypatch):
    """The store of endpoints.yml in a file, in the place of the one in memory; returns the file."""
    file = tmp_path / "conversations.db"
    monkeypatch.setattr(private, "settings", lambda: Settings(var=tmp_path))
    store = private.PrivateTrackerStore(terminal.agent.domain)
    monkeypatch.setattr(terminal.agent, "tracker_store", store)
    monkeypatch.setattr(terminal.agent.processor, "tracker_store", store)
    yield file
    store.engine.dispose()


def test_conversations_keep_neither_name_nor_number(chat, room, stored):
    for answer in ("callback", "callback_yes"):
        chat.patient("", taps=answer)
    chat.patient("Zulekha Bibi")
    chat.patient("mera number 0300 7654321 hai")
    said = chat.patient("", taps="callback_any")
    assert "callback_kept" in ids(said)
    chat.patient("kya ye halal hai Khadija?")
    content = b"".join(
        path.read_bytes() for path in stored.parent.iterdir() if path.name.startswith("conv")
    ).lower()
    assert b"khadija" in content
    assert not [word for word in (b"zulekha", b"7654321", b"bibi") if word in content]
    assert room.contact(room.open()[0])["phone"] == "+923007654321"


def test_danger_in_a_request_is_kept_as_it_was_said(chat, room, stored):
    chat.patient("", taps="callback")
    chat.patient("mujhe bohat zyada khoon aa raha hai")
    assert b"khoon" in b"".join(path.read_bytes() for path in stored.parent.iterdir())


def test_a_request_tried_out_by_staff_calls_nobody(terminal, room):
    recorder = Recorder(terminal.agent, service.settings().data)
    for answer in ("callback", "callback_yes", "callback_skip", "0300 1234567", "callback_any"):
        button = answer if answer.startswith("callback") else None
        record = terminal.run(recorder.say(answer, sender="staff-x", button=button))
    assert (
        "callback_kept" in [block["id"] for block in record["replies"][0]["blocks"]]
        and record["draft"] is None
    )
    assert room.open() == []


@pytest.mark.parametrize(
    "channel", [WebPatient, WhatsAppPatient], ids=lambda channel: channel.__name__
)
def test_every_channel_asks_the_same(terminal, tmp_path, room, channel):
    steps = [
        "mujhe doctor se baat karni hai",
        ("tap", 0),
        ("tap", 0),
        "Zulekha",
        "0300",
        "0300 1234567",
        ("tap", 2),
    ]
    expected = terminal.run(converse(TerminalPatient(terminal, tmp_path), steps))
    assert terminal.run(converse(channel(terminal, tmp_path), steps)) == expected
    kept = [one for one in room.open() if one.reason == "callback"]
    assert {one.channel for one in kept} == {
        "terminal",
        channel.__name__.removesuffix("Patient").lower(),
    }
    assert {room.contact(one)["time"] for one in kept} == {"evening"}
