"""A running console for the tests of this folder."""

import itertools
import sys
from pathlib import Path

import pytest
from office import Office

sys.path.insert(0, str(Path(__file__).parent.parent / "web"))
from browser import DESKTOP, launch  # noqa: E402

from bot.channels.web.session_ids import Sessions  # noqa: E402

NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def office(terminal, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched:  # everybody here signs in from one address
        patched.setattr("bot.staff.access.pages.ATTEMPTS_A_MINUTE", 100_000)
        running = Office(terminal.agent, tmp_path_factory.mktemp("staff"))
    with running:
        yield running


@pytest.fixture
def staff(office):
    """Make somebody of a role, signed in, under a name of their own."""
    return lambda role: office.signed_in(f"{role}{next(NUMBERS)}", role)


@pytest.fixture(scope="module")  # while Playwright runs, this thread can run no other event loop
def chromium():
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page_of(chromium, office, staff):
    """Open the console in Chromium as somebody of a role; everything the browser complains about fails the test."""
    contexts, complaints = [], []

    def open_page(role, path="", *, viewport=DESKTOP, **options):
        context = chromium.new_context(viewport=viewport, **options)
        contexts.append(context)
        cookie = staff(role).cookie()
        context.add_cookies(
            [{"name": cookie.name, "value": cookie.value, "url": f"{office.url}/staff"}]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type == "error" and "Failed to load resource" not in message.text
                else None
            ),
        )
        page.goto(f"{office.url}/staff/{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture
def talked(office):
    """A patient who wrote on the website and asked for a person; the entry's number."""
    session = office.start()
    for words in ("mera naam Zulekha hai, number 0300-1234567, AMH 0.4 <b>", "kya ye halal hai?"):
        office.say(session, words)
    sender = Sessions("k" * 32, hours=24).sender(session)
    office.room.note(sender=sender, channel="web", reason="handoff", cause="x", variety="roman")
    yield office.room.open()[0].number
    with office.room.database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM waiting")
