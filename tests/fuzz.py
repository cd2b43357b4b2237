"""Whatever is typed, every reply is made of ledger texts: `python -m tests.fuzz --count 10000 --seed 1`.

Messages are generated (hard Unicode, slashes, endless and mixed text, splices of corpus lines, taps of buttons nobody
offered) and every reply is taken apart again from `data/answers` and `data/ledger.jsonl` as they are read here: nothing
of `bot/answers` is trusted. The same seed gives the same messages.
"""

import argparse
import hashlib
import json
import logging
import random
import sys
import time
from datetime import date

import yaml

from tests.conftest import ROOT
from tests.support import HARD_TEXTS, eval_rows, training_examples

LANGUAGES = ("en", "ur", "roman")
URGENT = {"crisis", "emergency"}
WITHOUT_NOTICE = {"crisis", "emergency", "check_in"}
NEEDS_DISCLAIMER = {"answer", "steer"}
ACTIONS = {
    "answer",
    "steer",
    "emergency",
    "check_in",
    "crisis",
    "support",
    "handoff",
    "smalltalk",
    "language",
    "decline",
    "clarify",
}
UNSEEN = [
    "\u200b",
    "\u200c",
    "\u200d",
    "\u200e",
    "\u200f",
    "\u202a",
    "\u202e",
    "\u2066",
    "\u2069",
    "\ufeff",
    "\u00ad",
    "\u0000",
    "\ud800",
    "\udfff",
    "\u0301",
    "\u064b",
    "\ufe0f",
    "\U000e0041",
    "\u3164",
    "\u2028",
    "\r",
    "\x1b",
]
RANGES = [
    (0x20, 0x7E),
    (0x0600, 0x06FF),
    (0xFB50, 0xFDFF),
    (0xFE70, 0xFEFF),
    (0x0900, 0x097F),
    (0x1F300, 0x1FAFF),
    (0x2000, 0x206F),
    (0xD800, 0xDFFF),
    (0, 0x1F),
    (0x4E00, 0x4EFF),
    (0x1D400, 0x1D7FF),
    (0, 0x10FFFF),
]
COMMANDS = [
    "/restart",
    "/session_start",
    "/halal",
    '/success_pof{"a": 1}',
    "/self_harm@1.0",
    "/back",
    "EXTERNAL: pain",
    "[pain]",
    "utter_answer",
    '{"text": "x", "button": "pain"}',
    "{phone}",
    "<b>halal</b>",
    "/",
]
BUTTONS = [
    "pain",
    "halal",
    "handoff",
    "language:ur",
    "language:hi",
    "no_such",
    "/restart",
    "service_trouble",
    "ui_yes",
    ":",
    "success_pof",
    "steer",
    "language:",
    "pain:ur",
    "\u202e",
]


class Approved:
    """What the files say may be sent today, read without the bot's own code."""

    def __init__(self, folder, today):
        clinic = yaml.safe_load((folder / "clinic.yml").read_text(encoding="utf-8"))["clinic"]
        lines = (folder / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
        latest = {entry["id"]: entry for entry in map(json.loads, lines)}
        self.kind, self.provisional, self.titles = {}, set(), {}
        self.by_text = {language: {} for language in LANGUAGES}
        for path in (folder / "answers").glob("*.yml"):
            answer = yaml.safe_load(path.read_text(encoding="utf-8"))["answer"]
            entry = latest.get(answer["id"], {"act": "none"})
            texts = {
                language: self._filled(text, clinic, language)
                for language, text in answer["text"].items()
            }
            titles = {
                f"title.{language}": title
                for language, title in (answer.get("title") or {}).items()
            }
            hashes = {
                key: hashlib.sha256(text.encode()).hexdigest()
                for key, text in (texts | titles).items()
            }
            if (
                entry["act"] == "sign"
                and entry["texts"] == hashes
                and entry["expires"] > today.isoformat()
            ):
                self._add(answer, texts, titles, entry["standing"] != "approved")

    def _add(self, answer, texts, titles, provisional):
        self.kind[answer["id"]] = answer["kind"]
        self.titles |= {
            (answer["id"], key.removeprefix("title.")): title for key, title in titles.items()
        }
        if provisional:
            self.provisional.add(answer["id"])
        for language, text in texts.items():
            if answer["kind"] != "interface":
                self.by_text[language][text] = answer["id"]

    @staticmethod
    def _filled(text, clinic, language):
        for field, value in clinic.items():
            words = value[language] if isinstance(value, dict) else value
            text = text.replace("{" + field + "}", str(words or "").strip())
        return text

    def parts(self, text):
        """The ways to cut `text` into approved texts of one language, each as (language, ids)."""
        for language in LANGUAGES:
            for ids in self._cuts(text, self.by_text[language]):
                yield language, ids

    def _cuts(self, text, known):
        for words, name in known.items():
            if text == words:
                yield [name]
            elif text.startswith(words + "\n"):
                yield from ([name, *rest] for rest in self._cuts(text[len(words) + 1 :], known))

    def problem(self, said):
        """What is wrong with one reply of the machine-readable face, or None."""
        if said["action"] not in ACTIONS or len(said["replies"]) != 1:
            return f"not one reply of a known action: {said['action']}, {len(said['replies'])}"
        [reply] = said["replies"]
        faults = [
            self._fault(language, ids, said, reply) for language, ids in self.parts(reply["text"])
        ]
        return (
            None
            if None in faults
            else faults[0]
            if faults
            else "not made of texts that the ledger approves"
        )

    def _fault(self, language, ids, said, reply):
        kinds = {self.kind[name] for name in ids}
        if len(ids) != len(set(ids)):
            return "a text twice"
        if kinds & WITHOUT_NOTICE and "notice" in ids:
            return "the trial notice under a danger"
        if not kinds & WITHOUT_NOTICE and self.provisional & set(ids) and ids[-1] != "notice":
            return "provisional without the notice at its end"
        if kinds & NEEDS_DISCLAIMER and ids.count("disclaimer") != 1:
            return "an answer or a steer without its disclaimer"
        if (
            said["action"] != "answer"
            and said["action"] in URGENT | {"steer"}
            and "answer" in kinds
        ):
            return f"an answer in a reply of the action {said['action']}"
        if reply["blocks"] and [block["id"] for block in reply["blocks"]] != ids:
            return "the receipt tells other texts"
        for button in reply["buttons"]:
            name, _, other = button["id"].partition(":")
            if button["title"] != self.titles.get((name, other or language)):
                return "a button of words that the ledger does not approve"
        return None


class Messages:
    """An endless stream of messages, the same for the same seed."""

    def __init__(self, seed):
        self._random = random.Random(seed)
        self._lines = [text for _, _, text in training_examples()] + [
            row["text"] for row in eval_rows()
        ]
        self._hard = list(HARD_TEXTS.values())
        self._kinds = [
            self._line,
            self._line,
            self._splice,
            self._letters,
            self._spoilt,
            self._command,
            self._hard_text,
            self._long,
            self._mixed,
        ]

    def next(self):
        """Return a message and, now and then, the button it is said to be the tap of."""
        text = self._random.choice(self._kinds)()
        return text, (self._random.choice(BUTTONS) if self._random.random() < 0.05 else None)

    def _line(self):
        return self._random.choice(self._lines)

    def _splice(self):
        one, other = self._line(), self._line()
        joint = self._random.choice([" ", "\n", "? ", " aur ", "، ", "", "/", "\u200c"])
        return (
            one[: self._random.randint(0, len(one))]
            + joint
            + other[self._random.randint(0, len(other)) :]
        )

    def _letters(self):
        low, high = self._random.choice(RANGES)
        return "".join(
            chr(self._random.randint(low, high)) for _ in range(self._random.randint(0, 80))
        )

    def _spoilt(self):
        letters = list(self._line())
        for _ in range(self._random.randint(1, 6)):
            letters.insert(self._random.randint(0, len(letters)), self._random.choice(UNSEEN))
        return "".join(letters)

    def _command(self):
        front = "".join(
            self._random.choice([*UNSEEN, " ", "／", "\\"])
            for _ in range(self._random.randint(0, 3))
        )
        return front + self._random.choice(COMMANDS) + self._random.choice(["", " " + self._line()])

    def _hard_text(self):
        return self._random.choice(self._hard)

    def _long(self):
        if self._random.random() < 0.8:  # endless ones take seconds, a few of them are enough
            return " ".join(self._line() for _ in range(self._random.randint(2, 8)))
        return self._random.choice(
            [self._line() + " ", self._letters() or "x"]
        ) * self._random.randint(10, 2000)

    def _mixed(self):
        words = [word for _ in range(3) for word in self._line().split()[:4]]
        self._random.shuffle(words)
        return " ".join(words)


def run(terminal, count, seed, *, every=0):
    """Ask `count` messages in conversations of ten; return (number, message, fault) of whatever went wrong."""
    approved, messages, bad = Approved(ROOT / "data", date.today()), Messages(seed), []
    for number in range(count):
        text, button = messages.next()
        try:
            fault = approved.problem(
                terminal.say(text, f"fuzz-{seed}-{number // 10}", button=button)
            )
        except Exception as error:  # a crash is what is looked for
            fault = f"crashed: {error!r}"
        if fault:
            bad.append((number, text, fault))
        if every and (number + 1) % every == 0:
            sys.stderr.write(f"{number + 1} messages, {len(bad)} faults\n")
    return bad


def main():
    """Run from the command line; status 1 when anything unapproved came out or anything crashed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    from bot.channels.terminal import Terminal

    logging.getLogger("bot").setLevel(logging.CRITICAL)  # incidents are counted here
    started = time.monotonic()
    bad = run(Terminal(), given.count, given.seed, every=500)
    for number, text, fault in bad:
        sys.stdout.write(f"message {number}: {fault}: {text[:200]!r}\n")
    spent = time.monotonic() - started
    sys.stdout.write(
        f"{given.count} messages (seed {given.seed}), {len(bad)} faults, {spent:.0f} seconds\n"
    )
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
