"""The call-back request, step by step: what an answer to each question means. Pure functions; nothing is kept here."""

import re
from dataclasses import dataclass

import phonenumbers

CONSENT, NAME, PHONE, TIME = STEPS = (
    "callback_consent",
    "callback_name",
    "callback_phone",
    "callback_time",
)
YES, NO, STOP, SKIP = "callback_yes", "callback_no", "callback_stop", "callback_skip"
TIMES = {
    "callback_morning": "morning",
    "callback_afternoon": "afternoon",
    "callback_evening": "evening",
    "callback_any": "any time",
}
OFFERS = {CONSENT: (YES, NO), NAME: (SKIP, STOP), PHONE: (STOP,), TIME: (*TIMES, STOP)}
SAYS = {CONSENT: "callback", NAME: "callback_name", PHONE: "callback_phone", TIME: "callback_time"}
PHONE_AGAIN = "callback_phone_again"
MOST_TRIES = 3  # then the question is given up: nobody is held in it
COUNTRY, COUNTRY_CODE = "PK", 92
NAME_MOST, NAME_WORDS = 60, 5
NAME_LETTERS = re.compile(r"[^\W\d_]+(?:[ .'’-]+[^\W\d_]+)*\.?")
NOT_SAID = "-"


@dataclass(frozen=True)
class Heard:
    """What an answer means: a value, an end of the request, or neither, in which case it is asked again."""

    value: str | None = None
    ends: bool = False


def heard(step: str, *, text: str, button: str | None, intent: str, tries: int) -> Heard:
    """Return what is meant by `text` or the tapped `button` as the answer to the question of `step`.

    `intent` is what the message would mean outside the request; `tries` is how often this step was not understood.
    """
    if button in (NO, STOP) or (not button and intent == "deny"):
        return Heard(ends=True)
    found = _value(step, text, button, intent)
    if found is None and tries + 1 >= MOST_TRIES:
        return {NAME: Heard(NOT_SAID), TIME: Heard(TIMES["callback_any"])}.get(
            step, Heard(ends=True)
        )
    return Heard(found)


def _value(step: str, text: str, button: str | None, intent: str) -> str | None:
    if step == CONSENT:
        return "yes" if button == YES or (not button and intent == "affirm") else None
    if step == NAME:
        return NOT_SAID if button == SKIP else None if button else name_in(text)
    if step == PHONE:
        return None if button else phone_in(text)
    return TIMES.get(button or "")


def name_in(text: str) -> str | None:
    """Return `text` where it can be a name: a few words of letters, nothing that tells more."""
    words = " ".join(text.split())
    short = len(words) <= NAME_MOST and len(words.split()) <= NAME_WORDS
    return words if short and len(words) > 1 and NAME_LETTERS.fullmatch(words) else None


def phone_in(text: str) -> str | None:
    """Return the one Pakistani number of `text` as +92…, None where there is none or more than one.

    >>> phone_in("mera number 0300-1234567 hai")
    '+923001234567'
    """
    found = {
        match.number.national_number: match.number
        for match in phonenumbers.PhoneNumberMatcher(text, COUNTRY)
        if match.number.country_code == COUNTRY_CODE
    }
    if len(found) != 1:
        return None
    return phonenumbers.format_number(
        next(iter(found.values())), phonenumbers.PhoneNumberFormat.E164
    )
