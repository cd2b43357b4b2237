"""Every type of the Cloud API, read from a file in its documented shape; and shapes nobody documented."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from fake_meta import NUMBER

from bot.channels.whatsapp.payloads import Message, Person, parse, person_of

FOLDER = Path(__file__).parent.parent / "payloads" / "whatsapp"
PATIENT = "923001234567"


def read(name):
    return parse((FOLDER / f"{name}.json").read_bytes(), phone_number_id=NUMBER)


MESSAGES = [
    pytest.param("text", {"kind": "text", "text": "kya ye halal hai?"}, id="a text"),
    pytest.param(
        "text_urdu", {"kind": "text", "text": "کیا یہ علاج حلال ہے؟"}, id="a text in Urdu"
    ),
    pytest.param("text_forwarded", {"kind": "text", "forwarded": True}, id="a forwarded text"),
    pytest.param(
        "text_frequently_forwarded",
        {"kind": "text", "forwarded": True},
        id="a text forwarded often",
    ),
    pytest.param(
        "text_reply", {"kind": "text", "forwarded": False}, id="a text that quotes one of ours"
    ),
    pytest.param(
        "text_from_ad",
        {"kind": "text", "text": "qeemat kya hai?"},
        id="a text after a tap on an ad",
    ),
    pytest.param(
        "text_without_contacts", {"person": Person(PATIENT)}, id="a text without contacts"
    ),
    pytest.param(
        "text_with_plus",
        {"person": Person(PATIENT)},
        id="a number with plus and spaces is the same number",
    ),
    pytest.param(
        "text_username_only", {"person": Person(None, "PK.4812abc")}, id="a writer without a number"
    ),
    pytest.param(
        "text_user_id_as_from",
        {"person": Person(None, "PK.13491208655302741918")},
        id="a user id where a number is expected is no number",
    ),
    pytest.param(
        "text_both_ids",
        {"person": Person(PATIENT, "PK.4812abc")},
        id="a writer with number and user id",
    ),
    pytest.param("text_broken_letters", {"text": "salam ?"}, id="half a character is replaced"),
    pytest.param("button_reply", {"kind": "tap", "button": "NONCE"}, id="a tapped button"),
    pytest.param("list_reply", {"kind": "tap", "button": "NONCE"}, id="a tapped row of a list"),
    pytest.param("flow_reply", {"kind": "tap", "button": ""}, id="a form, which we never send"),
    pytest.param(
        "template_button", {"kind": "tap", "button": "handoff"}, id="a button of a template"
    ),
    pytest.param("image", {"kind": "media", "media": "image", "text": ""}, id="a picture"),
    pytest.param(
        "image_with_caption",
        {"kind": "media", "text": "ye meri AMH report hai"},
        id="a picture's caption",
    ),
    pytest.param("video", {"kind": "media", "media": "video"}, id="a film"),
    pytest.param("document", {"kind": "media", "media": "document"}, id="a file"),
    pytest.param("sticker", {"kind": "media", "media": "sticker"}, id="a sticker"),
    pytest.param("voice", {"kind": "media", "media": "voice"}, id="a voice note"),
    pytest.param(
        "audio_file", {"kind": "media", "media": "audio"}, id="an audio file is not a voice note"
    ),
    pytest.param("location", {"kind": "media", "media": "location"}, id="a location"),
    pytest.param("contacts", {"kind": "refused"}, id="somebody's contact"),
    pytest.param("order", {"kind": "refused"}, id="an order"),
    pytest.param("reaction", {"kind": "reaction"}, id="a reaction"),
    pytest.param("reaction_removed", {"kind": "reaction"}, id="a reaction taken back"),
    pytest.param(
        "edit",
        {"kind": "edit", "target": "wamid.TEXT", "text": "mujhe bohat khoon aa raha hai"},
        id="an edited text",
    ),
    pytest.param(
        "edit_caption",
        {"kind": "edit", "target": "wamid.CAPTION", "text": "meri report"},
        id="an edited caption",
    ),
    pytest.param("revoke", {"kind": "revoke", "target": "wamid.TEXT"}, id="a deleted message"),
    pytest.param(
        "system_changed_number",
        {"kind": "system", "breaks_session": True},
        id="a number changed hands",
    ),
    pytest.param(
        "system_changed_identity",
        {"kind": "system", "breaks_session": True},
        id="a phone was changed",
    ),
    pytest.param("unsupported", {"kind": "unsupported"}, id="something WhatsApp cannot pass on"),
    pytest.param("unsupported_edit", {"kind": "unsupported"}, id="an edit on an older account"),
    pytest.param("unknown_type", {"kind": "unknown"}, id="a type nobody knows"),
    pytest.param("group", {"kind": "group", "text": ""}, id="a message in a group"),
]
OTHERS = {
    "status_sent",
    "status_delivered",
    "status_read",
    "status_played",
    "status_failed",
    "echo",
    "batch",
    "another_number",
    "account_update",
    "hostile_shapes",
}


@pytest.mark.parametrize(("name", "expected"), MESSAGES)
def test_a_message_is_read(name, expected):
    delivery = read(name)
    assert len(delivery.messages) == 1 and not delivery.skipped
    message = delivery.messages[0]
    assert {key: getattr(message, key) for key in expected} == expected
    assert message.id.startswith("wamid.") and message.at == 1795341600


def test_every_payload_file_is_used():
    assert {path.stem for path in FOLDER.glob("*.json")} == {
        case.values[0] for case in MESSAGES
    } | OTHERS


@pytest.mark.parametrize(
    "name", ["image", "image_with_caption", "video", "document", "sticker", "voice", "audio_file"]
)
def test_nothing_of_a_medium_is_kept_that_could_be_downloaded(name):
    kept = json.dumps(asdict(read(name).messages[0]))
    assert "1003383421387256" not in kept and "lookaside" not in kept and "report.pdf" not in kept


def test_all_of_a_batch_is_read_not_only_the_first():
    delivery = read("batch")
    assert [message.text for message in delivery.messages] == ["one", "two", "three"]
    assert [status.status for status in delivery.statuses] == ["read"]
    assert delivery.messages[2].person == Person("923007654321")


@pytest.mark.parametrize("name", ["sent", "delivered", "read", "played"])
def test_a_status_is_read(name):
    (status,) = read(f"status_{name}").statuses
    assert (status.id, status.status, status.code) == ("wamid.OURS", name, None)
    assert status.receipt == "TOKEN:halal.en.0123456789ab"


def test_a_failure_comes_with_its_code():
    (status,) = read("status_failed").statuses
    assert (status.status, status.code) == ("failed", 131026)


def test_what_staff_wrote_is_read():
    (echo,) = read("echo").echoes
    assert (echo.person, echo.text) == (Person(PATIENT), "Hello, this is the clinic")


@pytest.mark.parametrize("name", ["another_number", "account_update"])
def test_what_is_not_for_our_number_is_skipped(name):
    delivery = read(name)
    assert (delivery.messages, delivery.skipped) == ((), 1)


def test_hostile_shapes_are_read_as_far_as_they_make_sense():
    kinds = [message.kind for message in read("hostile_shapes").messages]
    assert kinds == ["unknown", "unknown", "text"]
    assert all(message.at < 10**11 for message in read("hostile_shapes").messages)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\xff\xfe\x00", id="not UTF-8"),
        pytest.param(b"{", id="not JSON"),
        pytest.param(b"[" * 100_000, id="nested without end"),
        pytest.param(b"", id="empty"),
    ],
)
def test_what_cannot_be_read_is_counted_and_never_raises(body):
    assert parse(body, phone_number_id=NUMBER).skipped == 1


@pytest.mark.parametrize("body", [b"null", b"[]", b"3", b'"x"', b"{}", b'{"entry": {}}'])
def test_json_that_is_no_webhook_says_nothing(body):
    assert parse(body, phone_number_id=NUMBER).messages == ()


def test_a_message_without_an_id_gets_one_from_its_content():
    def body(text):
        value = {
            "metadata": {"phone_number_id": NUMBER},
            "messages": [
                {"from": "92300", "type": "text", "timestamp": "1", "text": {"body": text}}
            ],
        }
        return json.dumps({"entry": [{"changes": [{"value": value}]}]}).encode()

    first, again, other = (
        parse(body(text), phone_number_id=NUMBER).messages[0] for text in ("a", "a", "b")
    )
    assert first == again != other
    assert isinstance(first, Message) and first.id.startswith("made-")


@pytest.mark.parametrize(
    ("name", "person"),
    [
        pytest.param("923001234567", Person(PATIENT), id="a number"),
        pytest.param("+92 (300) 123-4567", Person(PATIENT), id="a number as people write it"),
        pytest.param("PK.1349", Person(None, "PK.1349"), id="a user id"),
        pytest.param("PK.ENT.1349", Person(None, "PK.ENT.1349"), id="a parent's user id"),
        pytest.param("1349" * 5, Person(None, "1349" * 5), id="more digits than any number has"),
        pytest.param("a.patient92", Person(None, "a.patient92"), id="a username"),
        pytest.param("", Person(), id="nobody"),
    ],
)
def test_only_a_number_is_read_as_a_number(name, person):
    assert person_of(name) == person


def test_a_user_id_of_its_own_field_stands_beside_the_number():
    assert person_of("+923001234567", "PK.1349") == Person(PATIENT, "PK.1349")
    assert person_of("PK.2", "PK.1349") == Person(None, "PK.1349")
