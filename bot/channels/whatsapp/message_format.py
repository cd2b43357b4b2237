"""A reply in the shapes of the Cloud API. Nothing is ever cut: what would not fit is found by `jawab check`."""

from collections.abc import Sequence
from typing import Any

TEXT_MOST = 4096  # code points
BUTTONS_MOST, BUTTONS_BODY, BUTTON_TITLE = 3, 1024, 20
ROWS_MOST, LIST_BODY, ROW_TITLE, LIST_LABEL = 10, 4096, 24, 20
RECEIPT_MOST = 512
CHOOSE = "ui_choose"  # the text on a list's own button


def bubble(text: str, buttons: Sequence[dict[str, str]], *, choose: str | None) -> dict[str, Any]:
    """Return one message: reply buttons where they fit, a list for more or longer, plain text where neither does.

    Each of `buttons` has a `nonce` and a `title`; `choose` is the approved label of a list, None where there is none.
    """
    if buttons and len(buttons) <= BUTTONS_MOST and len(text) <= BUTTONS_BODY:
        replies = [
            {"type": "reply", "reply": {"id": button["nonce"], "title": button["title"]}}
            for button in buttons
        ]
        return _interactive("button", text, {"buttons": replies})
    if buttons and choose and len(buttons) <= ROWS_MOST:
        rows = [{"id": button["nonce"], "title": button["title"]} for button in buttons]
        return _interactive("list", text, {"button": choose, "sections": [{"rows": rows}]})
    return {"type": "text", "text": {"body": text, "preview_url": False}}


def _interactive(kind: str, text: str, action: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "interactive",
        "interactive": {"type": kind, "body": {"text": text}, "action": action},
    }
