"""What this process counts, for Prometheus. Labels are closed lists: never a patient's word, never an id."""

import logging
from collections.abc import Mapping
from datetime import date

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

from bot.answers.library import Library
from bot.answers.texts import LANGUAGES
from bot.guard.verdict import LEVELS

ACTIONS, OTHER = frozenset(LEVELS), "other"
PLACES = ("reply", "whatsapp", "history")
# whose errors are whose: the first name that a logger's name starts with
PARTS = {
    "bot.guard": "guard",
    "bot.rasa_adapter.components.intents": "classifier",
    "bot.nlu": "classifier",
    "bot.rasa_adapter.tracker": "dialogue",
    "bot.rasa_adapter.nlg": "reply",
    "bot.answers.gate": "gate",
    "bot.answers.library": "ledger",
    "bot.answers.ledger": "ledger",
    "bot.channels.turn": "turn",
    "bot.channels.web": "web",
    "bot.channels.whatsapp": "whatsapp",
    "bot.privacy": "privacy",
    "bot": OTHER,
}

disable_created_metrics()  # a second series for each, which nobody reads
TURNS = Counter("jawab_turns", "Messages answered.", ["channel", "action", "variety"])
SECONDS = Histogram(
    "jawab_turn_seconds",
    "From a cleaned message to its gated reply.",
    ["channel"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 1, 2, 5, 10, 30),
)
IN_WORK = Gauge("jawab_turns_in_work", "Messages in work or waiting for their turn.")
SHED = Counter("jawab_turns_shed", "Messages refused because too many were waiting.", ["channel"])
INCIDENTS = Counter(
    "jawab_gate_incidents", "Messages that were not approved and were replaced.", ["place"]
)
ERRORS = Counter(
    "jawab_errors", "Errors logged, by the part of the bot that logged them.", ["part"]
)
PROVIDER = Counter(
    "jawab_provider_answers",
    "What a provider made of our requests.",
    ["provider", "outcome", "code"],
)
LEDGER_DAYS = Gauge("jawab_ledger_days_left", "Days until the first text that may be sent expires.")
LEDGER_TEXTS = Gauge("jawab_ledger_texts", "Texts by how they stand today.", ["standing"])
LEDGER_GRACE = Gauge(
    "jawab_ledger_texts_in_grace", "Texts for danger that are sent although their date has passed."
)
LEDGER_TORN = Gauge(
    "jawab_ledger_torn", "Whether the ledger's last line was not written to its end."
)
READY = Gauge("jawab_ready", "Whether a part that answering needs is there.", ["part"])
INBOX = Gauge("jawab_whatsapp_inbox_messages", "Messages accepted and not yet answered.")
INBOX_AGE = Gauge("jawab_whatsapp_inbox_age_seconds", "How long the oldest of them has waited.")
OUTBOX = Gauge("jawab_whatsapp_outbox_messages", "Replies not yet taken by Meta.")
URGENT_WAITING = Gauge(
    "jawab_whatsapp_urgent_waiting_seconds",
    "How long the oldest emergency or crisis reply has not left.",
)
URGENT_FAILED = Gauge(
    "jawab_whatsapp_urgent_failed", "Emergency and crisis replies that failed, unseen by staff."
)
ALERTS = Gauge("jawab_whatsapp_alerts_unseen", "Alerts that nobody has marked as seen.")

STANDINGS = ("approved", "provisional", "stale", "expired", "recalled", "unsigned")
for _place in PLACES:  # a counter that first appears with its first incident would show no increase
    INCIDENTS.labels(_place)
for _part in PARTS.values():
    ERRORS.labels(_part)


def turn(channel: str, *, action: str | None, variety: str | None, seconds: float) -> None:
    """Count a message that was answered."""
    TURNS.labels(
        channel, action if action in ACTIONS else OTHER, variety if variety in LANGUAGES else OTHER
    ).inc()
    SECONDS.labels(channel).observe(seconds)


def gate_incident(place: str) -> None:
    """Count a message that the gate replaced, at one of PLACES."""
    INCIDENTS.labels(place if place in PLACES else OTHER).inc()


def provider(name: str, outcome: str, code: int, *, known: frozenset[int]) -> None:
    """Count an answer of a provider; codes that are not `known` are counted together."""
    PROVIDER.labels(name, outcome, str(code) if code in known or code == 0 else OTHER).inc()


def ledger(library: Library, *, today: date) -> None:
    """Note how the texts stand, and when the next one runs out."""
    standings = [library.standing(name) for name in library.answers()]
    for status in STANDINGS:
        LEDGER_TEXTS.labels(status).set(sum(one.status == status for one in standings))
    LEDGER_GRACE.set(len(library.in_grace()))
    LEDGER_TORN.set(library.torn)
    expiries = [one.expires for one in standings if one.usable and one.expires]
    LEDGER_DAYS.set(min(((day - today).days for day in expiries), default=0))


def ready(parts: Mapping[str, bool]) -> None:
    """Note which parts are there."""
    for name, there in parts.items():
        READY.labels(name).set(there)


class CountErrors(logging.Handler):
    """Counts every error our code logs, without looking at what it says."""

    def emit(self, record: logging.LogRecord) -> None:
        """Count `record` for the part its logger belongs to."""
        if record.levelno >= logging.ERROR:
            part = next(
                (part for name, part in PARTS.items() if record.name.startswith(name)), OTHER
            )
            ERRORS.labels(part).inc()
