"""Marks: who may make them, what is kept of a message, and what the two files hold."""

import pytest
import yaml
from browser import DESKTOP, PHONE
from rasa.shared.importers.rasa import TrainingDataImporter
from rasa.shared.nlu.training_data.loading import load_data
from test_console_in_a_browser import NARROW, clean_urdu, fits, looked_at, say, violations
from typer.testing import CliRunner

from bot.cli import app as cli
from bot.cli import review as command
from bot.dialogue.config import load_dialogue
from bot.errors import StaffError
from bot.evaluation import load_rows
from bot.staff.tables import tables
from bot.staff.testing.labels import Mark, Marks, evaluation_rows, training_examples, wish
from bot.storage.database import Database


@pytest.fixture
def marks(tmp_path):
    return Marks(Database(f"sqlite:///{tmp_path}/staff.db", tables))


def mark(
    text="ye halal hai?",
    *,
    wanted="halal",
    action="answer",
    topics="halal",
    alone=True,
    variety="roman",
):
    wanted_action, wanted_topics, intent = wish(load_dialogue(), wanted.split())
    return Mark(
        text,
        variety,
        action,
        topics,
        wanted_action,
        wanted_topics,
        intent,
        alone,
        action == wanted_action,
    )


def states(marks):
    return [one.state for one in marks.all()]


def rows(marks, tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(evaluation_rows(marks.all()), encoding="utf-8")
    return load_rows([path])


def examples(marks, tmp_path):
    path = tmp_path / "examples.yml"
    path.write_text(training_examples(marks.all()), encoding="utf-8")
    return [(one.get("intent"), one.get("text")) for one in load_data(str(path)).intent_examples]


def test_marks_become_rows_that_evaluate_reads_and_examples_that_rasa_reads(marks, tmp_path):
    marks.add("ayesha", mark())
    marks.add(
        "ayesha",
        mark(
            "زخم سے خون\u2028بہہ رہا ہے\u200c",
            wanted="emergency",
            action="steer",
            topics="",
            variety="ur",
        ),
    )
    marks.add("ayesha", mark("cost and pain?", wanted="cost pain", topics="cost", variety="en"))
    found = rows(marks, tmp_path)
    assert [(one.text, one.variety, one.actions, one.topics) for one in found] == [
        ("ye halal hai?", "roman", ("answer",), ("halal",)),
        ("زخم سے خون بہہ رہا ہے\u200c", "ur", ("emergency",), ()),
        ("cost and pain?", "en", ("answer",), ("cost", "pain")),
    ]
    assert examples(marks, tmp_path) == [
        ("emergency", "زخم سے خون بہہ رہا ہے\u200c"),
        ("halal", "ye halal hai?"),
    ]
    assert "# for data/nlu/ur/emergency.yml" in training_examples(marks.all())


def test_two_who_disagree_are_shown_and_neither_is_exported(marks, tmp_path):
    marks.add("ayesha", mark("Ye  halal hai?"))
    marks.add("bilal", mark("ye halal hai?", wanted="off_topic"))
    marks.add("bilal", mark("kharcha?", wanted="cost", topics="cost"))
    assert states(marks) == ["exported", "contradicted", "contradicted"]
    assert [one.text for one in rows(marks, tmp_path)] == ["kharcha?"]
    assert examples(marks, tmp_path) == [("cost", "kharcha?")]


def test_two_texts_for_one_action_are_a_contradiction_too(marks):
    marks.add("ayesha", mark(wanted="abuse"))
    marks.add("bilal", mark(wanted="off_topic"))
    assert states(marks) == ["contradicted"] * 2


def test_two_who_agree_are_one_row_and_who_marks_again_changes_their_mind(marks, tmp_path):
    marks.add("ayesha", mark(wanted="off_topic"))
    marks.add("ayesha", mark())
    marks.add("bilal", mark())
    assert states(marks) == ["exported", "exported"] and len(rows(marks, tmp_path)) == 1


@pytest.mark.parametrize(
    ("one", "in_rows"),
    [
        pytest.param(mark(alone=False), 0, id="a follow-up"),
        pytest.param(mark("AMH ▮▮▮, halal?"), 1, id="something left out"),
        pytest.param(mark("[x](cost) halal?"), 1, id="what Rasa reads as an entity"),
        pytest.param(mark("halal\x07?"), 1, id="what YAML cannot hold"),
    ],
)
def test_what_is_no_example_is_left_out(marks, tmp_path, one, in_rows):
    marks.add("ayesha", one)
    assert len(rows(marks, tmp_path)) == in_rows
    assert yaml.safe_load(training_examples(marks.all()))["nlu"] == []


@pytest.mark.parametrize(
    "wanted", ["", "nothing", "halal off_topic", "off_topic abuse", "follow_up"]
)
def test_what_is_no_choice_is_refused(wanted):
    with pytest.raises(StaffError, match="Choose"):
        wish(load_dialogue(), wanted.split())


def test_only_ones_own_mark_is_taken_back(marks):
    marks.add("ayesha", mark())
    number = marks.all()[0].number
    with pytest.raises(StaffError):
        marks.delete(number, "bilal")
    marks.delete(number, "ayesha")
    assert marks.all() == []


def test_the_terminal_writes_the_files_and_never_into_the_training_data(
    marks, tmp_path, monkeypatch
):
    monkeypatch.setattr(command, "database", lambda: marks._database)
    marks.add("ayesha", mark())
    marks.add("bilal", mark("aur mardon ke liye?", alone=False))
    jawab = lambda *words: CliRunner().invoke(cli.app, ["review", *map(str, words)])  # noqa: E731
    done = jawab("export", "--rows", tmp_path / "r.jsonl", "--examples", tmp_path / "e.yml")
    assert "1 marks written, 1 left out" in done.output
    assert load_rows([tmp_path / "r.jsonl"]) and "ye halal hai?" in (tmp_path / "e.yml").read_text(
        encoding="utf-8"
    )
    assert "not alone" in " ".join(jawab("list").output.split())
    for path in ("data/nlu/en/x.yml", "data/nlu/x.yml"):
        assert isinstance(
            jawab("export", "--rows", tmp_path / "r.jsonl", "--examples", path).exception,
            StaffError,
        )


def test_the_examples_file_is_training_data_for_nobody_who_does_not_name_it(marks, tmp_path):
    marks.add("ayesha", mark("a sentence of this test only"))
    (tmp_path / "examples.yml").write_text(training_examples(marks.all()), encoding="utf-8")
    importer = TrainingDataImporter.load_from_config(
        "config.yml", "domain.yml", ["data/nlu", "data/rules"]
    )
    assert not [
        one
        for one in importer.get_nlu_data().intent_examples
        if "this test only" in one.get("text")
    ]


@pytest.fixture
def clean(office):
    yield
    with office.database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM marks")


def sent(
    text="ye halal hai?", *, action="answer", topics="halal", judgement="right", wanted="", also=""
):
    return {
        "text": text,
        "action": action,
        "topics": topics,
        "judgement": judgement,
        "wanted": wanted,
        "also": also,
    }


def test_an_editor_marks_and_only_the_redacted_message_is_kept(staff, office, clean):
    editor = staff("editor")
    editor.ask("review")
    hers = sent(
        "mera naam Zulekha hai, stem cell legal hai Pakistan mein? 0300-1234567", topics="legality"
    )
    assert editor.call("review/mark", hers) == (200, {"right": True})
    wrong = sent("kitna kharcha <b>", topics="cost", judgement="wrong", wanted="off_topic")
    assert editor.call("review/mark", wrong)[0] == 200
    page = editor.ask("review")[1]
    assert (
        "mera naam ▮▮▮ hai" in page
        and "kitna kharcha &lt;b&gt;" in page
        and "decline off_topic" in page
    )
    office.database.engine.dispose()
    for path in office.chosen.var.glob("staff.db*"):
        assert b"Zulekha" not in path.read_bytes() and b"1234567" not in path.read_bytes()
    assert '"text": "mera naam' in editor.ask("review/rows.jsonl")[1]
    assert "attachment" in editor.last_headers["Content-Disposition"]
    status, text = editor.ask("review/examples.yml")
    assert status == 200 and "kitna kharcha" in text and "▮" not in text


def test_what_hung_on_the_conversation_is_told_apart(staff, clean):
    editor = staff("editor")
    editor.ask("review")
    editor.call("review/mark", sent("aur mardon ke liye?", topics="ptf"))
    assert "answered otherwise without what was said before" in editor.ask("review")[1]


@pytest.mark.parametrize(
    "broken",
    [
        {"text": ""},
        {"text": "x" * 5000},
        {"action": "<b>"},
        {"topics": "nothing"},
        {"judgement": "wrong"},
        {"judgement": "", "wanted": "halal off_topic"},
    ],
)
def test_a_mark_that_says_nothing_is_refused(staff, clean, broken):
    editor = staff("editor")
    editor.ask("review")
    assert editor.call("review/mark", sent() | broken)[0] == 400
    assert "Nothing is marked yet" in editor.ask("review")[1]


def test_a_viewer_neither_marks_nor_reads_marks(staff, clean):
    viewer = staff("viewer")
    assert 'id="mark"' not in viewer.ask("test")[1] and "/staff/review" not in viewer.ask("")[1]
    viewer.ask("")
    assert viewer.call("review/mark", sent())[0] == 403
    for path in ("review", "review/rows.jsonl", "review/examples.yml"):
        assert viewer.ask(path)[0] == 403


def test_a_mark_needs_the_token(staff, clean):
    editor = staff("editor")
    editor.csrf = "wrong"
    assert editor.call("review/mark", sent())[0] == 403


def test_a_message_of_a_conversation_is_marked_where_it_is_read(staff, talked, clean):
    editor = staff("editor")
    editor.ask("waiting")
    editor.post(f"waiting/{talked}", act="claim")
    page = editor.ask(f"waiting/{talked}/conversation")[1]
    form = dict(
        part.split('" value="')[:2]
        for part in page.split('<form class="mark"')[2].split('name="')[1:6]
    )
    form = {name: value.split('"')[0] for name, value in form.items()}
    assert form["text"] == "kya ye halal hai?" and form["action"]
    _, page = editor.post(
        "review/mark",
        judgement="wrong",
        wanted="cost",
        also="pain",
        **{name: form[name] for name in ("text", "action", "topics", "back")},
    )
    assert "Marked." in page and "Conversation" in page
    assert "answer cost pain" in editor.ask("review")[1]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_marking_in_the_browser(page_of, clean, viewport):
    page = page_of("editor", "test", viewport=viewport)
    say(page, "is it halal?")
    page.get_by_role("button", name="Right or wrong?").press("Enter")
    looked_at(page, f"mark-{viewport['width']}")
    assert violations(page) == [] and fits(page)
    page.keyboard.press("Enter")  # the focus is on "It was right"
    page.get_by_role("status").get_by_text("Marked.").wait_for()
    page.locator("#content").fill("kitna kharcha hai")
    page.get_by_role("button", name="Test the list").click()
    row = page.locator("#table tbody tr").first
    row.get_by_role("button", name="Right or wrong?").click(timeout=30_000)
    row.get_by_role("button", name="It was wrong").click()
    row.get_by_text("Choose what it should have been").wait_for()
    row.get_by_label("It should have been").select_option("off_topic")
    looked_at(page, f"mark-list-{viewport['width']}")
    assert violations(page) == [] and fits(page)
    row.get_by_role("button", name="It was wrong").click()
    row.get_by_text("Marked.").wait_for()
    page.goto(page.url.replace("/test", "/review"))
    assert page.locator("tbody tr").count() == 2
    looked_at(page, f"review-{viewport['width']}")
    assert violations(page) == [] and fits(page)
    page.get_by_role("button", name="Take back").first.press("Enter")
    page.locator("tbody tr").nth(1).wait_for(state="detached")
    assert page.locator("tbody tr").count() == 1


@pytest.mark.parametrize("viewport", [DESKTOP, NARROW], ids=["desk", "phone"])
def test_marking_in_urdu(page_of, clean, viewport):
    page = page_of("editor", "test", viewport=viewport, locale="ur-PK")
    say(page, "کیا یہ حلال ہے؟")
    page.get_by_role("button", name="صحیح یا غلط؟").press("Enter")
    clean_urdu(page, "mark")
    page.keyboard.press("Enter")  # the focus is on "It was right"
    page.get_by_role("status").get_by_text("نشان لگ گیا۔").wait_for()
    page.locator("#content").fill("kitna kharcha hai\naur mardon ke liye?")
    page.get_by_role("button", name="لسٹ ٹیسٹ کریں").click()
    for number, wanted in enumerate(("off_topic", "ptf")):
        row = page.locator("#table tbody tr").nth(number)
        row.get_by_role("button", name="صحیح یا غلط؟").click(timeout=30_000)
        row.get_by_role("button", name="جواب غلط تھا").click()
        row.get_by_text("چنیں کہ کیا ہونا چاہیے تھا").wait_for()
        clean_urdu(page, f"mark-list-{number}")
        row.get_by_label("کیا ہونا چاہیے تھا").select_option(wanted)
        row.get_by_role("button", name="جواب غلط تھا").click()
        row.get_by_text("نشان لگ گیا۔").wait_for()
    page.goto(page.url.replace("/test", "/review"))
    assert page.locator("tbody tr").count() == 3
    clean_urdu(page, "review-filled")


@pytest.mark.parametrize("viewport", [DESKTOP, NARROW], ids=["desk", "phone"])
def test_a_conversation_is_marked_in_urdu(page_of, talked, clean, viewport):
    page = page_of("editor", "waiting", viewport=viewport, locale="ur-PK")
    page.get_by_role("button", name="اپنے ذمے لیں").press("Enter")
    page.get_by_role("link", name="کیا بات ہوئی").click()
    page.locator("summary").last.press("Enter")
    clean_urdu(page, "conversation-mark")
    page.get_by_role("button", name="جواب صحیح تھا").last.press("Enter")
    page.get_by_role("status").get_by_text("جوابات کی جانچ").wait_for()
    clean_urdu(page, "conversation-marked")
