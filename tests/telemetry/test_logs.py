"""How the process logs: our sentences and ids, other people's places, and nobody's words."""

import io
import json
import logging
import warnings

import pytest
import structlog

from bot.telemetry import logs

WORDS = "Zulekha ki AMH 0.37"
OURS = logging.getLogger("bot.channels.turn")


@pytest.fixture(params=["json", "plain"])
def written(request, monkeypatch):
    """What is logged in either style, once patients write."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root, level = logging.root.handlers, logging.root.level
    logs.configure(request.param)
    yield stream
    logging.root.handlers = root
    logging.root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


SPEAKERS = {
    "rasa in its own words": lambda: logging.getLogger("rasa.core.processor").warning(
        f"cannot parse {WORDS}"
    ),
    "rasa with arguments": lambda: logging.getLogger("rasa.core.tracker_store").error(
        "for %s", WORDS
    ),
    "rasa through structlog": lambda: structlog.get_logger("rasa").warning(
        "processor.parse", user_text=WORDS
    ),
    "rasa's words as an event": lambda: structlog.get_logger("rasa").warning(WORDS, text=WORDS),
    "uvicorn about a request": lambda: logging.getLogger("uvicorn.error").error(
        "in %s", WORDS, exc_info=ValueError(WORDS)
    ),
    "the database about its parameters": lambda: logging.getLogger("sqlalchemy.pool").critical(
        f"[parameters: {WORDS}"
    ),
    "somebody's extra": lambda: logging.getLogger("asyncio").error(
        "task", extra={"coroutine": WORDS}
    ),
    "a warning of python's": lambda: warnings.warn(WORDS, stacklevel=1),
    "ours with an exception": lambda: OURS.error("turn failed", exc_info=ValueError(WORDS)),
}


@pytest.mark.parametrize("speak", SPEAKERS.values(), ids=SPEAKERS.keys())
def test_no_word_gets_through(written, speak):
    logs.patients_write()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        speak()
    assert written.getvalue().strip() and not [
        word for word in WORDS.split() if word in written.getvalue()
    ]


def test_before_patients_write_others_are_heard(written):
    logging.getLogger("rasa.core.agent").error("Could not load model due to a missing file")
    assert "missing file" in written.getvalue()


def test_ours_is_heard_with_the_kind_and_place_of_its_error(written):
    logs.patients_write()
    try:
        raise ValueError(WORDS)
    except ValueError:
        OURS.exception("whatsapp message failed: message=%s", "m-1")
    assert (
        "message=m-1" in written.getvalue() and "ValueError < test_logs.py:" in written.getvalue()
    )


def test_the_place_others_spoke_from_is_kept(written):
    logs.patients_write()
    logging.getLogger("rasa.core.processor").warning("anything")
    assert "test_logs.py:" in written.getvalue() and "rasa.core.processor" in written.getvalue()


def test_a_whatsapp_id_holds_a_number_and_is_told_by_its_digest(written):
    for _ in range(2):
        OURS.error("turn failed: message=%s", "wamid.HBgMOTIzMjExMjM0NTY3FQIAEhgUM0E=")
    lines = written.getvalue().splitlines()
    assert "HBgM" not in written.getvalue() and all("wamid-" in line for line in lines)
    assert lines[0].split("wamid-")[1][:16] == lines[1].split("wamid-")[1][:16]


def test_json_is_one_object_a_line_urdu_and_line_breaks_included(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root, level = logging.root.handlers, logging.root.level
    try:
        logs.configure("json")
        OURS.error("first\nsecond %s", "درد")
    finally:
        logging.root.handlers = root
        logging.root.setLevel(level)
        structlog.reset_defaults()
    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["event"] == "first\nsecond درد"
