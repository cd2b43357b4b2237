"""Every text the widget shows besides replies, in three languages, from the ledger; and the receipt of a reply."""

from typing import Any

from bot.answers.texts import LANGUAGES
from bot.channels.web.history import Turn, shown
from bot.container import library
from bot.dialogue.config import load_dialogue
from bot.text import languages


def interface(cap: int) -> dict[str, Any]:
    """Return the interface's texts, the topic menu, the languages' names, the notice while texts are on trial, and
    `cap`, the most characters a message may have."""
    texts = library()
    strings = {
        variety: {
            block.id.removeprefix("ui_"): block.text
            for block in texts.texts(variety).values()
            if block.id.startswith("ui_")
        }
        for variety in LANGUAGES
    }
    menu = {
        variety: [
            {"id": topic, "title": texts.title(topic, variety)}
            for topic in load_dialogue().menu
            if texts.title(topic, variety)
        ]
        for variety in LANGUAGES
    }
    names = {variety: texts.title("language", variety) for variety in LANGUAGES}
    trial = any(
        block.provisional for variety in LANGUAGES for block in texts.texts(variety).values()
    )
    notice = {
        variety: block.text if trial and (block := texts.block("notice", variety)) else ""
        for variety in LANGUAGES
    }
    return {
        "strings": strings,
        "menu": menu,
        "languages": names,
        "table": languages.table(),
        "notice": notice,
        "cap": cap,
    }


def refusal(name: str, variety: str) -> str:
    """Return the approved text for a message that was not taken, or nothing where none is approved."""
    block = library().block(name, variety)
    return block.text if block else ""


def trouble(variety: str) -> str:
    """Return the approved service-trouble text."""
    return library().trouble(variety)


def receipt(turn: Turn) -> list[dict[str, Any]]:
    """Return for every text of a reply who signed it, when, until when, and whether that was an approval."""
    entries = []
    for reply in map(shown, turn.said):
        for block in reply["blocks"]:
            standing = library().standing(block["id"])
            signed = standing.entry or {}
            entries.append(
                {
                    **block,
                    "standing": standing.status,
                    "provisional": standing.signed_as != "approved",
                    "roles": [signer["role"] for signer in signed.get("signers", [])],
                    "date": signed.get("date"),
                    "expires": signed.get("expires"),
                }
            )
    return entries
