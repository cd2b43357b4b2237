"""The console in real Chromium: each job done by keyboard and mouse, on a desk and on a phone, clean to axe-core."""

import os
from pathlib import Path

import pytest
from browser import DESKTOP, PHONE

AXE = (Path(__file__).parent.parent / "web" / "vendor" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HARD = "meri AMH 0.4 hai, <b>ye halal hai?</b>"
PICTURES = os.environ.get("PICTURES")


def violations(page):
    page.evaluate(AXE)
    found = page.evaluate(
        "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS
    )["violations"]
    return [
        (one["id"], node["target"], node["failureSummary"])
        for one in found
        for node in one["nodes"]
    ]


def looked_at(page, name):
    """Keep a picture where somebody asked for pictures."""
    if PICTURES:
        page.wait_for_timeout(400)
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def fits(page):
    return page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


def say(page, words):
    before = page.locator(".bubble.said").count()
    page.locator("#text").fill(words)
    page.locator("#text").press("Enter")
    page.locator(".bubble.said").nth(before).wait_for(timeout=30_000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize(
    "path", ["", "people", "trail", "test", "desk", "desk/halal", "waiting", "asked"]
)
def test_every_page_is_clean_and_fits(page_of, path, viewport, scheme):
    page = page_of("admin", path, viewport=viewport, color_scheme=scheme)
    looked_at(page, f"{path.replace('/', '-') or 'home'}-{viewport['width']}-{scheme}")
    assert violations(page) == []
    assert fits(page)


def test_the_sign_in_page_is_clean_and_works_by_keyboard(chromium, office):
    office.hire("keyboard", "viewer")
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(f"{office.url}/staff/")
    assert violations(page) == []
    page.keyboard.type("keyboard")
    page.keyboard.press("Tab")
    page.keyboard.type("three plain words")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="What would you like to do?").wait_for()
    context.close()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_a_message_is_answered_and_explained(page_of, viewport):
    page = page_of("viewer", "test", viewport=viewport)
    say(page, HARD)
    assert page.locator(".bubble.mine").inner_text() == HARD
    assert "meri AMH 0.4" in " ".join(page.locator(".typed mark").all_inner_texts()).replace(
        "  ", " "
    )
    shown = page.locator("#flight").inner_text()
    for words in ("rule case-", "steer", "drafting", "classifier", "together"):
        assert words in shown
    looked_at(page, f"flight-{viewport['width']}")
    assert violations(page) == []
    assert fits(page)


def test_urdu_runs_right_to_left_and_a_button_is_tapped(page_of):
    page = page_of("viewer", "test")
    say(page, "میری AMH 0.4 ہے، کیا یہ حلال ہے؟")
    assert page.locator(".bubble.said").first.get_attribute("dir") == "rtl"
    looked_at(page, "flight-urdu")
    page.locator(".offers button").first.click()
    page.locator(".bubble.said").nth(1).wait_for()
    assert "halal" in page.locator("#flight").inner_text()
    assert violations(page) == []


def test_whatsapp_shows_its_own_limits(page_of):
    page = page_of("viewer", "test")
    page.locator("#channel").select_option("whatsapp")
    say(page, "salam")
    assert (
        "of 1024 characters" in page.locator("#flight").inner_text()
        or "of 4096 characters" in page.locator("#flight").inner_text()
    )


def test_a_list_becomes_a_table_and_the_second_time_nothing_changed(page_of):
    page = page_of("viewer", "test")
    for changed in ("new", ""):
        page.locator("#content").fill("is it halal??\n=1+1 kya ye mehnga hai\n")
        page.get_by_role("button", name="Test the list").click()
        page.locator("#table tbody tr").nth(1).wait_for(timeout=30_000)
        cells = page.locator("#table tbody tr").first.locator("td").all_inner_texts()
        assert cells[0] == "is it halal??" and cells[2] == "halal" and cells[5] == changed
        page.evaluate("document.querySelector('#table').replaceChildren()") if changed else None
    looked_at(page, "list")
    assert violations(page) == []


def test_a_session_that_ended_is_told_and_nothing_is_lost(page_of):
    page = page_of("viewer", "test")
    page.context.clear_cookies()
    page.locator("#text").fill("is it halal?")
    page.locator("#text").press("Enter")
    page.locator("#problem").get_by_text("signed out").wait_for()


@pytest.fixture
def waiting(office):
    """Three patients in the waiting room."""
    for number, (reason, contact) in enumerate(
        [
            ("handoff", None),
            ("emergency", None),
            ("callback", {"phone": "+923001234567", "time": "evening", "name": "زلیخا بی بی"}),
        ]
    ):
        office.room.note(
            sender=f"web-{number}",
            channel="web",
            reason=reason,
            cause="rule x",
            variety="ur",
            contact=contact,
        )
    yield
    with office.room.database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM waiting")
        connection.exec_driver_sql("DELETE FROM waiting_notes")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_who_asked_for_a_call_is_taken_called_noted_and_done(page_of, waiting, viewport):
    page = page_of("editor", "waiting", viewport=viewport)
    assert page.locator("article h2").all_inner_texts()[0].startswith("Medical emergency")
    assert page.locator("[data-due]").first.inner_text() == "due in 10 min"
    call = page.locator("article.callback")
    call.get_by_role("button", name="Take").press("Enter")
    call.get_by_role("link", name="+923001234567").wait_for()
    call.get_by_role("textbox").fill("فون کیا، شام کو دوبارہ")
    call.get_by_role("button", name="Keep the note").click()
    call.get_by_text("شام کو دوبارہ").wait_for()
    looked_at(page, f"waiting-taken-{viewport['width']}")
    assert violations(page) == []
    assert fits(page)
    call.get_by_role("button", name="Done").click()
    page.get_by_text("2 waiting").wait_for()
    assert page.locator("article.callback").count() == 0


def test_a_text_is_read_and_signing_asks_for_what_it_needs(page_of):
    page = page_of("signer", "desk")
    page.get_by_role("link", name="halal", exact=True).click()
    assert page.locator('.text[lang="ur"]').get_attribute("dir") == "rtl"
    for words in ("Evidence for", "Evidence against", "Outlook"):
        assert page.get_by_text(words).first.is_visible()
    page.get_by_text("cannot be told here").wait_for()  # these conversations are in memory
    page.get_by_role("button", name="Sign", exact=True).click()
    assert page.locator('input[name="role"]').first.evaluate("node => !node.validity.valid")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_a_conversation_is_read_and_replayed(page_of, talked, viewport):
    page = page_of("editor", "waiting", viewport=viewport)
    page.get_by_role("button", name="Take it").press("Enter")
    page.get_by_role("link", name="What was said").click()
    page.get_by_role("link", name="Again through today's bot").click()
    page.get_by_text("the same words").nth(1).wait_for()
    looked_at(page, f"conversation-{viewport['width']}")
    assert violations(page) == []
    assert fits(page)


NARROW = {"width": 360, "height": 740}


@pytest.fixture
def urdu_of(page_of):
    """Open the console as somebody whose browser asks for Urdu; whatever page is shown must be clean and Urdu."""

    def open_page(role, path, viewport):
        page = page_of(role, path, viewport=viewport, locale="ur-PK")

        return page, lambda name: clean_urdu(page, name)

    return open_page


def clean_urdu(page, name):
    """The page is in Urdu, all of it, clean, and no wider than the window."""
    looked_at(page, f"ur-{name.replace('/', '-') or 'home'}-{page.viewport_size['width']}")
    assert page.evaluate("document.documentElement.dir") == "rtl"
    assert violations(page) == []
    assert fits(page)
    assert english(page) == []


def english(page):
    """Return runs of English words that the page shows and that are nobody's name, code or text in three languages."""
    return page.evaluate("""() => {
      const kept = 'bdi, code, pre, textarea, .text, .bubble, .typed, .words, blockquote, [dir=ltr], [dir=auto], '
        + '[lang=en]'
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      const found = []
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (node.parentElement.closest(kept)) continue
        const words = node.textContent.replace(/[\\u2066\\u2067][^\\u2069]*\\u2069/g, '').match(/[A-Za-z]{2,}/g) || []
        found.push(...words)
      }
      for (const node of document.querySelectorAll('[aria-label], [placeholder], [title]')) {
        if (node.closest('meter, mark')) continue
        for (const name of ['aria-label', 'placeholder', 'title']) found.push(...((node.getAttribute(name) || '')
          .replace(/[\\u2066\\u2067][^\\u2069]*\\u2069/g, '').match(/[A-Za-z]{2,}/g) || []))
      }
      return found.filter((word) => !['CSV', 'SHA', 'ms', 'MB', 'up', 'to', 'Rasa'].includes(word))
    }""")


@pytest.mark.parametrize("viewport", [DESKTOP, NARROW], ids=["desk", "phone"])
def test_every_page_is_in_urdu(urdu_of, office, viewport, waiting):
    page, check = urdu_of("admin", "", viewport)
    for path in (
        "",
        "people",
        "trail",
        "desk",
        "desk/halal",
        "desk/emergency",
        "waiting",
        "asked",
        "review",
        "asked?days=1",
        "desk/x",
    ):
        page.goto(f"{office.url}/staff/{path}")
        check(path)
    page.goto(f"{office.url}/staff/people")
    page.locator('input[name="name"]').last.fill(f"neha{viewport['width']}")
    page.get_by_role("button", name="بنائیں", exact=True).click()
    link = page.locator("code.link").inner_text()
    check("people-link")
    page.context.clear_cookies()
    page.goto(link)
    check("set-up")
    page.goto(f"{office.url}/staff/")
    check("sign-in")


@pytest.mark.parametrize("viewport", [DESKTOP, NARROW], ids=["desk", "phone"])
def test_the_test_console_explains_itself_in_urdu(urdu_of, viewport):
    page, check = urdu_of("viewer", "test", viewport)
    check("test")
    say(page, HARD)
    page.get_by_role("button", name="جواب کیسے بنا").first.click()
    page.locator("#content").fill("is it halal??\nkya ye mehnga hai\n")
    page.get_by_role("button", name="لسٹ ٹیسٹ کریں").click()
    page.locator("#table tbody tr").nth(1).wait_for(timeout=30_000)
    check("flight")


@pytest.mark.parametrize("viewport", [DESKTOP, NARROW], ids=["desk", "phone"])
def test_a_patient_is_called_in_urdu(urdu_of, waiting, talked, viewport):
    page, check = urdu_of("editor", "waiting", viewport)
    assert page.locator("[data-due]").first.inner_text() == "\u2067\u206610\u2069 منٹ\u2069 باقی"
    for reason in ("callback", "handoff"):
        page.locator(f"article.{reason}").first.get_by_role("button", name="اپنے ذمے لیں").press(
            "Enter"
        )
    page.locator("article.callback").get_by_role("textbox").fill("فون کیا، شام کو دوبارہ")
    page.locator("article.callback").get_by_role("button", name="نوٹ محفوظ کریں").press("Enter")
    page.get_by_text("شام کو دوبارہ").wait_for()
    check("waiting-taken")
    page.locator("article.handoff").get_by_role("link", name="کیا بات ہوئی").click()
    page.get_by_role("link", name="آج کے بوٹ").click()
    page.locator("article").first.wait_for()
    check("conversation")


def test_the_language_is_changed_by_keyboard_and_the_page_stays(page_of):
    page = page_of("viewer", "desk", locale="ur-PK")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "سیدھا کام پر جائیں"
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.locator(":focus").inner_text() == "English":
            break
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Sign-off desk").wait_for()
    page.get_by_role("button", name="اردو").press("Enter")
    page.get_by_role("heading", name="تحریروں کی منظوری").wait_for()
