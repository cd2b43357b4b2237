"""What a webhook says, as plain data. Knows every type of the Cloud API; what it does not know is counted, not guessed.

Media are never touched: of a picture or a voice note only the kind and the caption are kept.
"""

import hashlib
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

MEDIA = {"image", "video", "document", "sticker", "audio"}
REFUSED = {"location", "contacts", "order"}
SILENT = {
    "reaction",
    "revoke",
    "system",
    "group",
    "unknown",
}  # stored to be known again, never answered
BREAKS_SESSION = {
    "user_changed_number",
    "customer_changed_number",
    "user_changed_user_id",
    "user_identity_changed",
    "customer_identity_changed",
}
LONGEST_ID = 256
NUMBER = re.compile(r"\+?[0-9][0-9 ().-]*")
MOST_DIGITS = 15  # E.164: no telephone number is longer


@dataclass(frozen=True)
class Person:
    """Who wrote: a phone number, a business-scoped user id, or both. Never logged."""

    wa_id: str | None = None
    user_id: str | None = None


@dataclass(frozen=True)
class Message:
    """One message. `kind` is text, tap, media, refused, edit, unsupported, or one of SILENT.

    `id` is WhatsApp's as it comes in, and our name for the message once it is kept; `quote` is WhatsApp's again, kept
    only where the reply is shown under the message. `text` holds the patient's words or a caption, `button` the id that
    was tapped, `media` what sort of attachment it was, `target` the message that was edited or deleted.
    """

    id: str
    kind: str
    at: int
    person: Person
    text: str = ""
    button: str | None = None
    media: str | None = None
    target: str | None = None
    forwarded: bool = False
    breaks_session: bool = False
    quote: str | None = None


@dataclass(frozen=True)
class Status:
    """How far a message of ours got; `code` is Meta's error code of a failed one."""

    id: str
    status: str
    receipt: str
    code: int | None = None


@dataclass(frozen=True)
class Echo:
    """Something that staff wrote to a patient from the phone app."""

    id: str
    at: int
    person: Person
    text: str = ""


@dataclass(frozen=True)
class Delivery:
    """Everything in one webhook; `skipped` counts what was for another number or of no known shape."""

    messages: tuple[Message, ...] = ()
    statuses: tuple[Status, ...] = ()
    echoes: tuple[Echo, ...] = ()
    skipped: int = 0


def parse(body: bytes, *, phone_number_id: str) -> Delivery:
    """Return what an authentic webhook says to our number. Never raises: what cannot be read is skipped."""
    try:
        content = json.loads(body.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        return Delivery(skipped=1)
    messages: list[Message] = []
    statuses: list[Status] = []
    echoes: list[Echo] = []
    skipped = 0
    for value in _values(content):
        if _text(value, "metadata", "phone_number_id") != phone_number_id:
            skipped += 1
            continue
        people = [person for contact in _list(value, "contacts") if (person := _contact(contact))]
        messages += [_message(raw, people) for raw in _list(value, "messages")]
        statuses += [_status(raw) for raw in _list(value, "statuses")]
        echoes += [_echo(raw) for raw in _list(value, "message_echoes")]
    return Delivery(tuple(messages), tuple(statuses), tuple(echoes), skipped)


def _values(content: Any) -> Iterator[dict[str, Any]]:
    for entry in _list(content, "entry"):
        for change in _list(entry, "changes"):
            yield _dict(change, "value")


def _message(raw: dict[str, Any], people: list[Person]) -> Message:
    name = _text(raw, "type")
    context = _dict(raw, "context")
    base = Message(
        id=_id(raw),
        kind="unknown",
        at=_time(raw),
        person=_writer(raw, people),
        forwarded=bool(context.get("forwarded") or context.get("frequently_forwarded")),
    )
    if _text(raw, "group_id"):
        return replace(base, kind="group")
    if name == "text":
        return replace(base, kind="text", text=_text(raw, "text", "body"))
    if name == "interactive":
        sort = _text(raw, "interactive", "type")
        return replace(base, kind="tap", button=_text(raw, "interactive", sort, "id"))
    if name == "button":
        return replace(base, kind="tap", button=_text(raw, "button", "payload"))
    if name in MEDIA:
        media = "voice" if _dict(raw, name).get("voice") is True else name
        return replace(base, kind="media", media=media, text=_text(raw, name, "caption"))
    if name == "location":
        return replace(base, kind="media", media=name)
    if name in REFUSED:
        return replace(base, kind="refused", media=name)
    if name == "edit":
        return _edit(base, _dict(raw, "edit"))
    if name == "revoke":
        return replace(base, kind="revoke", target=_text(raw, "revoke", "original_message_id"))
    if name == "system":
        return replace(
            base, kind="system", breaks_session=_text(raw, "system", "type") in BREAKS_SESSION
        )
    return replace(base, kind=name) if name in {"reaction", "unsupported"} else base


def _edit(base: Message, edit: dict[str, Any]) -> Message:
    """Read an edited message: its new words, or the new caption of a picture."""
    new = _dict(edit, "message") or edit
    captions = [_text(new, name, "caption") for name in sorted(MEDIA)]
    words = _text(new, "text", "body") or next((caption for caption in captions if caption), "")
    return replace(base, kind="edit", text=words, target=_text(edit, "original_message_id"))


def _status(raw: dict[str, Any]) -> Status:
    code = next((error.get("code") for error in _list(raw, "errors")), None)
    return Status(
        _id(raw),
        _text(raw, "status"),
        _text(raw, "biz_opaque_callback_data"),
        code if isinstance(code, int) else None,
    )


def _echo(raw: dict[str, Any]) -> Echo:
    to = person_of(_text(raw, "to"), _text(raw, "to_user_id"))
    return Echo(_id(raw), _time(raw), to, _text(raw, "text", "body"))


def _writer(raw: dict[str, Any], people: list[Person]) -> Person:
    """Return who wrote: what the message itself says, completed from the contacts that come with it."""
    writer = person_of(_text(raw, "from"), _text(raw, "from_user_id"))
    wa_id, user_id = writer.wa_id, writer.user_id
    for person in people:
        if (wa_id and person.wa_id == wa_id) or (user_id and person.user_id == user_id):
            return Person(wa_id or person.wa_id, user_id or person.user_id)
    if writer == Person() and len(people) == 1:
        return people[0]
    return writer


def _contact(raw: dict[str, Any]) -> Person | None:
    person = person_of(_text(raw, "wa_id"), _text(raw, "user_id"))
    return person if person != Person() else None


def person_of(name: str, user_id: str = "") -> Person:
    """Return who is meant by a field for a number and one for a user id: the number in digits, the id as it came.

    Of somebody who shows no number the first can hold the user id too (PK.1349…). Its digits are nobody's number.
    """
    digits = "".join(mark for mark in name if mark in "0123456789")
    if NUMBER.fullmatch(name) and len(digits) <= MOST_DIGITS:
        return Person(digits, user_id or None)
    return Person(None, user_id or name or None)


def _id(raw: dict[str, Any]) -> str:
    given = _text(raw, "id")
    if given and len(given) <= LONGEST_ID:
        return given
    return "made-" + hashlib.sha256(json.dumps(raw, sort_keys=True).encode("utf-8")).hexdigest()


def _time(raw: dict[str, Any]) -> int:
    stamp = str(raw.get("timestamp", ""))
    return (
        int(stamp) if stamp.isascii() and stamp.isdigit() and len(stamp) <= 11 else int(time.time())
    )


def _text(value: Any, *path: str) -> str:
    """Return the text at `path`, or an empty one where there is none; halves of characters are replaced."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""


def _dict(value: Any, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _list(value: Any, key: str) -> list[dict[str, Any]]:
    found = value.get(key) if isinstance(value, dict) else None
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
