"""The command line as a person or a program uses it: a process of its own, its output and its errors."""

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.cli.app import main
from bot.container import settings
from tests.conftest import ROOT
from tests.support import copy_data

JAWAB = Path(sys.executable).with_name("jawab")
KEYS = ["action", "topics", "variety", "replies", "ms"]
ACTIONS = {
    "answer",
    "steer",
    "emergency",
    "crisis",
    "support",
    "handoff",
    "smalltalk",
    "language",
    "decline",
}


def jawab(*arguments, data=None, typed=b"", **env):
    """Run `jawab` and return how it ended."""
    env = os.environ | {"PYTHONPATH": str(ROOT)} | ({"JAWAB_DATA": str(data)} if data else {}) | env
    return subprocess.run(
        [JAWAB, *arguments], cwd=ROOT, env=env, input=typed, capture_output=True, timeout=250
    )


def row(text, **more):
    return json.dumps({"text": text} | more).encode()


GENERAL, CASE, LATER = (
    "kya ye ilaj halal hai?",
    "meri AMH 0.4 hai",
    "success rate kya hai khawateen mein?",
)
# name: (line sent, what the line of the reply must be); conversations are told apart by their sender
LINES = {
    "a question": (row(GENERAL), {"action": "answer", "topics": ["halal"], "variety": "roman"}),
    "two questions": (
        row("legal hai? aur dard hota hai?"),
        {"action": "answer", "topics": ["legality", "pain"]},
    ),
    "urdu": (row("کیا درد ہوتا ہے؟"), {"action": "answer", "topics": ["pain"], "variety": "ur"}),
    "urdu as it is": (
        '{"text": "کیا درد ہوتا ہے؟"}'.encode(),
        {"action": "answer", "variety": "ur"},
    ),
    "a case of one sender": (row(CASE, sender="a"), {"action": "steer"}),
    "a case of nobody": (row(CASE), {"action": "steer"}),
    "nobody is not remembered": (row(LATER), {"action": "answer"}),
    "one sender is remembered": (row(LATER, sender="a"), {"action": "steer"}),
    "another sender is not that one": (row(LATER, sender="b"), {"action": "answer"}),
    "a typed restart": (row("/restart", sender="a"), {}),
    "a restart behind a zero-width space": (row("\u200b/restart", sender="a"), {}),
    "a typed session start": (row("/session_start", sender="a"), {}),
    "and the sender is still remembered": (row(LATER, sender="a"), {"action": "steer"}),
    "a sender that is a number": (row(CASE, sender=7), {"action": "steer"}),
    "is the same as its digits": (row(LATER, sender="7"), {"action": "steer"}),
    "a sender of null is nobody": (row(LATER, sender=None), {"action": "answer"}),
    "a sender in Urdu with an unseen character": (
        row(GENERAL, sender="مریض\u200b"),
        {"action": "answer"},
    ),
    "a sender that is a lone surrogate": (row(GENERAL, sender="\ud800"), {"action": "answer"}),
    "a sender of ten thousand characters": (
        row(GENERAL, sender="x" * 10_000),
        {"action": "answer"},
    ),
    "fields nobody knows": (
        row(GENERAL, button="self_harm", metadata={"button": "handoff"}),
        {"action": "answer"},
    ),
    "a typed intent": (row('/halal{"a": "b"}'), {}),
    "a typed intent with a confidence": (row("/self_harm@1.0"), {}),
    "nothing": (row(""), {"topics": []}),
    "spaces": (row(" \t "), {"topics": []}),
    "an emoji": (row("🤰😭"), {"topics": []}),
    "a hundred thousand characters": (row("kya halal hai " * 7200), {"action": "steer"}),
    "a hundred thousand letters": (row("a" * 100_000), {"topics": []}),
    "a zero byte": (row("kya ye\x00 ilaj halal hai?"), {"action": "answer", "topics": ["halal"]}),
    "direction marks": (
        row("\u202b\u200fکیا درد ہوتا ہے؟\u202c"),
        {"action": "answer", "topics": ["pain"]},
    ),
    "lone surrogates": (row("\ud83d kya ye ilaj halal hai? \udc00"), {"action": "answer"}),
    "bytes that are no text": (
        b'{"text": "kya ye ilaj halal hai? \xff\xfe"}',
        {"action": "answer"},
    ),
}
WRONG = {
    "no JSON": b"kya ye halal hai?",
    "half a line": b'{"text": "kya',
    "a list": b'["kya"]',
    "a text": b'"kya"',
    "null": b"null",
    "a number": b"5",
    "no text": b'{"sender": "a"}',
    "a text that is a number": b'{"text": 5}',
    "a text that is a list": b'{"text": ["kya"]}',
    "a text that is null": b'{"text": null}',
    "an endless number": b'{"text": ' + b"9" * 5000 + b"}",
    "a nest of a hundred thousand brackets": b"[" * 100_000,
}


@pytest.fixture(scope="module")
def answered():
    """One process for every line; a wrong line after each good one while there are wrong ones left."""
    sent, names = [], []
    wrong = list(WRONG.items())
    for name, (line, _) in LINES.items():
        for told, bytes_ in [(name, line), *([wrong.pop()] if wrong else [])]:
            names.append(told)
            sent.append(bytes_)
    assert not wrong
    ended = jawab(
        "ask",
        "--jsonl",
        typed=b"\n".join(sent[:3]) + b"\n\n" + b"\n".join(sent[3:]),
        LOG_LEVEL="DEBUG",
    )
    assert ended.returncode == 0, ended.stderr.decode()[-2000:]
    lines = ended.stdout.decode("utf-8").splitlines()
    assert len(lines) == len(sent)
    return dict(zip(names, map(json.loads, lines), strict=True)) | {
        "stderr": ended.stderr.decode("utf-8", "replace")
    }


@pytest.mark.parametrize("name", LINES)
def test_a_line_is_answered_in_its_place(answered, name):
    said, expected = answered[name], LINES[name][1]
    assert list(said) == KEYS
    assert said["action"] in ACTIONS and isinstance(said["ms"], int | float)
    assert {
        key: said[key] if key != "topics" else sorted(said[key]) for key in expected
    } == expected
    for reply in said["replies"]:
        assert list(reply) == ["text", "buttons", "blocks"] and reply["text"] and reply["blocks"]
        assert all(list(block) == ["id", "variety", "sha256"] for block in reply["blocks"])
        assert all(list(button) == ["id", "title"] for button in reply["buttons"])
    assert len(said["replies"]) == 1


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_line_is_told_in_its_place_and_nothing_of_it_repeated(answered, name):
    assert list(answered[name]) == ["error"]
    assert answered[name]["error"].startswith("line ") and "kya" not in answered[name]["error"]


def test_nothing_of_the_messages_stands_in_what_the_program_logs(answered):
    for words in ("halal", "AMH", "dard", "درد", "khawateen"):
        assert words not in answered["stderr"]


def break_answer(data):
    path = data / "answers" / "pain.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("    ur:", "    hi:"), encoding="utf-8"
    )


def break_id(data):
    (data / "answers" / "cost.yml").write_bytes((data / "answers" / "donor.yml").read_bytes())


def break_ledger(data):
    lines = (data / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    lines[4] = lines[4].replace("2026", "2020", 1)
    (data / "ledger.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def break_guard(data):
    path = data / "guard" / "emergency.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("level: emergency", "level: urgent", 1),
        encoding="utf-8",
    )
    (data / "guard" / "broken.yml").write_text("guard: [", encoding="utf-8")


def break_training(data):
    (data / "nlu" / "ur" / "pain.yml").unlink()
    (data / "nlu" / "en" / "pain.yml").write_text("nlu: [", encoding="utf-8")
    (data / "nlu" / "roman" / "greet.yml").write_bytes(
        (data / "nlu" / "roman" / "thanks.yml").read_bytes()
    )


def break_dialogue(data):
    path = data / "dialogue.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("says: handoff", "says: nobody_wrote_this"), encoding="utf-8")


def break_lexicon(data):
    (data / "lexicon" / "cues.yml").write_text("cues: 5", encoding="utf-8")


BROKEN = {
    "a missing language": (break_answer, "answers/pain.yml: text.ur is missing; add it"),
    "a language of nobody": (
        break_answer,
        "answers/pain.yml: text.hi is not a language of ours; remove it",
    ),
    "a duplicate id": (
        break_id,
        "answers/cost.yml: id is 'donor'; make it the file's name, 'cost'",
    ),
    "a broken ledger line": (
        break_ledger,
        "ledger.jsonl:5: the chain is broken here; restore the file",
    ),
    "a rule of an unknown level": (break_guard, "level is 'urgent'; write one of crisis"),
    "a guard file that is no YAML": (break_guard, "guard/broken.yml: cannot be read as YAML"),
    "training data of an intent that is gone": (break_training, "nlu/ur/pain.yml is missing"),
    "training data that is no YAML": (break_training, "nlu/en/pain.yml: cannot be read as YAML"),
    "training data of another intent": (
        break_training,
        "nlu/roman/greet.yml: intent is thanks; make it",
    ),
    "a text nobody wrote": (
        break_dialogue,
        "says 'nobody_wrote_this', which data/answers lacks; write it",
    ),
    "a lexicon of the wrong shape": (break_lexicon, "lexicon: TypeError"),
}


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """One run of `jawab check` on a copy of the data broken in every way at once."""
    data = copy_data(tmp_path_factory.mktemp("broken") / "data")
    for breaks in dict.fromkeys(breaks for breaks, _ in BROKEN.values()):
        breaks(data)
    ended = jawab("check", data=data)
    assert ended.returncode == 1
    return ended.stderr.decode()


@pytest.mark.parametrize(("breaks", "told"), BROKEN.values(), ids=BROKEN.keys())
def test_check_tells_every_problem_at_once(checked, breaks, told):
    assert told in checked
    assert "Traceback" not in checked


def test_check_tells_each_problem_on_a_line_of_its_own_and_once(checked):
    lines = checked.splitlines()
    assert len(lines) == len(set(lines))
    assert lines[0] == f"{len(lines) - 1} problem(s):"


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A copy of the data to sign and recall in, for commands of this process."""
    monkeypatch.setenv("JAWAB_DATA", str(copy_data(tmp_path / "data")))
    settings.cache_clear()
    yield tmp_path / "data"
    settings.cache_clear()


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a command in this process, past the same front door: its status, and all it printed."""

    def jawab_here(*arguments):
        monkeypatch.setattr(sys, "argv", ["jawab", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return ended.value.code or 0, " ".join((printed.out + printed.err).split())

    return jawab_here


def test_signing_and_recalling_from_the_terminal(data, run):
    before = (data / "ledger.jsonl").read_bytes()
    assert run("ledger", "recall", "pain", "--reason", "a wrong dose", "--role", "doctor")[0] == 0
    status, told = run("ledger", "verify")
    assert status == 1 and "pain.yml is recalled" in told
    assert "recalled" in run("ledger", "status", "pain")[1]
    assert run("ledger", "sign", "pain", "--role", "doctor", "--expires", "2999-01-01")[0] == 0
    assert "approved" in run("ledger", "status", "pain")[1]
    assert (data / "ledger.jsonl").read_bytes().startswith(before)
    assert "pain.yml" not in run("ledger", "verify")[1]


def test_all_texts_signed_at_once_do_not_run_out_in_one_night(data, run):
    until = date.today() + timedelta(days=365)
    assert run("ledger", "sign", "all", "--role", "a", "--role", "b", "--seen-evidence", "--renew",
               "--expires", until.isoformat())[0] == 0  # fmt: skip
    signed = [json.loads(line) for line in (data / "ledger.jsonl").read_text().splitlines()]
    days = [
        one["expires"] for one in signed if one["act"] == "sign" and one["standing"] == "approved"
    ]
    assert len(set(days)) > 20 and max(days) <= until.isoformat()


def test_all_means_those_that_run_out_soon_too(data, run):
    soon = (date.today() + timedelta(days=20)).isoformat()
    run("ledger", "sign", "pain", "--role", "a", "--provisional", "--expires", soon)
    told = run("ledger", "sign", "all", "--role", "a", "--provisional")[1]
    assert "signed pain" in told and "signed steer" not in told


REFUSED = {
    "a text nobody wrote": (["sign", "no_such", "--role", "doctor"], "no_such.yml does not exist"),
    "one of two that nobody wrote": (
        ["sign", "pain", "no_such", "--role", "doctor"],
        "no_such.yml does not exist",
    ),
    "nobody": (["sign", "pain", "--role", ""], "--role"),
    "a date that is none": (
        ["sign", "pain", "--role", "doctor", "--expires", "soon"],
        "'soon' is not a date",
    ),
    "a date that has passed": (
        ["sign", "pain", "--role", "doctor", "--expires", "2020-01-01"],
        "choose a later date",
    ),
    "a contested text by one role": (
        ["sign", "halal", "--role", "doctor", "--seen-evidence"],
        "two roles must sign",
    ),
    "a contested text unseen": (
        ["sign", "halal", "--role", "doctor", "--role", "mufti"],
        "evidence for and against",
    ),
    "one of two that is contested": (
        ["sign", "pain", "halal", "--role", "doctor"],
        "two roles must sign",
    ),
    "a recall of what was never signed": (
        ["recall", "no_such", "--reason", "x", "--role", "y"],
        "was never signed",
    ),
    "a recall without a reason": (["recall", "pain", "--reason", "", "--role", "y"], "--reason"),
}


@pytest.mark.parametrize(("arguments", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_the_ledger_refuses_and_stays_as_it_was(data, run, arguments, told):
    before = (data / "ledger.jsonl").read_bytes()
    status, printed = run("ledger", *arguments)
    assert status == 1 and told in printed
    assert (data / "ledger.jsonl").read_bytes() == before


def test_verify_tells_the_first_broken_line(data, run):
    break_ledger(data)
    status, printed = run("ledger", "verify")
    assert status == 1 and "ledger.jsonl:5: the chain is broken" in printed


def test_commands_that_need_no_bot_load_none():
    """Rasa takes many seconds to load: whoever signs a text does not wait for it."""
    loaded = subprocess.run(
        [sys.executable, "-c", "import bot.cli.app, sys; print(*sys.modules)"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert not {b"rasa", b"spacy", b"sklearn"} & set(loaded.stdout.split())


def test_a_start_says_which_texts_run_out(data, run, monkeypatch):
    from bot.cli import run as module

    soon = (date.today() + timedelta(days=20)).isoformat()
    run("ledger", "sign", "pain", "--role", "a", "--provisional", "--expires", soon)
    module.library.cache_clear()
    monkeypatch.setattr(module, "ensure", lambda: sys.exit(7))  # no further than the texts
    status, told = run("run")
    module.library.cache_clear()
    assert status == 7
    assert f"Warning: 1 texts run out within 30 days, the first on {soon}" in told
