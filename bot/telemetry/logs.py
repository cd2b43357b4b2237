"""How this process logs: one line an event, as JSON or plain, with ids and never with a patient's words.

Our own loggers speak in fixed sentences and ids. Anybody else's (Rasa, uvicorn, SQLAlchemy, asyncio) may quote what it
stumbled over, so from the moment a patient can write only the place it spoke from is kept.
"""

import hashlib
import logging
import re
import sys
import threading
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from bot.errors import told
from bot.telemetry.metrics import CountErrors

OURS = ("bot", "actions")
KEPT = {
    "timestamp",
    "level",
    "logger",
    "event",
    "error",
    "channel",
    "message",
    "_record",
    "_from_structlog",
}
WAMID = re.compile(r"wamid\.[\w+/=-]+")  # WhatsApp's ids hold the patient's phone number in base64
EVENT_NAME = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
_patients_write = threading.Event()


def configure(style: str) -> None:
    """Send every log record of this process to standard error; `style` is json or plain."""
    _patients_write.clear()
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_traceback,
        _only_ours,
        _without_numbers,
    ]
    last: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
            foreign_pre_chain=before,
        )
    )
    logging.root.handlers = [handler, CountErrors()]
    logging.root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *before,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        cache_logger_on_first_use=True,
    )


def patients_write() -> None:
    """From now on a patient can have written: other people's loggers tell no more than where they spoke."""
    _patients_write.set()


def _without_traceback(_: Any, __: str, event: EventDict) -> EventDict:
    """Tell an exception by kind and place: its message may quote a patient."""
    raised = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if raised is True:
        raised = sys.exc_info()
    error = raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        event["error"] = told(error)
    return event


def _only_ours(_: Any, __: str, event: EventDict) -> EventDict:
    """Keep of other people's records where they come from, and nothing they say, once patients write."""
    if not _patients_write.is_set() or str(event.get("logger")).split(".")[0] in OURS:
        return event
    record = event.get("_record")
    said = str(event["event"])
    place = (
        f"{record.filename}:{record.lineno}"
        if record
        else said
        if EVENT_NAME.fullmatch(said)
        else "event"
    )
    return {key: value for key, value in event.items() if key in KEPT} | {"event": place}


def _without_numbers(_: Any, __: str, event: EventDict) -> EventDict:
    """Put a digest in the place of every WhatsApp message id."""
    return {
        key: WAMID.sub(_digest, value) if isinstance(value, str) else value
        for key, value in event.items()
    }


def _digest(found: re.Match[str]) -> str:
    return f"wamid-{hashlib.sha256(found.group().encode('utf-8')).hexdigest()[:16]}"
