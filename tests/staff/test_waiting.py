"""The waiting room: order, deadlines, who sees what, and what is erased when."""

import hashlib

import pytest
from cryptography.fernet import Fernet

from bot.errors import StaffError
from bot.handover.entries import (
    HOUR,
    MINUTES,
    MOST_FROM_ONE,
    MOST_REQUESTS_FROM_ONE,
    SOURCE_SECONDS,
)
from bot.handover.queue import WaitingRoom
from bot.staff.handover.pages import A_PAGE, HEADINGS
from bot.text.redact_display import redact
from tests.conftest import ROOT

CONTACT = {"phone": "+923001234567", "time": "evening", "name": "Zulekha <b>"}
DAY = 24 * 3600


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def room(tmp_path, clock):
    return WaitingRoom(
        f"sqlite:///{tmp_path}/staff.db", keys=Fernet.generate_key().decode(), days=30, clock=clock
    )


def wait(room, sender="a", reason="handoff", **more):
    room.note(sender=sender, channel="web", reason=reason, cause="rule x", variety="ur", **more)


def do(room, act, *args):
    with room.database.begin() as connection:
        getattr(room, act)(connection, *args)


def test_the_gravest_come_first_and_of_each_kind_the_newest(room, clock):
    for sender, reason in (
        ("a", "handoff"),
        ("b", "crisis"),
        ("c", "emergency"),
        ("d", "handoff"),
        ("e", "crisis"),
    ):
        wait(room, sender, reason)
        clock.now += 1
    assert [one.sender for one in room.open()] == ["e", "b", "c", "d", "a"]


def test_asking_twice_is_one_entry_and_keeps_the_first_deadline(room, clock):
    wait(room)
    clock.now += 600
    wait(room)
    entry = room.open()[0]
    assert (len(room.open()), entry.times, entry.due) == (
        1,
        2,
        clock.now - 600 + MINUTES["handoff"] * 60,
    )


def test_who_comes_back_after_being_answered_waits_again(room):
    wait(room)
    do(room, "claim", 1, "ayesha")
    do(room, "resolve", 1, "ayesha")
    assert room.open() == []
    wait(room)
    assert len(room.open()) == 1


def flood(room, number, *, source="one", reason="emergency", start=0):
    for one in range(start, start + number):
        wait(room, f"{source}-{one}", reason, source=source)


def test_one_source_cannot_flood_the_list(room, clock, caplog):
    flood(room, 500)
    wait(room, "real", "emergency", source="another")
    found = room.open()
    assert len(found) == MOST_FROM_ONE + 1
    assert sum(one.more for one in found) == 500 - MOST_FROM_ONE
    assert caplog.text.count("from one source") == 1
    clock.now += HOUR
    flood(room, 1, start=500)
    assert len(room.open()) == MOST_FROM_ONE + 2


def test_where_it_came_from_is_not_known_everybody_is_listed(room):
    flood(room, MOST_FROM_ONE * 2, source="")
    assert len(room.open()) == MOST_FROM_ONE * 2


def test_a_flood_after_all_were_looked_after_is_seen_again(room):
    flood(room, MOST_FROM_ONE)
    for one in room.open():
        do(room, "claim", one.number, "ayesha")
        do(room, "resolve", one.number, "ayesha")
    flood(room, 3, start=MOST_FROM_ONE)
    assert [one.more for one in room.open()] == [2]


def test_requests_for_a_call_keep_whom_to_call_and_come_from_where_the_chat_did(room):
    for number in range(MOST_REQUESTS_FROM_ONE + 5):
        room.note(
            sender=f"a-{number}",
            channel="web",
            reason="callback",
            cause="x",
            variety="ur",
            contact=CONTACT,
            source="one",
        )
    found = room.open()
    assert len(found) == MOST_REQUESTS_FROM_ONE and all(room.contact(one) for one in found)
    wait(room, "b", source="two")
    wait(room, "b", reason="callback", contact=CONTACT)
    assert [one.source for one in room.open() if one.sender == "b"] == ["two", "two"]


def test_where_an_entry_came_from_is_forgotten_after_a_day(room, clock):
    flood(room, 1)
    clock.now += SOURCE_SECONDS
    room.tidy()
    assert [one.source for one in room.open()] == [""]


def test_the_website_tells_where_a_note_comes_from_without_the_address(office, monkeypatch):
    class Notes:
        def put(self, **note):
            sources.append(note["source"])

    sources = []
    monkeypatch.setattr("bot.channels.turn.notes", Notes)
    for address in ("10.0.0.1", "10.0.0.1", "10.0.0.2"):
        patient = office.browser(address)
        patient.portal = office.client.portal
        session = patient.post("/chat/sessions", json={}).json()["session"]
        words = {"session": session, "text": "mujhe doctor se baat karni hai"}
        assert patient.post("/chat/messages", json=words).status_code == 200
    assert sources[0] == sources[1] != sources[2] and len(sources[0]) == 32
    assert hashlib.sha256(b"10.0.0.1").hexdigest()[:32] not in sources


def test_a_flood_is_one_card_and_real_ones_stay_on_the_first_page(staff, office):
    for number in range(200):
        office.room.note(
            sender=f"f-{number}",
            channel="web",
            reason="emergency",
            cause="x",
            variety="ur",
            source="one",
        )
    office.room.note(
        sender="real-patient", channel="web", reason="emergency", cause="x", variety="ur"
    )
    viewer = staff("viewer")
    status, page = viewer.ask("waiting")
    assert "19 more from the same source" in page and "180 more came from the same source" in page
    assert page.index("real-patient") < page.index("f-0<") and "Page 1" not in page
    assert "201 waiting" in page and len(page) < 100_000
    for number in range(A_PAGE * 2):
        wait(office.room, f"p-{number}", "emergency")
    assert "Page 1 of 3" in viewer.ask("waiting")[1]
    assert "Page 3 of 3" in viewer.ask("waiting?page=99")[1]
    for odd in ("0", "-1", "x", "٣", "9" * 500):
        assert viewer.ask(f"waiting?page={odd}")[0] == 200
    with office.database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM waiting")


def test_what_staff_took_stays_in_sight_however_many_come_from_there(staff, office):
    for number in range(5):
        wait(office.room, f"g-{number}", source="one")
    editor = staff("editor")
    editor.ask("waiting")
    oldest = office.room.open()[-1].number
    editor.post(f"waiting/{oldest}", act="claim")
    page = editor.ask("waiting")[1]
    assert f'id="entry-{oldest}"' in page.split("</details>")[1]
    with office.database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM waiting")


def test_two_colleagues_cannot_take_the_same_entry(room):
    wait(room)
    do(room, "claim", 1, "ayesha")
    with pytest.raises(StaffError, match="ayesha"):
        do(room, "claim", 1, "bilal")
    do(room, "release", 1, "ayesha")
    do(room, "claim", 1, "bilal")


@pytest.mark.parametrize("act", [("resolve",), ("release",), ("add_note", "words")])
def test_only_who_took_an_entry_may_touch_it(room, act):
    wait(room)
    with pytest.raises(StaffError):
        do(room, act[0], 1, "ayesha", *act[1:])


def test_contact_data_and_notes_are_erased_when_their_time_is_up(room, clock, tmp_path):
    wait(room, reason="callback", contact=CONTACT)
    do(room, "claim", 1, "ayesha")
    do(room, "add_note", 1, "ayesha", "called, no answer")
    clock.now += 29 * DAY
    assert room.tidy() == 0 and room.contact(room.open()[0]) == CONTACT
    clock.now += DAY
    assert room.tidy() == 1
    assert room.contact(room.open()[0]) is None and room.notes(1) == []


def test_a_file_without_the_key_tells_nothing(room, tmp_path):
    wait(room, reason="callback", contact=CONTACT)
    do(room, "claim", 1, "ayesha")
    do(room, "add_note", 1, "ayesha", "Zulekha called")
    room.database.engine.dispose()
    for path in tmp_path.iterdir():
        assert b"Zulekha" not in path.read_bytes() and b"3001234567" not in path.read_bytes()
    other = WaitingRoom(
        f"sqlite:///{tmp_path}/staff.db", keys=Fernet.generate_key().decode(), days=30
    )
    with pytest.raises(StaffError, match="JAWAB_CONTACT_KEY"):
        other.contact(other.open()[0])


def test_a_new_key_reads_what_the_old_one_kept(tmp_path):
    url, old, new = (
        f"sqlite:///{tmp_path}/staff.db",
        Fernet.generate_key().decode(),
        Fernet.generate_key().decode(),
    )
    wait(WaitingRoom(url, keys=old, days=30), reason="callback", contact=CONTACT)
    both = WaitingRoom(url, keys=f"{new},{old}", days=30)
    assert both.contact(both.open()[0]) == CONTACT


@pytest.fixture
def patient(office):
    """Somebody who asked for a call; the entry's number."""
    office.room.note(
        sender=f"web-{id(office)}",
        channel="web",
        reason="callback",
        cause="asked for a call",
        variety="ur",
        contact=CONTACT,
    )
    entry = next(one for one in office.room.open() if one.reason == "callback")
    yield entry.number
    with office.room.database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM waiting")
        connection.exec_driver_sql("DELETE FROM waiting_notes")


def test_an_editor_takes_calls_notes_and_closes(staff, office, patient):
    editor, other = staff("editor"), staff("editor")
    assert "923001234567" not in editor.ask("waiting")[1]
    _, page = editor.post(f"waiting/{patient}", act="claim")
    assert "+923001234567" in page and "Zulekha &lt;b&gt;" in page
    assert "923001234567" not in other.ask("waiting")[1]
    _, page = editor.post(f"waiting/{patient}", act="note", words="فون کیا <script>")
    assert "فون کیا &lt;script&gt;" in page
    _, page = editor.post(f"waiting/{patient}", act="resolve")
    assert "Nobody waits" in page
    with office.database.begin() as connection:
        acts = [
            row[0]
            for row in connection.exec_driver_sql("SELECT act FROM audit WHERE act LIKE 'waiting%'")
        ]
    assert acts[-3:] == ["waiting: claim", "waiting: note", "waiting: resolve"]


def test_a_colleague_who_is_late_is_told(staff, patient):
    first, second = staff("editor"), staff("editor")
    second.ask("waiting")
    first.ask("waiting")
    first.post(f"waiting/{patient}", act="claim")
    status, page = second.post(f"waiting/{patient}", act="claim")
    assert status == 400 and "has taken this one already" in page


def test_a_viewer_sees_who_waits_but_not_whom_to_call_and_takes_nothing(staff, office, patient):
    viewer = staff("viewer")
    _, page = viewer.ask("waiting")
    assert "Asked for a call" in page and "Take it" not in page and "923001234567" not in page
    assert viewer.post(f"waiting/{patient}", act="claim")[0] == 403
    assert office.room.open()[0].claimed_by is None


@pytest.mark.parametrize("path", ["waiting/99999", "waiting/0"])
def test_an_entry_that_is_not_there_is_told(staff, path):
    editor = staff("editor")
    editor.ask("waiting")
    assert editor.post(path, act="claim")[0] == 400


def test_who_took_an_entry_reads_the_conversation_redacted_and_on_the_trail(staff, office, talked):
    editor = staff("editor")
    assert editor.ask(f"waiting/{talked}/conversation")[0] == 400
    editor.post(f"waiting/{talked}", act="claim")
    status, page = editor.ask(f"waiting/{talked}/conversation")
    assert (
        status == 200
        and "mera naam ▮▮▮ hai" in page
        and "kya ye halal hai?" in page
        and "&lt;b&gt;" in page
    )
    assert not [word for word in ("Zulekha", "1234567", "0.4") if word in page]
    with office.database.begin() as connection:
        assert connection.exec_driver_sql(
            "SELECT 1 FROM audit WHERE act = 'conversation read'"
        ).first()


def test_a_conversation_goes_through_todays_bot_again(staff, talked):
    editor = staff("editor")
    editor.ask("waiting")
    editor.post(f"waiting/{talked}", act="claim")
    _, page = editor.ask(f"waiting/{talked}/conversation?again=1")
    assert page.count("the same words") == 2


def test_a_viewer_and_a_colleague_read_no_conversation(staff, talked):
    editor, other, viewer = staff("editor"), staff("editor"), staff("viewer")
    editor.ask("waiting")
    editor.post(f"waiting/{talked}", act="claim")
    assert other.ask(f"waiting/{talked}/conversation")[0] == 400
    assert viewer.ask(f"waiting/{talked}/conversation")[0] == 403


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mera naam Zulekha hai aur AMH 0.4", "mera naam ▮▮▮ hai aur AMH ▮▮▮"),
        ("میرا نام زلیخا بی بی ہے", "میرا نام ▮▮▮ ہے"),
        ("My name is Ayesha Khan and I am 38", "My name is ▮▮▮ and I am 38"),
        ("CNIC 35202-1234567-1, a.b@c.pk", "CNIC ▮▮▮, ▮▮▮"),
        ("۰۳۰۰ ۱۲۳۴۵۶۷ par phone karein", "▮▮▮ par phone karein"),
        ("0300/123/4567", "▮▮▮"),
        ("meri biwi ka naam Sana hai", "meri biwi ka naam ▮▮▮ hai"),
        ("میرے شوہر کا نام خرم ہے", "میرے شوہر کا نام ▮▮▮ ہے"),
        ("her name is Hina, 0.4 ng/ml, 20 million", "her name is ▮▮▮, ▮▮▮ ng/ml, ▮▮▮ million"),
        (
            "what is the name of this, iska naam kya hai",
            "what is the name of this, iska naam kya hai",
        ),
        ("kya 40% success hai? umar 38", "kya 40% success hai? umar 38"),
        ("", ""),
    ],
)
def test_what_tells_who_somebody_is_is_left_out(text, expected):
    assert redact(text) == expected


def hear(
    room,
    alert="urgent reply not delivered:wamid.X#0",
    *,
    sender="a",
    reason="undelivered",
    at=1_000_000,
):
    return room.hear(
        alert, sender=sender, channel="whatsapp", reason=reason, cause="x", variety="ur", at=at
    )


def test_an_alert_is_on_the_list_once_however_often_it_is_told(room, clock, tmp_path):
    assert [hear(room), hear(room)] == [False, False]
    (entry,) = room.open()
    assert (entry.reason, entry.times, entry.due) == ("undelivered", 1, 1_000_000 + 600)
    do(room, "claim", 1, "ayesha")
    do(room, "resolve", 1, "ayesha")
    assert hear(room) and room.open() == []
    room.database.engine.dispose()
    assert not [path for path in tmp_path.iterdir() if b"wamid.X" in path.read_bytes()]


def test_an_alert_about_who_waits_already_is_the_same_entry(room, clock):
    wait(room)
    assert not hear(room, reason="handoff", at=int(clock.now) + 1)
    assert [(one.reason, one.times) for one in room.open()] == [("handoff", 1)]
    clock.now += 10
    do(room, "claim", 1, "ayesha")
    do(room, "resolve", 1, "ayesha")
    assert hear(room, reason="handoff")
    assert not hear(room, "asked later", reason="handoff", at=int(clock.now) + 1)
    assert len(room.open()) == 1


def test_an_alert_of_somebody_erased_goes_too(room):
    hear(room)
    assert room.erase("a") == 1
    with room.database.begin() as connection:
        assert connection.exec_driver_sql("SELECT * FROM waiting_told").all() == []


def test_danger_without_an_answer_comes_first(room):
    for reason in MINUTES:
        wait(room, reason, reason)
    assert [one.reason for one in room.open()] == [
        "undelivered",
        "crisis",
        "emergency",
        "unanswered",
        "handoff",
        "callback",
    ]


@pytest.mark.parametrize("reason", MINUTES)
def test_every_reason_has_a_heading_and_stands_in_the_docs(reason):
    assert HEADINGS[reason]
    assert f"| {DOCUMENTED[reason]}" in (ROOT / "docs" / "staff.md").read_text(encoding="utf-8")


DOCUMENTED = {
    "undelivered": "an urgent reply",
    "crisis": "crisis",
    "emergency": "medical emergency",
    "unanswered": "waited too long",
    "handoff": "asked for a person",
    "callback": "asked for a call",
}
