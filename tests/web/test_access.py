"""axe-core finds nothing on any state of the widget: WCAG 2.2 AA and best practice."""

from pathlib import Path

import pytest
from browser import DESKTOP, PHONE, TYPED

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
STATES = [
    "new",
    "topic menu",
    "answer",
    "own case and quick replies",
    "who checked this",
    "voted",
    "waiting",
    "not delivered",
    "too many messages",
    "too long",
    "asked to clear",
    "cleared",
    "320 px wide",
]


def violations(page, rules=None):
    page.evaluate(AXE)
    options = {"runOnly": {"type": "tag", "values": TAGS}, "rules": rules or {}}
    found = page.evaluate("(options) => axe.run(document, options)", options)["violations"]
    return [
        (one["id"], node["target"], node["failureSummary"])
        for one in found
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("variety", ["en", "ur", "roman"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state(visit, variety, scheme):
    chat = visit(f"/chat/states.html?language={variety}", viewport=DESKTOP, color_scheme=scheme)
    chat.page.locator("#states[data-ready]").wait_for(timeout=60_000)
    shown = chat.page.locator("jawab-chat").evaluate_all(
        "nodes => nodes.map((node) => node.dataset.state)"
    )
    assert shown == STATES
    # a page of thirteen chats has thirteen h1; each on a page of its own has one
    many = {
        "page-has-heading-one": {"enabled": False},
        "landmark-unique": {"enabled": False},
        "heading-order": {"enabled": False},
    }
    assert violations(chat.page, many) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("opened", [False, True], ids=["closed", "open"])
def test_the_widget_on_a_clinic_s_page(visit, viewport, scheme, opened):
    chat = visit("/chat/demo.html", viewport=viewport, color_scheme=scheme)
    if opened:
        chat.page.locator(".launcher").click()
        chat.say(TYPED["ur"])
    assert violations(chat.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_chat_page_with_a_conversation(visit, scheme):
    chat = visit(color_scheme=scheme)
    chat.say(TYPED["en"])
    chat.button("receipt").click()
    chat.page.locator(".entry").first.wait_for()
    chat.page.context.set_offline(True)
    chat.text.fill("salam")
    chat.text.press("Enter")
    chat.button("retry").wait_for()
    assert violations(chat.page) == []


def test_what_is_said_is_announced(visit):
    chat = visit()
    log = chat.page.get_by_role("log", name="Messages")
    chat.say(TYPED["en"])
    assert log.locator(".said").count() == 1
    assert log.locator(".mine .unseen").first.inner_text() == "You"
    assert log.locator(".theirs .unseen").first.inner_text() == "Automatic assistant"
