"""What several tests share: hard text, a small folder of texts, the real guard rules, and a copy of the data."""

import json
import shutil
from datetime import date, timedelta
from functools import lru_cache

import pytest
import yaml

from bot.answers.clinic import load_clinic
from bot.answers.ledger import PROVISIONAL, Ledger
from bot.answers.library import Library
from bot.answers.texts import load_answers
from bot.guard.matcher import GuardMatcher
from bot.text.words import load_lexicon
from tests.conftest import ROOT, TODAY

LANGUAGES = ("en", "ur", "roman")

HARD_TEXTS = {
    "nothing at all": "",
    "only spaces": " \t\n ",
    "only an emoji": "😭",
    "a family emoji held together by joiners": "👨\u200d👩\u200d👧",
    "thousands of emoji": "🤰" * 3000,
    "three scripts in one message": "kya یہ legal है 合法 законно?",
    "direction marks around a word": "\u202emukhalif\u202c \u2067سیدھا\u2069 \u200f\u200e",
    "five thousand letters without a space": "a" * 5000,
    "five thousand letters of Urdu": "ا" * 5000,
    "a lone high surrogate": "dard \ud83d hota hai",
    "a lone low surrogate": "\udc00",
    "zero bytes and controls": "dard\x00 \x07hota\x1b[31m hai\x7f",
    "a slash command": "/restart",
    "a slash behind a joiner": "\u200d/restart",
    "a slash behind a byte order mark": '\ufeff/halal{"a": 1}',
    "a full-width slash": "／restart",
    "combining marks piled up": "z" + "\u0301" * 400,
    "a ligature that stands for a sentence": "\ufdfd \ufdfa",
    "Arabic letters and digits for Urdu ones": "كيا يه ٥٠٪ هے",
    "braces and markup": "{name} <script>alert(1)</script> ${HOME} %s {0}",
    "a line separator and a vertical tab": "dard\u2028hota\u2029hai\x0bkya",
    "a number of five thousand digits": "9" * 5000,
    "punctuation only": "?!۔؟،؛…",
    "tag characters that nobody sees": "hi\U000e0041\U000e0042",
    "a hangul filler before a slash": "\u3164/restart",
    "a vowel sign before a slash": "\u064b/restart",
    "a half-width filler and a slash": "\uffa0/self_harm@1.0",
    "a vowel sign and nothing else": "\u064b",
    "mathematical letters": "𝓲𝓼 𝓲𝓽 𝓱𝓪𝓵𝓪𝓵",
}

KIND_OF = {
    "pain": "answer",
    "halal": "answer",
    "cost": "answer",
    "legality": "answer",
    "steer": "steer",
    "decline": "decline",
    "emergency": "emergency",
    "self_harm": "crisis",
    "greet": "smalltalk",
    "handoff": "handoff",
    "language": "language",
    "disclaimer": "part",
    "notice": "part",
    "contact": "part",
    "contact_unfilled": "part",
    "service_trouble": "trouble",
    "ui_yes": "interface",
}
CLINIC = {
    "clinic": {"name": "Test Clinic", "phone": "000", "address": "Street 1", "hours": "9 to 5"},
    "helplines": [],
}
EMPTY_CLINIC = {"clinic": {"name": "", "phone": "", "address": "", "hours": ""}, "helplines": []}


@lru_cache(maxsize=1)
def guard_matcher():
    """The real guard rules, compiled once."""
    return GuardMatcher.load(ROOT / "data" / "guard", load_lexicon())


def write_yaml(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def answer_entry(name, kind):
    """One complete answer file's content."""
    text = {
        "en": f"About {name} in English.",
        "ur": f"{name} اردو میں۔",
        "roman": f"{name} ke bare mein.",
    }
    if name == "contact":
        text = {
            language: words + " {name} {phone} {address} {hours}"
            for language, words in text.items()
        }
    entry = {"id": name, "kind": kind, "text": text, "source": "editorial"}
    if kind in ("answer", "language") or name == "handoff":
        entry["title"] = {"en": f"{name}?", "ur": f"{name} اردو؟", "roman": f"{name} kya?"}
    return entry


def in_three(*, en, ur, roman):
    """Parametrise a conversation test: its `said` messages in each variety."""
    return pytest.mark.parametrize(
        ("variety", "said"), [("en", en), ("ur", ur), ("roman", roman)], ids=LANGUAGES
    )


class Shelf:
    """A small folder of texts with a ledger of its own, to sign, recall and break."""

    def __init__(self, folder, *, clinic=CLINIC):
        self.folder = folder
        for name, kind in KIND_OF.items():
            write_yaml(folder / "answers" / f"{name}.yml", {"answer": answer_entry(name, kind)})
        write_yaml(folder / "clinic.yml", clinic)

    @property
    def ledger_file(self):
        return self.folder / "ledger.jsonl"

    def answers(self):
        return load_answers(self.folder / "answers", load_clinic(self.folder / "clinic.yml"))

    def sign(self, *names, standing=PROVISIONAL, days=100, today=TODAY):
        ledger = Ledger.load(self.ledger_file)
        answers = self.answers()
        for name in names or answers:
            ledger.append(
                self.ledger_file,
                ledger.sign(
                    answers[name],
                    standing=standing,
                    roles=["nurse", "doctor"],
                    today=today,
                    expires=today + timedelta(days=days),
                    seen_evidence=True,
                ),
            )
        return self

    def recall(self, name, *, today=TODAY):
        ledger = Ledger.load(self.ledger_file)
        ledger.append(
            self.ledger_file, ledger.recall(name, reason="a test", role="nurse", today=today)
        )

    def forget_words(self):
        """Make the ledger one of the early ones, which hold hashes only."""
        ledger = Ledger()
        for entry in Ledger.load(self.ledger_file).entries:
            chained = {"words", "seq", "prev", "hash"}
            ledger.entries.append(
                ledger._chained({key: value for key, value in entry.items() if key not in chained})
            )
        self.ledger_file.write_text(
            "".join(
                json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n"
                for entry in ledger.entries
            ),
            encoding="utf-8",
        )

    def rewrite(self, name, **changes):
        path = self.folder / "answers" / f"{name}.yml"
        write_yaml(
            path, {"answer": yaml.safe_load(path.read_text(encoding="utf-8"))["answer"] | changes}
        )

    def library(self, *, today=TODAY, production=False):
        return Library(self.folder, production=production, today=lambda: today)


def copy_data(folder):
    """A copy of data/ under `folder` to break, without the training examples' bulk where it can be helped."""
    shutil.copytree(ROOT / "data", folder)
    return folder


def eval_rows():
    """Our own examination rows, as they stand in tests/eval."""
    return [
        json.loads(line)
        for path in sorted((ROOT / "tests" / "eval").rglob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


@lru_cache(maxsize=1)
def training_examples():
    """Every training example as (variety, intent, text)."""
    found = []
    for path in sorted((ROOT / "data" / "nlu").glob("*/*.yml")):
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for block in content.get("nlu", ()):
            found += [
                (path.parent.name, block["intent"], line.removeprefix("- ").strip())
                for line in block["examples"].splitlines()
                if line.strip()
            ]
    return found


def day(offset=0):
    return date.fromordinal(TODAY.toordinal() + offset)
