"""A running console for the tests of this folder."""

import itertools
import sys
from pathlib import Path

import pytest
from office import Office

sys.path.insert(0, str(Path(__file__).parent.parent / "web"))
from browser import DESKTOP, launch  # noqa: E402

NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def office(terminal, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched:       # everybody here signs in from one address
        patched.setattr("bot.staff.routes.ATTEMPTS_A_MINUTE", 100_000)
        running = Office(terminal.agent, tmp_path_factory.mktemp("staff"))
    with running:
        yield running


@pytest.fixture
def staff(office):
    """Make somebody of a role, signed in, under a name of their own."""
    return lambda role: office.signed_in(f"{role}{next(NUMBERS)}", role)


@pytest.fixture(scope="session")
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
        cookie = next(iter(staff(role).jar))
        context.add_cookies([{"name": cookie.name, "value": cookie.value, "url": f"{office.url}/staff"}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text)
                if message.type == "error" and "Failed to load resource" not in message.text else None)
        page.goto(f"{office.url}/staff/{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints
