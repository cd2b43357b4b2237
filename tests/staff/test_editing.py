"""Editing a text in the browser: the same file as by hand, nothing lost between two, nothing unsigned sent."""

import shutil
import threading
from datetime import date

import pytest
import yaml
from browser import DESKTOP, PHONE
from office import Office, Visitor
from test_console_in_a_browser import NARROW, clean_urdu, fits, looked_at, violations

from bot.answers import library as library_module
from bot.answers.ledger import APPROVED, Ledger
from bot.answers.texts import load_answers
from bot.errors import DataError, StaffError
from bot.rasa_adapter.sandbox import Draft
from bot.staff.approval.drafts import Drafts, Edit, Overtaken
from bot.staff.approval.signing import seen
from bot.staff.approval.yaml_edit import rewritten
from bot.staff.i18n.translate import load_urdu
from bot.staff.tables import tables
from bot.storage.database import Database
from tests.conftest import ROOT
from tests.support import LANGUAGES, Shelf

BY_HAND = """# reviewed by the translators in May
answer:
  id: cost
  kind: answer   # a price is never named
  title: {en: "Cost?", ur: "خرچہ؟", roman: "Kharcha?"}
  text:
    roman: >-
      Kharcha clinic
      batayega.
    en: 'It''s told by the clinic.'   # plain
    ur: "خرچہ کلینک بتائے گا۔"
  source: "editorial"
  numbers: []
"""
NEW = {
    "text.en": 'Ask: "how much?"\nWe tell.',
    "text.ur": "پوچھیں\u200cکہ کتنا۔",
    "text.roman": "Poochein kitna.",
}


@pytest.fixture
def shelf(tmp_path):
    shelf = Shelf(tmp_path / "texts")
    (shelf.folder / "answers" / "cost.yml").write_text(BY_HAND, encoding="utf-8")
    return shelf.sign(today=date.today(), standing=APPROVED)


@pytest.fixture
def drafts(shelf, tmp_path):
    return Drafts(Database(f"sqlite:///{tmp_path}/staff.db", tables), shelf.folder)


def edit(drafts, shelf, name, account="ayesha", **changes):
    words = drafts.words(name) | {key.replace("_", "."): text for key, text in changes.items()}
    return Edit(account, seen(shelf.answers()[name]), words)


def save(drafts, shelf, name, **changes):
    drafts.save(name, edit(drafts, shelf, name, **changes), today=date.today())


def test_comments_order_and_layout_stay_and_the_words_are_new():
    changed = rewritten(BY_HAND, NEW, where="cost.yml")
    entry = yaml.safe_load(changed)["answer"]
    assert entry["text"] == {key.removeprefix("text."): words for key, words in NEW.items()}
    assert r"پوچھیں\u200cکہ" in changed
    outside = [
        [line for line in content.splitlines() if not line.startswith("    ")]
        for content in (BY_HAND, changed)
    ]
    assert outside[0] == outside[1] and "# plain" in changed
    assert changed.index('roman: "Poo') < changed.index('en: "Ask')


@pytest.mark.parametrize(
    "path", sorted((ROOT / "data" / "answers").glob("*.yml")), ids=lambda path: path.stem
)
def test_every_text_of_ours_can_be_changed_and_changed_back_to_the_byte(path):
    content = path.read_bytes().decode()
    entry = yaml.safe_load(content)["answer"]
    was = {
        f"{part}.{language}": words
        for part in ("text", "title")
        for language, words in entry.get(part, {}).items()
    }
    there = rewritten(
        content, {key: f'{words} "نیا" \\ #: {{x}}' for key, words in was.items()}, where=path.name
    )
    assert there != content and rewritten(there, was, where=path.name) == content


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param("answer:\n  text: {en: &a x, ur: *a}\n", {"text.en": "y"}, id="an anchor"),
        pytest.param(
            "answer:\n  text: {en: x}\n", {"text.ur": "y"}, id="a language that is not there"
        ),
        pytest.param("answer:\n  text: {en: x}\n", {"text.en": "y\x07"}, id="a control character"),
        pytest.param("answer:\n  text: [x]\n", {"text.en": "y"}, id="another shape"),
    ],
)
def test_what_cannot_be_changed_alone_is_refused(content, words):
    with pytest.raises(StaffError, match="x.yml"):
        rewritten(content, words, where="x.yml")


def test_line_ends_of_another_system_stay(shelf, drafts):
    path = shelf.folder / "answers" / "cost.yml"
    path.write_bytes(BY_HAND.replace("\n", "\r\n").encode())
    shelf.sign("cost", today=date.today())
    save(drafts, shelf, "cost", text_en="New.")
    assert b"\r\n" in path.read_bytes() and b"\n" not in path.read_bytes().replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "early", [False, True], ids=["words in the ledger", "only hashes in the ledger"]
)
@pytest.mark.parametrize("name", ["pain", "disclaimer", "emergency", "contact"])
def test_a_draft_changes_nothing_for_patients_until_it_is_signed(
    shelf, drafts, monkeypatch, name, early
):
    monkeypatch.setattr(library_module, "LOOK_AGAIN", 0.0)
    if early:
        shelf.forget_words()
    library, before = shelf.library(today=date.today(), production=True), shelf.answers()[name]
    more = "New words, {name}." if name == "contact" else "New words."
    save(drafts, shelf, name, text_en=more)
    assert (
        Draft(shelf.folder).block(name, "en").text
        == shelf.answers()[name].text["en"]
        != before.text["en"]
    )
    for _ in ("the running server", "and after a restart"):
        assert {v: library.block(name, v).text for v in LANGUAGES} == before.text
        assert {v: library.title(name, v) for v in before.title} == before.title
        library = shelf.library(today=date.today(), production=True)
    shelf.sign(name, today=date.today(), standing=APPROVED)
    assert library.block(name, "en").text == shelf.answers()[name].text["en"] != before.text["en"]


def test_a_draft_that_would_silence_a_text_is_refused(shelf, drafts):
    shelf.rewrite("contact", text=dict.fromkeys(LANGUAGES, "Call {name} now"))
    shelf.sign("contact", today=date.today(), standing=APPROVED)
    before = (shelf.folder / "answers" / "contact.yml").read_bytes()
    with pytest.raises(StaffError, match="receive nothing"):
        save(drafts, shelf, "contact", text_en="Call {name}, {phone}")
    assert (shelf.folder / "answers" / "contact.yml").read_bytes() == before


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"text_ur": ""}, "text.ur is missing", id="a language left empty"),
        pytest.param({"text_en": "x" * 901}, "900 at most", id="too long"),
        pytest.param({"text_en": "a\n\nb"}, "blank line", id="a blank line"),
        pytest.param({"title_en": "x" * 21}, "20 at most", id="a label too long for WhatsApp"),
        pytest.param(
            {"title_en": "halal?"}, "the same as in halal.yml", id="a label that another text has"
        ),
        pytest.param(
            {"text_en": "About halal in English."},
            "the same as in",
            id="words that another text has",
        ),
        pytest.param({"text_en": "call {phone}"}, "placeholder", id="a placeholder"),
        pytest.param({}, "Nothing was changed", id="nothing new"),
    ],
)
def test_what_does_not_fit_is_told_and_not_saved(shelf, drafts, changes, told):
    before = {path: path.read_bytes() for path in shelf.folder.rglob("*") if path.is_file()}
    with pytest.raises((DataError, StaffError)) as error:
        save(drafts, shelf, "pain", **changes)
    assert told in str(error.value) and "/tmp/tmp" not in str(error.value)
    assert {path: path.read_bytes() for path in shelf.folder.rglob("*") if path.is_file()} == before


def test_figures_and_hedges_of_the_file_must_stay(shelf, drafts):
    shelf.rewrite(
        "pain",
        text=dict.fromkeys(LANGUAGES, "up to 40% x") | {"ur": "40% x y", "roman": "40% x z"},
        numbers=["40"],
        hedges=[{"en": "up to", "ur": "40% x", "roman": "40% x"}],
    )
    with pytest.raises(DataError, match="hedge"):
        save(drafts, shelf, "pain", text_en="40% x")
    with pytest.raises(DataError, match="figure"):
        save(drafts, shelf, "pain", text_en="up to 45% x")


def test_of_many_who_save_at_once_one_does_and_the_others_are_told(shelf, tmp_path):
    url, failed, barrier = f"sqlite:///{tmp_path}/staff.db", [], threading.Barrier(6)

    def one(number):
        drafts = Drafts(Database(url, tables), shelf.folder)
        mine = edit(drafts, shelf, "pain", f"person{number}", text_en=f"Words of {number}.")
        barrier.wait(10)
        try:
            drafts.save("pain", mine, today=date.today())
        except Overtaken as overtaken:
            failed.append((overtaken.by.account, overtaken.now.text["en"]))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    words = shelf.answers()["pain"].text["en"]
    winner = words.removeprefix("Words of ").removesuffix(".")
    assert failed == [(f"person{winner}", words)] * 5
    assert not list((shelf.folder / "answers").glob(".*"))


def test_a_file_changed_outside_is_told_without_a_name(shelf, drafts):
    mine = edit(drafts, shelf, "pain", text_en="Mine.")
    shelf.rewrite("pain", source="a better one")
    with pytest.raises(Overtaken) as error:
        drafts.save("pain", mine, today=date.today())
    assert error.value.by is None


def test_a_folder_that_cannot_be_written_is_told(shelf, drafts, monkeypatch):
    def full(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bot.staff.approval.drafts.os.fsync", full)
    shelf.answers()
    with pytest.raises(StaffError, match="No space left"):
        save(drafts, shelf, "pain", text_en="New.")
    assert not list((shelf.folder / "answers").glob(".*"))


@pytest.fixture
def desk(terminal, tmp_path, shelf):
    shutil.copytree(ROOT / "data" / "staff", shelf.folder / "staff")
    with Office(terminal.agent, tmp_path / "var", data=shelf.folder) as running:
        for name, role in (("ayesha", "editor"), ("bilal", "editor"), ("vera", "viewer")):
            running.hire(name, role)
        yield running


def visitor(desk, name):
    found = Visitor(desk)
    assert found.post("sign-in", name=name, password="three plain words")[0] == 200
    found.ask("desk/pain")
    return found


def fields(shelf, name="pain", **changes):
    answer = shelf.answers()[name]
    return {
        "act": "save",
        "seen": seen(answer),
        **{f"text.{key}": text for key, text in answer.text.items()},
        **{f"title.{key}": text for key, text in answer.title.items()},
        **changes,
    }


def test_the_second_of_two_editors_is_told_and_loses_nothing(desk, shelf):
    ayesha, bilal, before = visitor(desk, "ayesha"), visitor(desk, "bilal"), fields(shelf)
    status, page = ayesha.post("desk/pain/edit", **before | {"text.en": "Ayesha's words."})
    assert (
        status == 200
        and "ayesha saved these words as a draft" in page
        and "Patients go on receiving" in page
    )
    status, page = bilal.post("desk/pain/edit", **before | {"text.ur": "بلال کے الفاظ۔"})
    assert status == 409 and "ayesha saved this text on" in page
    assert "بلال کے الفاظ۔</textarea>" in page and "Ayesha&#39;s words.</p>" in page
    again = page.split('name="seen" value="')[1].split('"')[0]
    status, page = bilal.post(
        "desk/pain/edit",
        **before | {"seen": again, "text.en": "Ayesha's words.", "text.ur": "بلال کے الفاظ۔"},
    )
    assert status == 200 and "bilal saved these words" in page
    assert {key: shelf.answers()["pain"].text[key] for key in ("en", "ur")} == {
        "en": "Ayesha's words.",
        "ur": "بلال کے الفاظ۔",
    }
    with desk.database.begin() as connection:
        acts = connection.exec_driver_sql(
            "SELECT account, subject FROM audit WHERE act = 'draft saved'"
        ).all()
    assert acts == [("ayesha", "pain"), ("bilal", "pain")]


def test_words_are_checked_before_they_are_saved_and_a_mistake_keeps_them(desk, shelf):
    ayesha, before = visitor(desk, "ayesha"), (shelf.folder / "answers" / "pain.yml").read_bytes()
    status, page = ayesha.post(
        "desk/pain/edit", **fields(shelf, **{"act": "look", "text.en": "Up to 40%."})
    )
    assert (
        status == 200
        and "Not saved yet" in page
        and "The numbers differ" in page
        and "Up to 40%." in page
    )
    status, page = ayesha.post("desk/pain/edit", **fields(shelf, **{"text.en": "<b>" + "x" * 901}))
    assert status == 400 and "900 at most" in page and "&lt;b&gt;xxx" in page
    assert (shelf.folder / "answers" / "pain.yml").read_bytes() == before


def test_a_viewer_edits_nothing_and_a_text_that_is_not_there_is_told(desk, shelf):
    vera, ayesha = visitor(desk, "vera"), visitor(desk, "ayesha")
    assert "Save the draft" not in vera.ask("desk/pain")[1]
    assert vera.post("desk/pain/edit", **fields(shelf, **{"text.en": "Vera's."}))[0] == 403
    assert "Vera" not in shelf.answers()["pain"].text["en"]
    assert ayesha.post("desk/..%2Fclinic/edit", act="save")[0] in (400, 404)
    assert ayesha.post("desk/pain/edit", **fields(shelf, act="burn"))[0] == 400


def test_where_texts_cannot_be_written_no_form_is_offered(desk, shelf, monkeypatch):
    monkeypatch.setattr("bot.staff.approval.drafts.os.access", lambda path, mode: False)
    page = visitor(desk, "ayesha").ask("desk/pain")[1]
    assert "may not write its own texts" in page and "Save the draft" not in page


def test_a_ledger_that_cannot_be_written_is_told_and_nothing_is_saved(desk, shelf, monkeypatch):
    ayesha, before = visitor(desk, "ayesha"), (shelf.folder / "answers" / "pain.yml").read_bytes()
    shelf.forget_words()

    def refused(*args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("bot.answers.ledger_file.append", refused)
    status, page = ayesha.post("desk/pain/edit", **fields(shelf, **{"text.en": "My words."}))
    assert status == 400 and "cannot be written here" in page and "My words.</textarea>" in page
    assert (shelf.folder / "answers" / "pain.yml").read_bytes() == before


def test_placeholders_are_edited_as_placeholders(desk, shelf):
    page = visitor(desk, "ayesha").ask("desk/contact")[1]
    assert "{phone} {address} {hours}</textarea>" in page


def test_the_list_tells_that_a_draft_waits(desk, shelf):
    ayesha = visitor(desk, "ayesha")
    ayesha.post("desk/pain/edit", **fields(shelf, **{"text.en": "New."}))
    assert "approved, a draft waits" in ayesha.ask("desk")[1]
    assert load_answers(shelf.folder / "answers", shelf.library(today=date.today()).clinic)
    assert len(Ledger.load(shelf.ledger_file).entries) == len(shelf.answers())


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_two_editors_in_the_browser(chromium, desk, shelf, viewport):
    context = [chromium.new_context(viewport=viewport) for _ in range(2)]
    ayesha, bilal = (
        open_text(one, desk, name) for one, name in zip(context, ("ayesha", "bilal"), strict=True)
    )
    write(ayesha, "text.ur", "عائشہ کے الفاظ۔")
    write(bilal, "text.ur", "بلال کے الفاظ۔")
    looked_at(ayesha, f"edit-{viewport['width']}")
    assert violations(ayesha) == [] and fits(ayesha)
    ayesha.get_by_role("button", name="Save the draft").press("Enter")
    ayesha.get_by_text("ayesha saved these words as a draft").wait_for()
    looked_at(ayesha, f"edit-saved-{viewport['width']}")
    assert violations(ayesha) == [] and fits(ayesha)
    bilal.get_by_role("button", name="Check it only").click()
    bilal.get_by_text("Not saved yet").wait_for()
    bilal.get_by_role("button", name="Save the draft").click()
    bilal.get_by_role("alert").get_by_text("ayesha saved this text").wait_for()
    box = bilal.locator('textarea[name="text.ur"]')
    assert (box.input_value(), box.get_attribute("dir")) == ("بلال کے الفاظ۔", "rtl")
    assert bilal.locator(".saved").all_inner_texts() == ["عائشہ کے الفاظ۔"]
    looked_at(bilal, f"edit-overtaken-{viewport['width']}")
    assert violations(bilal) == [] and fits(bilal)
    bilal.get_by_role("button", name="Save the draft").press("Enter")
    bilal.get_by_text("bilal saved these words as a draft").wait_for()
    assert shelf.answers()["pain"].text["ur"] == "بلال کے الفاظ۔"
    for one in context:
        one.close()


def open_text(context, desk, name, opener="Change the words of this text"):
    cookie = visitor(desk, name).cookie()
    context.add_cookies([{"name": cookie.name, "value": cookie.value, "url": f"{desk.url}/staff"}])
    page = context.new_page()
    page.goto(f"{desk.url}/staff/desk/pain")
    page.get_by_text(opener).press("Enter")
    return page


def write(page, name, words):
    page.locator(f'[name="{name}"]').fill(words)


@pytest.mark.parametrize("viewport", [DESKTOP, NARROW], ids=["desk", "phone"])
def test_an_editor_reads_urdu_whatever_stands_in_the_way(chromium, desk, shelf, viewport):
    context = chromium.new_context(viewport=viewport, locale="ur-PK")
    page, before = (
        open_text(context, desk, "bilal", opener="اس تحریر کے الفاظ بدلیں"),
        fields(shelf),
    )
    clean_urdu(page, "edit")
    save, look = (
        page.get_by_role("button", name=name) for name in ("ڈرافٹ محفوظ کریں", "صرف چیک کریں")
    )
    for words, told in (
        ("x" * 901, "901"),
        ("a\n\nb", "خالی لائن"),
        ("About halal in English.", "halal.yml"),
        (before["text.en"], "کوئی تبدیلی نہیں"),
    ):
        write(page, "text.en", words)
        save.click()
        page.get_by_role("alert").get_by_text(told).wait_for()
        clean_urdu(page, f"edit-problem-{len(words)}")
    write(page, "text.en", "Up to 40%.")
    look.click()
    page.get_by_role("status").get_by_text("نمبر ایک جیسے نہیں").wait_for()
    clean_urdu(page, "edit-look")
    visitor(desk, "ayesha").post("desk/pain/edit", **before | {"text.en": "Ayesha's words."})
    save.click()
    page.get_by_role("alert").get_by_text("ayesha").wait_for()
    clean_urdu(page, "edit-overtaken")
    save.press("Enter")
    page.get_by_text("ڈرافٹ کے طور پر").wait_for()
    clean_urdu(page, "edit-saved")
    page.goto(f"{desk.url}/staff/desk")
    page.get_by_text("ڈرافٹ پر دستخط باقی").wait_for()
    clean_urdu(page, "desk-draft")
    context.close()


def test_problems_of_a_draft_tell_the_true_folder_in_both_languages(shelf, drafts):
    with pytest.raises(DataError) as error:
        save(drafts, shelf, "pain", text_ur="", title_en="halal?")
    urdu, path = load_urdu(ROOT / "data"), str(shelf.folder / "answers" / "pain.yml")
    assert len(error.value.problems) == 1 and str(error.value) == (
        f"{path}: text.ur is missing; add it or delete the answer"
    )
    assert urdu.say(error.value.problems[0]).startswith(
        f"\u2066{path}\u2069: \u2066text.ur\u2069 خالی ہے"
    )
