"""What patients ask: counted without names, kept redacted, grouped, erased, and shown to those who may see it."""

import csv
import io
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from browser import DESKTOP, PHONE
from office import Visitor
from test_console_in_a_browser import fits, looked_at, violations

from bot.asked import (
    ACTION,
    CAUSE,
    CLARIFIED,
    COUNTS,
    DOUBT,
    MOST_PENDING,
    TOPIC,
    UNANSWERED,
    UNSURE,
    Asked,
    Choice,
    Turn,
    day_of,
)
from bot.channels import turn as channel
from bot.channels.session import Sessions
from bot.channels.web_votes import Votes
from bot.database import Database
from bot.staff.alike import groups
from bot.staff.audit import recent
from bot.staff.figures import alike, figures, question_rows
from bot.staff.store import asked_counts, asked_questions, tables

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()
TODAY = date(2026, 11, 22)
EVER = Choice(date(2020, 1, 1))
PHRASES = {"sugar": ["sugar ka ilaj stem cell se hota hai?", "شوگر کا علاج سٹیم سیل سے ہوتا ہے؟", "stem cell se sugar ka ilaaj"],
           "pain": ["khali pait ana hota hai kya", "khaali pet aana hota he?", "خالی پیٹ آنا ہوتا ہے کیا"]}


def said(action, *, topics=(), variety="en", reason="classifier: halal 0.95", blocks=()):
    return {"action": action, "topics": list(topics), "variety": variety, "reasons": [reason],
            "blocks": [{"id": name, "variety": variety, "sha256": ""} for name in blocks]}


DECLINED = said("decline", variety="roman", reason="classifier: uncovered_medical 0.80", blocks=["decline"])


@pytest.fixture
def book(tmp_path):
    return Asked(Database(f"sqlite:///{tmp_path}/staff.db", tables), clock=lambda: NOW)


def asks(book, words, *, sender="web-1", reply=DECLINED, channel="web"):
    book.note(reply, words, sender=sender, channel=channel)
    book.flush()


def kept(book):
    return [one.words for one in book.questions(EVER, (UNANSWERED, CLARIFIED, UNSURE), most=1000)]


@pytest.mark.parametrize(("reply", "doubt"), [
    pytest.param(DECLINED, UNANSWERED, id="no approved answer"),
    pytest.param(said("decline", reason="classifier: halal 0.95", blocks=["decline"]), UNANSWERED, id="text not signed"),
    pytest.param(said("smalltalk", blocks=["clarify"]), CLARIFIED, id="asked back"),
    pytest.param(said("answer", topics=["halal"], reason="classifier: halal 0.41"), UNSURE, id="hardly sure"),
    pytest.param(said("answer", topics=["halal"]), None, id="sure"),
    pytest.param(said("answer", topics=["halal"], reason="rule x"), None, id="a rule decided"),
    pytest.param(said("decline", reason="classifier: abuse 0.9", blocks=["decline_abuse"]), None, id="insulted"),
    *(pytest.param(said(action, reason="classifier: case 0.30", blocks=["clarify"]), None, id=action)
      for action in ("crisis", "emergency", "steer", "handoff", "support")),
])
def test_words_are_kept_only_where_the_bot_had_no_good_answer(book, reply, doubt):
    asks(book, "kya ye theek hai?", reply=reply)
    assert [one.doubt for one in book.questions(EVER, (UNANSWERED, CLARIFIED, UNSURE), most=9)] == [doubt] * bool(doubt)
    assert [(row.name, row.total) for row in book.sums(EVER, DOUBT, COUNTS.name)] == [(doubt, 1)] * bool(doubt)
    assert [(row.name, row.total) for row in book.sums(EVER, ACTION, COUNTS.name)] == [(reply["action"], 1)]


def test_a_tapped_button_is_counted_and_has_no_words(book):
    asks(book, None)
    assert kept(book) == [] and book.sums(EVER, ACTION, COUNTS.name)[0].total == 1
