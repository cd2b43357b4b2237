"""The flight recorder: one message through the bot, and everything that is known about how it was answered."""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.answers.library import Block
from bot.channels.channel import TRIAL
from bot.channels.incoming import Incoming, clean, tapped
from bot.channels.turn import turn
from bot.channels.whatsapp.message_format import (
    BUTTONS_BODY,
    BUTTONS_MOST,
    CHOOSE,
    LIST_BODY,
    ROWS_MOST,
    TEXT_MOST,
    bubble,
)
from bot.container import gate, library
from bot.dialogue.config import load_dialogue
from bot.guard.verdict import RANK, Reason
from bot.message import Sentence
from bot.rasa_adapter.sandbox import Practice
from bot.text.align import pieces, places
from bot.text.words import load_lexicon

CHANNELS = ("web", "whatsapp")
Record = dict[str, Any]


class Recorder:
    """Answers one message at a time, so that the times told are those of that message alone."""

    def __init__(self, agent: Any, data: Path) -> None:
        """As `Practice`."""
        self._practice, self._one_at_a_time = Practice(agent, data), asyncio.Lock()

    async def say(
        self,
        text: str,
        *,
        sender: str,
        button: str | None = None,
        variety: str = "en",
        channel: str = "web",
        keep: bool = True,
    ) -> Record:
        """Return the record of `text`, or of a tapped `button`, in the conversation `sender`; `keep` goes on with it.

        `variety` is the language of the page, as the channel would tell it.
        """
        incoming = tapped(button) if button else Incoming(clean(text))
        async with self._one_at_a_time:
            self._practice.start()
            started = time.perf_counter()
            output = await turn(
                self._practice.handle, incoming, sender=sender, channel=TRIAL, variety=variety
            )
            whole = (time.perf_counter() - started) * 1000
            parsed = await self._practice.parsed(sender)
            draft, spent = self._practice.draft, dict(self._practice.watch.spent)
            if not keep:
                self._practice.forget(sender)
        meta = output.metadata
        return {
            **_reading(incoming, parsed),
            "action": meta.get("action") or "steer",
            "topics": meta.get("topics") or [],
            "variety": meta.get("variety") or "en",
            "reasons": [str(Reason.from_dict(one)) for one in meta.get("reasons") or []],
            "replies": [_shown(reply, channel) for reply in output.replies],
            "draft": _draft(draft, output.replies),
            "steps": _steps(spent, whole),
            "ms": round(whole, 1),
        }

    def forget(self, sender: str) -> None:
        """Drop a conversation."""
        self._practice.forget(sender)


def _reading(incoming: Incoming, parsed: Mapping[str, Any]) -> Record:
    """Return what the pipeline made of the typed words."""
    typed, reading, vote = incoming.text, parsed.get("reading") or {}, parsed.get("vote") or {}
    verdict = reading.get("verdict") or {}
    evidence, votes = parsed.get("variety") or {}, _votes(verdict, vote)
    reason = next((one["who"] for one in votes if one["won"]), _decided_by(verdict))
    return {
        "typed": typed,
        "normalised": parsed.get("text") or "",
        "pieces": _pieces(typed, verdict),
        "told": {"label": evidence.get("label"), "evidence": evidence.get("evidence") or {}},
        "ranking": vote.get("ranking") or [],
        "unsure": vote.get("unsure") or [],
        "votes": votes,
        "verdict": {key: verdict.get(key) for key in ("level", "intent")} | {"reason": reason},
    }


def _pieces(typed: str, verdict: Mapping[str, Any]) -> list[dict[str, Any]]:
    where = places(typed, load_lexicon())
    spans = []
    for finding in verdict.get("findings") or ():
        found = [span for span in where[finding["start"] : finding["end"]] if span]
        if found:
            spans.append(
                (
                    (min(start for start, _ in found), max(end for _, end in found)),
                    finding["rule_id"],
                )
            )
    return [{"text": text, "cues": list(cues)} for text, cues in pieces(typed, spans)]


def _votes(verdict: Mapping[str, Any], vote: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return who asked for which level, the most cautious first; the first of the winning level has won."""
    votes = [
        {
            "who": Sentence("rule {rule}", rule=finding["rule_id"]),
            "level": finding["level"],
            "because": finding["matched"],
        }
        for finding in verdict.get("findings") or ()
    ]
    if vote:
        votes.append(
            {
                "who": Sentence(
                    "classifier: {intent} {confidence}",
                    intent=vote["intent"],
                    confidence=f"{vote['confidence']:.2f}",
                ),
                "level": load_dialogue().level(vote["intent"]),
                "because": "",
            }
        )
    votes.sort(key=lambda one: -RANK[one["level"]])
    winner = _decided_by(verdict)
    return [{**one, "won": one["who"] == winner} for one in votes]


def _decided_by(verdict: Mapping[str, Any]) -> str | None:
    """Return who decided, in the words that a vote of theirs has."""
    return str(Reason.from_dict(verdict["reason"])) if verdict.get("reason") else None


def _shown(reply: Mapping[str, Any], channel: str) -> Record:
    text, buttons = reply["text"], [dict(button) for button in reply["buttons"]]
    found = gate().take_apart(text) or []
    return {
        "text": text,
        "buttons": buttons,
        "variety": reply["variety"],
        "dir": reply["dir"],
        "blocks": [_signed(block) for block in found],
        "shape": _shape(text, buttons, reply["variety"], channel),
    }


def _signed(block: Block) -> Record:
    """Return a text that was sent, with who signed it."""
    standing = library().standing(block.id)
    entry = standing.entry or {}
    return {
        "id": block.id,
        "variety": block.variety,
        "sha256": block.sha256,
        "kind": block.kind,
        "standing": Sentence(standing.status),
        "date": entry.get("date"),
        "expires": entry.get("expires"),
        "signers": [Sentence(signer["role"]) for signer in entry.get("signers", [])],
    }


def _shape(text: str, buttons: list[dict[str, str]], variety: str, channel: str) -> Record:
    """Return how the channel shows a reply, and how much of its limits is used."""
    if channel == "web":
        return {
            "as": "bubble",
            "choose": "",
            "limits": Sentence(
                "{count} characters, {buttons} buttons", count=len(text), buttons=len(buttons)
            ),
        }
    label = library().block(CHOOSE, variety)
    choose = label.text if label else None
    made = bubble(text, [{**button, "nonce": button["id"]} for button in buttons], choose=choose)
    kind = made["interactive"]["type"] if made["type"] == "interactive" else "text"
    most = {
        "button": (BUTTONS_BODY, BUTTONS_MOST),
        "list": (LIST_BODY, ROWS_MOST),
        "text": (TEXT_MOST, 0),
    }[kind]
    return {
        "as": kind,
        "choose": choose if kind == "list" else "",
        "limits": Sentence(
            "{count} of {most} characters, {buttons} of {most_buttons} buttons",
            count=len(text),
            most=most[0],
            buttons=len(buttons),
            most_buttons=most[1],
        ),
    }


def _draft(draft: Any, replies: list[dict[str, Any]]) -> Record | None:
    """Return the reply of the draft texts where it differs from the one of the signed texts."""
    if draft is None or [draft.text] == [reply["text"] for reply in replies]:
        return None
    return {
        "text": draft.text,
        "variety": draft.variety,
        "blocks": [block.id for block in draft.blocks],
    }


def _steps(spent: Mapping[str, float], whole: float) -> list[dict[str, Any]]:
    steps = [{"name": name, "ms": round(milliseconds, 2)} for name, milliseconds in spent.items()]
    rest = whole - sum(spent.values())
    return [*steps, {"name": Sentence("tracker, gate and the rest"), "ms": round(max(rest, 0), 2)}]
