"""Conversations on the line, from the webhook to what the patient's phone gets."""

import pytest
from fake_meta import buttons_of, message, words_of
from line import PATIENT, Line, run

from bot.channels.whatsapp.tables import inbox, outbox, tables


def test_a_question_gets_one_bubble_with_answer_and_disclaimer(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            said = await line.patient("kya ye halal hai?")
            assert len(said) == 1
            assert line.library.block("halal", "en").text in words_of(said[0])
            assert line.library.block("disclaimer", "en").text in words_of(said[0])
            assert said[0]["text"]["preview_url"] is False

    run(scenario())


def test_the_receipt_names_the_exact_texts_of_the_message(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            said = await line.patient("halal?")
            token, _, texts = said[0]["biz_opaque_callback_data"].partition(":")
            assert [text.split(".")[0] for text in texts.split(",")] == [
                "halal",
                "disclaimer",
                "notice",
            ]
            assert line.library.block("halal", "en").sha256.startswith(
                texts.split(",")[0].split(".")[2]
            )
            assert line.rows(outbox.select())[0].receipt == token

    run(scenario())


def test_three_buttons_are_reply_buttons_and_more_are_a_list(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            greeting, steer = (await line.patient("salam"))[0], (await line.patient("mera case"))[1]
            assert greeting["interactive"]["type"] == "button" and len(buttons_of(greeting)) == 3
            assert steer["interactive"]["type"] == "list" and len(buttons_of(steer)) == 4
            assert (
                steer["interactive"]["action"]["button"]
                == line.library.block("ui_choose", "en").text
            )

    run(scenario())


def test_a_tapped_button_means_what_it_meant_when_it_was_offered(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            offered = buttons_of((await line.patient("salam"))[0])
            assert not {button["id"] for button in offered} & {"halal", "what_is", "legality"}
            said = await line.taps(offered[2]["id"])
            assert line.bot.heard[-1]["button"] == "halal"
            assert line.library.block("halal", "en").text in words_of(said[1])

    run(scenario())


@pytest.mark.parametrize(
    "nonce",
    [
        pytest.param("halal", id="the id of a topic"),
        pytest.param("language:ur", id="the id of a language"),
        pytest.param("", id="an empty id"),
        pytest.param("x" * 5000, id="a very long id"),
        pytest.param("'; drop table offers; --", id="an id that is SQL"),
    ],
)
def test_a_button_we_never_offered_is_met_with_a_text_and_starts_nothing(tmp_path, data, nonce):
    async def scenario():
        async with Line(tmp_path, data) as line:
            said = await line.taps(nonce)
            assert words_of(said[0]).startswith(line.library.block("button_gone", "en").text)
            assert not line.bot.heard

    run(scenario())


def test_another_patients_button_is_not_accepted(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            offered = buttons_of((await line.patient("salam"))[0])
            said = await line.taps(offered[2]["id"], sender="923007654321")
            assert words_of(said[0]).startswith(line.library.block("button_gone", "en").text)

    run(scenario())


def test_a_button_tapped_twice_is_answered_once_and_later_again(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            nonce = buttons_of((await line.patient("salam"))[0])[2]["id"]
            await line.taps(nonce)
            assert len(await line.taps(nonce)) == 2
            line.change("offers", tapped=1)
            assert len(await line.taps(nonce)) == 3

    run(scenario())


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("image", {"image": {"id": "1", "mime_type": "image/jpeg", "url": "http://127.0.0.1:1/x"}}),
        (
            "document",
            {"document": {"id": "1", "mime_type": "application/pdf", "filename": "report.pdf"}},
        ),
        ("audio", {"audio": {"id": "1", "mime_type": "audio/ogg", "voice": True}}),
        ("video", {"video": {"id": "1", "mime_type": "video/mp4"}}),
        ("sticker", {"sticker": {"id": "1", "mime_type": "image/webp"}}),
        ("location", {"location": {"latitude": 31.5, "longitude": 74.3}}),
    ],
)
def test_media_get_the_approved_text_and_are_never_fetched(tmp_path, data, kind, content):
    async def scenario():
        async with Line(tmp_path, data) as line:
            said = await line.patient(type=kind, **content)
            assert words_of(said[0]).startswith(line.library.block("media", "en").text)
            assert not line.bot.heard
            assert len(line.meta.asked) == 1  # the message itself was the only request

    run(scenario())


def test_media_are_answered_in_the_language_of_the_chat(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data, language="ur") as line:
            said = await line.patient(type="audio", audio={"id": "1", "voice": True})
            assert words_of(said[0]).startswith(line.library.block("media", "ur").text)
            line.change("chats", variety="roman")
            said = await line.patient(type="image", image={"id": "1"})
            assert words_of(said[1]).startswith(line.library.block("media", "roman").text)

    run(scenario())


def test_an_album_is_told_once_that_pictures_are_not_opened(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            for _ in range(5):
                await line.patient(type="image", image={"id": "1"})
            assert len(line.meta.sent) == 1

    run(scenario())


def test_a_caption_is_answered_behind_the_text_on_pictures(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            said = await line.patient(type="image", image={"id": "1", "caption": "mera AMH 0.4"})
            media, steer = (
                line.library.block("media", "en").text,
                line.library.block("steer", "en").text,
            )
            assert words_of(said[0]).startswith(f"{media}\n{steer}")
            assert line.bot.heard[0]["text"] == "mera AMH 0.4"

    run(scenario())


def test_danger_in_a_caption_is_answered_without_preface(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            said = await line.patient(
                type="image", image={"id": "1", "caption": "khoon nahi ruk raha"}
            )
            assert words_of(said[0]).startswith(line.library.block("emergency", "en").text)

    run(scenario())


@pytest.mark.parametrize("kind", ["contacts", "order"])
def test_contacts_and_orders_are_declined(tmp_path, data, kind):
    async def scenario():
        async with Line(tmp_path, data) as line:
            said = await line.patient(type=kind, **{kind: {}})
            assert words_of(said[0]).startswith(line.library.block("decline", "en").text)

    run(scenario())


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            {"type": "reaction", "reaction": {"message_id": "x", "emoji": "👍"}}, id="a reaction"
        ),
        pytest.param(
            {"type": "system", "system": {"type": "user_changed_number"}}, id="a system message"
        ),
        pytest.param(
            {"type": "revoke", "revoke": {"original_message_id": "x"}}, id="a deleted message"
        ),
        pytest.param({"type": "hologram", "hologram": {}}, id="a type nobody knows"),
        pytest.param({"text": "khoon", "group_id": "g"}, id="a message in a group"),
    ],
)
def test_some_things_are_acknowledged_and_never_answered(tmp_path, data, content):
    async def scenario():
        async with Line(tmp_path, data) as line:
            assert await line.patient(**content) == []
            assert len(line.rows(inbox.select())) == 1 and not line.bot.heard

    run(scenario())


def test_what_whatsapp_cannot_pass_on_is_met_once_an_hour(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            for _ in range(3):
                said = await line.patient(type="unsupported", errors=[{"code": 131051}])
            assert len(said) == 1
            assert words_of(said[0]).startswith(line.library.block("unreadable", "en").text)

    run(scenario())


@pytest.mark.parametrize(
    ("words", "block"),
    [
        pytest.param("khoon aa raha hai", "emergency", id="danger is answered"),
        pytest.param("mera AMH 0.4", "steer", id="a case is steered"),
        pytest.param("halal?", "edited", id="anything else is asked for as a new message"),
    ],
)
def test_an_edited_message_is_guarded_again_and_never_answered_silently(
    tmp_path, data, words, block
):
    async def scenario():
        async with Line(tmp_path, data) as line:
            said = await line.patient(
                type="edit",
                id="wamid.edit",
                edit={
                    "original_message_id": "x",
                    "message": {"type": "text", "text": {"body": words}},
                },
            )
            assert words_of(said[0]).startswith(line.library.block(block, "en").text)
            assert said[0]["context"] == {"message_id": "wamid.edit"}

    run(scenario())


def test_the_reply_to_a_forwarded_text_quotes_it(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            said = await line.patient("halal?", id="wamid.f", context={"forwarded": True})
            assert said[0]["context"] == {"message_id": "wamid.f"}
            assert "context" not in (await line.patient("halal?"))[1]

    run(scenario())


def test_a_deleted_message_that_was_not_answered_yet_is_dropped(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            revoke = message(type="revoke", revoke={"original_message_id": "wamid.first"})
            both = message("halal?", id="wamid.first")
            both["entry"] += revoke["entry"]
            await line.meta.deliver(both)
            assert await line.said() == [] and not line.bot.heard
            assert [row.body for row in line.rows(inbox.select())] == [None, None]

    run(scenario())


def test_a_broken_bot_is_met_with_the_trouble_text(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            line.bot.fails = 99
            said = await line.patient("halal?")
            assert words_of(said[0]) == line.library.trouble("en")
            assert [row.body for row in line.rows(inbox.select())] == [None]

    run(scenario())


def test_patients_words_are_erased_once_answered_and_never_in_a_log(tmp_path, data, caplog):
    async def scenario():
        async with Line(tmp_path, data) as line:
            await line.patient("mera naam Zubaida hai", sender="923331112223")
            await line.patient(
                type="image", image={"id": "1", "caption": "Zubaida"}, sender="923331112223"
            )
            line.meta.errors = {"923331112223": [131026]}
            await line.patient("Zubaida khoon", sender="923331112223")
            raw = b"".join(path.read_bytes() for path in tmp_path.glob("whatsapp.db*"))
            assert all(row.body is None for row in line.rows(inbox.select()))
            return raw

    with caplog.at_level("DEBUG", logger="bot"):
        raw = run(scenario())
    assert "Zubaida" not in caplog.text and "923331112223" not in caplog.text
    assert b"wamid." not in raw


def test_the_id_of_a_message_is_kept_only_until_the_reply_that_quotes_it_has_left(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            line.meta.errors = {PATIENT: [131056]}
            await line.meta.deliver(
                message("khoon", id="wamid.forwarded", context={"forwarded": True})
            )
            await line.until(lambda: len(line.meta.asked) == 1)
            assert [row.quote for row in line.rows(outbox.select())] == ["wamid.forwarded"]
            said = await line.said()
            assert said[0]["context"] == {"message_id": "wamid.forwarded"}
            await line.patient("halal?", id="wamid.plain")
            await line.until(
                lambda: all(row.status == "delivered" for row in line.rows(outbox.select()))
            )
            return {name: str(line.rows(table.select())) for name, table in tables.tables.items()}

    kept = run(scenario())
    assert not [name for name, rows in kept.items() if "wamid." in rows or "'forwarded" in rows]


def test_a_message_that_waits_says_neither_its_id_nor_who_wrote_it(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            line.bot.fails = 1  # it waits for a second try
            await line.meta.deliver(message("mera case", id="wamid.waits"))
            await line.until(lambda: line.bot.heard)
            waiting = str(line.rows(inbox.select()))
            assert "mera case" in waiting
            assert "wamid." not in waiting and PATIENT not in waiting
            await line.idle()
            assert [turn["id"][:2] for turn in line.bot.heard] == ["m-", "m-"]
            assert line.bot.heard[0]["id"] == line.bot.heard[1]["id"]

    run(scenario())


def test_a_username_without_a_number_is_answered_at_its_user_id(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            await line.patient("halal?", sender=None, from_user_id="PK.abc")
            await line.idle()
            assert line.meta.sent[0]["recipient"] == "PK.abc" and "to" not in line.meta.sent[0]

    run(scenario())


def test_user_ids_that_share_their_digits_share_no_chat_and_are_answered_as_meta_wrote_them(
    tmp_path, data
):
    async def scenario():
        async with Line(tmp_path, data) as line:
            for user_id in ("PK.1349", "PK.13a49", "IN.1349", "1349"):
                await line.patient("halal?", sender=user_id)
            assert len({turn["sender"] for turn in line.bot.heard}) == 4
            assert {(sent.get("to"), sent.get("recipient")) for sent in line.meta.sent} == {
                (None, "PK.1349"),
                (None, "PK.13a49"),
                (None, "IN.1349"),
                ("1349", None),
            }

    run(scenario())


def test_no_table_but_the_address_book_knows_a_number(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            await line.patient("person", from_user_id="PK.abc")
            found = {
                name
                for name, table in tables.tables.items()
                for row in line.rows(table.select())
                if PATIENT in str(row) or "PK.abc" in str(row)
            }
            assert found == {"chats"}
            assert PATIENT not in line.bot.heard[0]["sender"]

    run(scenario())


def test_a_message_delivered_again_is_not_even_heard_again(tmp_path, data):
    async def scenario():
        async with Line(tmp_path, data) as line:
            await line.patient("halal?", id="wamid.once")
            assert len(await line.patient("halal?", id="wamid.once")) == 1
            assert len(line.bot.heard) == 1

    run(scenario())
