"""What it costs to add a rule, a topic or a language: each is added in a copy of the project, and works there."""

import os
import shutil
import subprocess
import sys

import pytest

from bot.storage.yaml_file import read_yaml
from tests.conftest import ROOT
from tests.support import write_yaml

VARIETIES = ("en", "ur", "roman", "mixed")


class Copy:
    """A copy of the project that may be changed; what was changed is counted."""

    def __init__(self, folder):
        self.folder, self.changed = folder, set()
        for name in ("bot", "data"):
            shutil.copytree(
                ROOT / name,
                folder / name,
                ignore=shutil.ignore_patterns("__pycache__", "*.onnx", "*.npy"),
            )
        for name in ("config.yml", "domain.yml", "endpoints.yml"):
            shutil.copy(ROOT / name, folder)

    def write(self, name, content):
        self.changed.add(name)
        write_yaml(self.folder / name, content)

    def edit(self, name, old, new):
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, (name, old)
        self.changed.add(name)
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def read(self, name):
        return read_yaml(self.folder / name)

    def python(self, *arguments):
        env = {key: value for key, value in os.environ.items() if not key.startswith("JAWAB_")}
        ended = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=env | {"PYTHONPATH": str(self.folder), "JAWAB_STAFF": "false"},
            capture_output=True,
            text=True,
            timeout=200,
        )
        return ended.returncode, ended.stdout + ended.stderr

    def jawab(self, *arguments):
        return self.python("-c", "from bot.cli.app import main; main()", *arguments)

    def says(self, code):
        """What `code` prints, run on the copy."""
        status, printed = self.python("-c", code)
        assert status == 0, printed
        return printed.strip()

    def sign(self, *names):
        signed = self.jawab("ledger", "sign", *names, "--role", "test", "--provisional")
        assert signed[0] == 0, signed[1]

    def problems(self):
        """What `jawab check` says, as if of Urdu where it is of the language we add."""
        printed = self.jawab("check")[1].replace("/sd/", "/ur/").splitlines()
        return {line for line in printed if line.startswith(("data/", "domain.yml"))}


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """What is wrong already, while somebody works on the data."""
    return Copy(tmp_path_factory.mktemp("before") / "copy").problems()


@pytest.fixture
def copy(tmp_path):
    return Copy(tmp_path / "copy")


LEVEL = """
from bot.dialogue.config import load_dialogue
from bot.guard.check import Guard
from bot.guard.matcher import GuardMatcher
from bot.project import at
from bot.text.words import load_lexicon
guard = Guard(GuardMatcher.load(at("data/guard"), load_lexicon()), load_dialogue().level)
print(guard.check("mujhe zarblox ho gaya hai", None).level)
"""


def test_a_guard_rule_is_one_file(copy, before):
    rule = {
        "id": "made-up-zarblox",
        "level": "emergency",
        "note": "made up",
        "phrases": {"en": ["zarblox"], "ur": ["زاربلوکس"], "roman": ["zarblox"]},
        "must_match": {
            "en": ["i have zarblox", "zarblox since today"],
            "ur": ["زاربلوکس ہو گیا", "مجھے زاربلوکس ہے"],
            "roman": ["mujhe zarblox ho gaya hai", "zarblox hai mujhe"],
        },
        "must_not_match": {
            "en": ["zar and blox"],
            "ur": ["زار اور بلوکس"],
            "roman": ["zar ke blox"],
        },
    }
    copy.write("data/guard/emergency-made-up.yml", {"guard": [rule]})
    assert copy.problems() <= before
    assert copy.says(LEVEL) == "emergency"
    assert len(copy.changed) == 1


SAYS = """
from bot.answers.compose import Composer
from bot.answers.gate import Gate
from bot.container import library
reply = Composer(library()).compose(
    action="answer", says=[], topics=["{topic}"], variety="{variety}", offers=["{topic}", "handoff"])
passed = Gate(library()).check(reply.text, reply.to_dict()["buttons"])
print(reply.topics, passed.replaced, passed.variety, [button.title for button in reply.buttons][0])
"""


def test_a_topic_is_its_text_its_examples_and_a_line_in_two_lists(copy, before):
    entry = copy.read("data/answers/pain.yml")["answer"]
    words = {language: f"Zarblox: {text}" for language, text in entry["text"].items()}
    entry |= {"id": "zarblox", "text": words, "title": dict.fromkeys(words, "Zarblox?")}
    copy.write("data/answers/zarblox.yml", {"answer": entry})
    for variety in VARIETIES:
        examples = "".join(f"- zarblox {variety} {number}\n" for number in range(6))
        copy.write(
            f"data/nlu/{variety}/zarblox.yml",
            {"nlu": [{"intent": "zarblox", "examples": examples}]},
        )
    copy.edit("data/dialogue.yml", "  pain: ", "  zarblox: {level: answer}\n  pain: ")
    copy.edit("domain.yml", "- pain", "- zarblox\n  - pain")
    copy.sign("zarblox")
    assert copy.problems() <= before
    assert copy.says(SAYS.format(topic="zarblox", variety="ur")) == (
        "('zarblox',) False ur Zarblox?"
    )
    assert len(copy.changed) == 3 + len(VARIETIES)


INTERFACE = """
from bot.channels.web.texts import interface
found = interface(2000)
print(found["table"]["sd"]["direction"], bool(found["strings"]["sd"]), bool(found["menu"]["sd"]))
"""
CHOSEN = """
from bot.nlu.cues import load_cues
print(load_cues().asks_language("sindhi mein batayein"))
"""


def test_a_language_is_a_row_and_then_data_only(copy, before):
    copy.edit(
        "bot/text/languages.py",
        "TABLE = (\n",
        'TABLE = (\n    Language("sd", "sd", "rtl", "Arab", "Sindhi"),\n',
    )
    status, printed = copy.jawab("check")
    assert status == 1 and "pain.yml: text.sd is missing" in printed  # it asks for what it needs
    for path in (copy.folder / "data" / "answers").glob("*.yml"):
        entry = read_yaml(path)["answer"]
        for key in ("text", "title"):
            if entry.get(key):
                entry[key]["sd"] = entry[key]["ur"]
        for hedge in entry.get("hedges") or ():
            hedge["sd"] = hedge["ur"]
        copy.write(str(path.relative_to(copy.folder)), {"answer": entry})
    terms = copy.read("data/lexicon/terms.yml")
    for term in terms["terms"]:
        term["sd"] = term["ur"]
        for key in ("explained", "never"):
            if "ur" in term.get(key, {}):
                term[key]["sd"] = term[key]["ur"]
    copy.write("data/lexicon/terms.yml", terms)
    shutil.copytree(copy.folder / "data" / "nlu" / "ur", copy.folder / "data" / "nlu" / "sd")
    copy.edit("data/lexicon/cues.yml", "    other: [", "    sd: [sindhi]\n    other: [")
    copy.edit("data/lexicon/cues.yml", " sindhi,", "")
    copy.sign("all")
    assert copy.problems() <= before
    assert copy.says(SAYS.format(topic="pain", variety="sd")).startswith("('pain',) False")
    assert copy.says(INTERFACE) == "rtl True True"
    assert copy.says(CHOSEN) == "sd"
    assert [name for name in copy.changed if not name.startswith("data/")] == [
        "bot/text/languages.py"
    ]


PIGEON = '''
"""A channel that somebody made up."""

from contextlib import asynccontextmanager

from starlette.routing import Route

from bot.channels.channel import Channel


class Loft:
    """Its service and what it keeps, in one."""

    def __init__(self, settings):
        self.settings = settings

    def routes(self):
        return [Route("/pigeon", None)]

    @asynccontextmanager
    async def running(self, agent):
        yield

    def ready(self):
        return {"pigeon": True}

    def measure(self):
        pass

    def of_phone(self, phone):
        return None

    def export(self, conversation):
        return ["a ring"]

    def erase(self, conversation):
        return {"rings": 1}

    def purge(self, *, now):
        return {"rings": 2}


CHANNEL = Channel("pigeon", opens=Loft, keeps=Loft)
'''
EVERYWHERE = """
from pathlib import Path
from bot.channels.channel import every, kept, services
from bot.privacy.data_requests import Records
from bot.settings import Settings
from bot.staff.analytics_pages import CHANNELS
settings = Settings.from_env({"JAWAB_STAFF": "false"})
(one,) = [one for one in every() if one.name == "pigeon"]
routes = [route.path for service in services(settings) for route in service.routes()]
records = Records.open(settings)
erased, purged = records.erase("someone"), records.purge()
print(one.reaches_staff, "/pigeon" in routes, "pigeon" in CHANNELS, kept(settings)["pigeon"].export("x"),
      erased["rings"], purged["rings"])
"""


def test_a_channel_is_its_folder(copy):
    folder = copy.folder / "bot" / "channels" / "pigeon"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""Pigeons."""\n', encoding="utf-8")
    (folder / "channel.py").write_text(PIGEON.lstrip(), encoding="utf-8")
    # staff hear of a danger there though nobody said so; served, counted, shown, erased and cleared like the others
    assert copy.says(EVERYWHERE).endswith("True True True ['a ring'] 1 2")


@pytest.mark.parametrize("path", sorted((ROOT / "bot").rglob("*.js")), ids=lambda path: path.name)
def test_no_page_of_patients_has_a_table_of_languages_of_its_own(path):
    if "widget" in path.parts:
        assert "ur-Latn" not in path.read_text(encoding="utf-8").replace(":lang(ur-Latn)", "")
