"""The console in Urdu: nothing left in English, nothing turned about, and the language that somebody chose."""

import ast
import re

import pytest
from office import PASSWORD, Visitor

from bot.errors import StaffError
from bot.message import Sentence
from bot.staff import render
from bot.staff.access.audit import ACTS, understood
from bot.staff.approval.pages import ROLES
from bot.staff.i18n.extract import problems_in
from bot.staff.i18n.translate import ENGLISH, Visit, load_urdu, say, unsaid, visit
from tests.conftest import ROOT
from tests.support import copy_data

URDU = {"Accept-Language": "ur-PK,ur;q=0.9,en;q=0.8"}


@pytest.fixture
def urdu():
    token = visit.set(Visit(load_urdu(ROOT / "data")))
    yield visit.get().speech
    visit.reset(token)


def test_every_sentence_has_its_urdu_and_nothing_else_does():
    assert list(problems_in(ROOT / "data")) == []


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param(
            '"Password": "پاس ورڈ"', "", '"Password" is missing', id="a sentence without Urdu"
        ),
        pytest.param(
            '"Password": "پاس ورڈ"',
            '"Password": "پاس ورڈ"\n"Gone": "گیا"',
            '"Gone" is said nowhere',
            id="left over",
        ),
        pytest.param('"پاس ورڈ"', '" "', '"Password" has no words', id="no words"),
        pytest.param(
            "'{name}' پہلے", "'{naam}' پہلے", "its placeholders must be", id="another placeholder"
        ),
        pytest.param(
            '"پاس ورڈ"', '"<b>پاس ورڈ</b>"', "its tags must be", id="a tag of the translator's own"
        ),
        pytest.param(
            '"Password": "پاس ورڈ"', '"Password": [1]', "must be lines of", id="no sentence"
        ),
    ],
)
def test_check_tells_what_is_wrong_with_the_urdu(tmp_path, before, after, told):
    from bot.cli.check import FURTHER
    from bot.validation import problems_in as all_problems

    folder = copy_data(tmp_path / "data")
    path = folder / "staff" / "ur.yml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    found = [problem for problem in all_problems(folder, FURTHER) if str(path) in problem]
    assert len(found) == 1 and told in found[0]


def test_an_error_is_english_in_the_terminal_and_urdu_on_the_page(urdu):
    error = StaffError("'{name}' exists already; choose another name", name="ayesha")
    assert str(error) == "'ayesha' exists already; choose another name"
    assert urdu.say(error.sentence) == "'\u2066ayesha\u2069' پہلے سے موجود ہے؛ کوئی اور نام رکھیں"
    assert ENGLISH.say(error.sentence) == str(error)


def test_values_with_braces_and_percents_stay_as_they_are(urdu):
    assert urdu.say(
        Sentence("'{name}' exists already; choose another name", name="{name} 100%s")
    ).count("{name} 100%s")
    assert str(StaffError("{odd} 100%")) == "{odd} 100%"


@pytest.mark.parametrize("language", ["en", "ur"])
def test_markup_in_a_value_is_shown_as_text(language):
    token = visit.set(Visit(load_urdu(ROOT / "data") if language == "ur" else ENGLISH))
    problem = Sentence("'{name}' exists already; choose another name", name="<b>x</b>")
    for words in (problem, "<b>x</b>"):
        page = render.render("refused", None, words=words).body.decode()
        assert "&lt;b&gt;x" in page and "<b>x" not in page
    visit.reset(token)


@pytest.mark.parametrize(
    ("accepted", "dir"),
    [
        ("ur-PK,ur;q=0.9,en;q=0.8", "rtl"),
        ("en-GB,ur;q=0.5", "ltr"),
        ("", "ltr"),
        ("de", "ltr"),
        ("pa,ur;q=0.8", "rtl"),
    ],
)
def test_a_first_visit_is_in_the_language_of_the_browser(office, accepted, dir):
    _, page = Visitor(office).ask("sign-in", headers={"Accept-Language": accepted})
    assert f'dir="{dir}">' in page[:80]


def test_a_chosen_language_is_kept_before_and_after_signing_in(office):
    visitor = office.hire("zulekha", "viewer")
    _, page = visitor.post("language", language="ur", back="/staff/sign-in")
    assert '<html lang="ur" dir="rtl">' in page and "سائن ان" in page
    visitor.post("sign-in", name="zulekha", password=PASSWORD)
    _, page = visitor.ask("desk")
    assert 'dir="rtl">' in page[:80] and 'name="back" value="/staff/desk"' in page
    _, page = visitor.post("language", language="en", back="/staff/desk?x=1")
    assert 'dir="ltr">' in page[:80] and 'name="back" value="/staff/desk?x=1"' in page
    cookie = visitor.cookie("jawab_staff_language")
    assert (cookie.path, cookie.get_nonstandard_attr("SameSite")) == ("/staff", "Strict")


@pytest.mark.parametrize(
    "back",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/staff/../chat",
        "/other",
        "",
        "/staff/\n",
    ],
)
def test_a_language_button_leads_nowhere_else(office, back):
    status, page = Visitor(office).post("language", language="ur", back=back)
    assert status == 200 and "سائن ان" in page


def test_no_other_page_can_press_the_button(office, staff):
    status, _ = Visitor(office).post(
        "language", {"Origin": "https://www.clinic.example"}, language="ur"
    )
    assert status == 403
    person = staff("viewer")
    person.ask("")
    person.csrf = "x"
    assert person.post("language", language="ur")[0] == 403


def test_an_unknown_language_changes_nothing(office):
    _, page = Visitor(office).post("language", language="de")
    assert 'dir="ltr">' in page[:80]


def test_two_languages_at_the_same_time_do_not_mix(staff):
    urdu, english = staff("viewer"), staff("viewer")
    urdu.post("language", language="ur")
    for _ in range(3):
        assert 'dir="rtl">' in urdu.ask("")[1][:80]
        assert 'dir="ltr">' in english.ask("")[1][:80]


def test_no_script_holds_a_sentence():
    for path in sorted((ROOT / "bot" / "staff" / "static").glob("*.js")):
        code = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
        assert not re.findall(r"[\"`][A-Z][a-z]+ [a-z]", code), path


def calls(*names):
    """Every call of these functions in the code, with the file it stands in."""
    for path in sorted((ROOT / "bot").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) in names:
                yield path, node


def test_no_sentence_for_staff_has_its_values_mixed_in():
    assert [
        f"{path}:{node.lineno}"
        for path, node in calls("StaffError", "LedgerError", "Sentence")
        if node.args and isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
    ] == []


def test_every_act_of_the_trail_can_be_said_in_urdu():
    for path, node in calls("note"):
        acts = [part for part in ast.walk(node.args[2]) if isinstance(part, ast.JoinedStr)] or [
            part for part in ast.walk(node.args[2]) if isinstance(part, ast.Constant)
        ]
        for act in acts:
            kept = (
                ast.unparse(act)[1:].strip("'\"") if isinstance(act, ast.JoinedStr) else act.value
            )
            kept = re.sub(r"\{[\w.]*role\}|\{[\w.]*standing\}", "x", kept).replace("{act}", "claim")
            assert getattr(understood(kept), "template", None) in ACTS, (
                f"{path}:{node.lineno}: {kept}"
            )


def test_the_trail_is_kept_in_english_and_read_in_urdu(urdu):
    assert say(understood("account added as viewer")) == "اکاؤنٹ بنایا، اختیارات: \u2067ویور\u2069"
    assert understood("halal") == "halal"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ڈاکٹر", "clinician"),
        (" ڈاکٹر ", "clinician"),
        ("clinician", "clinician"),
        ("مفتی", "مفتی"),
    ],
)
def test_a_role_chosen_in_urdu_is_kept_in_english_so_that_two_languages_are_not_two_roles(
    urdu, typed, kept
):
    assert unsaid(typed, ROLES) == kept


def test_the_record_of_an_answer_is_said_in_urdu(urdu):
    assert say({"steps": [{"name": Sentence("decision"), "ms": 0.1}], "typed": "decision"}) == {
        "steps": [{"name": "فیصلہ", "ms": 0.1}],
        "typed": "decision",
    }
