"""The call-back request: what each answer means, and keeping it for the staff. No words for the patient stand here."""

import json
import logging
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.container import notes, waiting_room
from bot.dialogue.callback_form import CONSENT, NAME, NOT_SAID, PHONE, STEPS, TIME, heard
from bot.errors import told
from bot.handover.queue import PRACTICE, WaitingRoom

logger = logging.getLogger(__name__)
REQUESTED, TRIES, OUTCOME = "requested_slot", "callback_tries", "callback_outcome"
Events = list[dict[str, Any]]


class ValidateCallbackForm(Action):
    """Runs for every answer; a value goes into its slot encrypted, because slots are stored with the conversation."""

    def name(self) -> str:
        """Return the name Rasa gives the check of `callback_form`."""
        return "validate_callback_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        """Return what the answer sets; at the start everything is empty, whatever an earlier request left."""
        step, room = tracker.get_slot(REQUESTED), waiting_room()
        if step not in STEPS:
            return [*_emptied(), SlotSet(OUTCOME, None), SlotSet(TRIES, 0)]
        if room is None:
            return _ended()
        message = next(event for event in reversed(tracker.events) if event["event"] == "user")
        found = heard(
            step,
            text=message.get("text") or "",
            button=(message.get("metadata") or {}).get("button"),
            intent=(message.get("parse_data") or {}).get("intent", {}).get("name") or "",
            tries=int(tracker.get_slot(TRIES) or 0),
        )
        if found.ends:
            return _ended()
        if found.value is None:
            return [SlotSet(step, None), SlotSet(TRIES, int(tracker.get_slot(TRIES) or 0) + 1)]
        return [SlotSet(step, room.seal(found.value)), SlotSet(TRIES, 0)]


class KeepCallback(Action):
    """Runs when all was asked, or the patient stopped."""

    def name(self) -> str:
        """Return the name it has in the domain."""
        return "action_callback_keep"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        """Keep the request for the staff where it is whole; empty the slots; return what came of it."""
        if any(not tracker.get_slot(step) for step in STEPS):
            return [*_emptied(), SlotSet(OUTCOME, "refused")]
        try:
            _keep(waiting_room(), tracker)
            outcome = "kept"
        except Exception as error:  # the patient must hear that nobody will call
            logger.error("call-back request failed: sender=%s: %s", tracker.sender_id, told(error))
            outcome = "failed"
        return [*_emptied(), SlotSet(OUTCOME, outcome)]


def _keep(room: WaitingRoom | None, tracker: Tracker) -> None:
    if room is None:
        raise LookupError("the waiting room is closed")
    values = {step: room.unseal(tracker.get_slot(step)) for step in STEPS}
    if values[CONSENT] != "yes":
        raise LookupError("no consent")
    contact = {
        "phone": values[PHONE],
        "time": values[TIME],
        "name": "" if values[NAME] == NOT_SAID else values[NAME],
    }
    said = [event for event in tracker.events if event["event"] == "bot"]
    variety = ((said[-1].get("metadata") or {}) if said else {}).get("variety") or "en"
    channel = tracker.get_latest_input_channel() or "web"
    if channel != PRACTICE:
        kept = notes()
        assert kept
        kept.put_request(
            sender=tracker.sender_id,
            channel=channel,
            variety=variety,
            contact=room.seal(json.dumps(contact)),
        )


def _emptied() -> Events:
    return [SlotSet(step, None) for step in STEPS]


def _ended() -> Events:
    return [*_emptied(), SlotSet(REQUESTED, None)]
