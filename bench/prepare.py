"""Prepares both bots: one seeded sample of the examples, a working folder each, and the stock environment."""

import json
import os
import random
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
STOCK = ROOT / "bench" / "stock"
STOCK_ENVIRONMENT = ROOT / ".venv-stock"
COPIED = ("bot", "actions", "data", "config.yml", "domain.yml", "endpoints.yml")
LEAST = 4  # examples of an intent: our calibration needs 3, Rasa warns below 2
WITH_DISCLAIMER = {"answer", "steer"}
Examples = dict[str, list[str]]


class BenchError(Exception):
    """The measurement cannot go on; the text says why."""


def read_yaml(path: Path) -> Any:
    """Return the content of a YAML file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def write_yaml(path: Path, content: Any) -> None:
    """Write `content` as Rasa reads it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000), encoding="utf-8"
    )


def sample(size: int, *, seed: int) -> Examples:
    """Return about `size` examples of data/nlu by intent, each intent with its share of them."""
    found: Examples = defaultdict(list)
    for path in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        for block in read_yaml(path).get("nlu", ()):
            found[block["intent"]] += [
                line[2:].strip() for line in block["examples"].splitlines() if line[:2] == "- "
            ]
    total, dice = sum(map(len, found.values())), random.Random(seed)
    shares = {
        intent: max(LEAST, round(size * len(texts) / total))
        for intent, texts in sorted(found.items())
    }
    return {
        intent: dice.sample(found[intent], min(share, len(found[intent])))
        for intent, share in shares.items()
    }


def messages(count: int, *, seed: int) -> list[str]:
    """Return `count` of the labelled messages of tests/eval, as many of each variety, in one seeded order."""
    files, dice = sorted((ROOT / "tests" / "eval").glob("*.jsonl")), random.Random(seed)
    rows = [
        [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
        for path in files
    ]
    for texts in rows:
        dice.shuffle(texts)
    # one of each variety in turn, then the whole shuffled
    turns = [
        texts[place] for place in range(max(map(len, rows))) for texts in rows if place < len(texts)
    ][:count]
    if len(turns) < count:
        raise BenchError(
            f"tests/eval holds {len(turns)} messages, {count} are asked for; ask for fewer"
        )
    dice.shuffle(turns)
    return turns


def our_folder(folder: Path, examples: Examples) -> None:
    """Fill `folder` with this bot on the sample: its caches start empty, so training computes every embedding."""
    folder.mkdir(parents=True)
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, folder / name)
    shutil.rmtree(folder / "data" / "nlu")
    _write_examples(folder / "data" / "nlu" / "sample.yml", examples)
    (folder / "var").mkdir()


def stock_folder(folder: Path, examples: Examples, *, stories: bool) -> None:
    """Fill `folder` with the stock bot: the same sample and rules, and the English texts this bot answers with.

    With `stories` each rule is given once more as a story, the only data TED and UnexpecTED learn from.
    """
    folder.mkdir(parents=True)
    for name in ("config.yml", "endpoints.yml", "credentials.yml"):
        shutil.copy2(STOCK / name, folder / name)
    _write_examples(folder / "data" / "nlu.yml", examples)
    texts, rules = _texts(), _rules()
    write_yaml(folder / "data" / "rules.yml", {"version": "3.1", "rules": rules})
    if stories:
        write_yaml(
            folder / "data" / "stories.yml",
            {
                "version": "3.1",
                "stories": [{"story": rule["rule"], "steps": rule["steps"]} for rule in rules],
            },
        )
    responses = {f"utter_{intent}": [{"text": text}] for intent, text in texts.items()}
    responses["utter_default"] = responses["utter_off_topic"]  # what Rasa says when it is unsure
    write_yaml(
        folder / "domain.yml",
        {**read_yaml(STOCK / "domain.yml"), "intents": list(texts), "responses": responses},
    )
    (folder / "var").mkdir()


def stock_environment(uv: str) -> None:
    """Install the locked stock environment, TensorFlow and all, unless it is there."""
    ready = STOCK_ENVIRONMENT / ".ready"
    if ready.exists() and ready.stat().st_mtime > (STOCK / "uv.lock").stat().st_mtime:
        return
    done = subprocess.run(
        [uv, "sync", "--frozen", "--compile-bytecode", "--python", "3.11", "--project", str(STOCK)],
        env={**os.environ, "UV_PROJECT_ENVIRONMENT": str(STOCK_ENVIRONMENT)},
    )
    if done.returncode:
        raise BenchError("the stock environment could not be installed; see uv's words above")
    ready.touch()


def find_uv() -> str:
    """Return the path of uv: the one `make` installs, or one on the PATH."""
    own = ROOT / ".tools" / "bin" / "uv"
    found = str(own) if own.exists() else shutil.which("uv")
    if found is None:
        raise BenchError("uv is missing; `make run` installs it under .tools")
    return found


def _write_examples(path: Path, examples: Examples) -> None:
    blocks = [
        f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {text}\n" for text in texts)
        for intent, texts in examples.items()
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('version: "3.1"\nnlu:\n' + "".join(blocks), encoding="utf-8")


def _rules() -> list[dict[str, Any]]:
    """Return the rules of data/rules with each `or` written out: stock Rasa has one utterance for each intent."""
    written = [
        rule
        for path in sorted((ROOT / "data" / "rules").glob("*.yml"))
        for rule in read_yaml(path)["rules"]
    ]
    intents = [
        option["intent"]
        for rule in written
        for step in rule["steps"]
        for option in step.get("or", [step])
        if "intent" in option
    ]
    return [
        {"rule": intent, "steps": [{"intent": intent}, {"action": f"utter_{intent}"}]}
        for intent in intents
    ]


def _texts() -> dict[str, str]:
    """Return the English text that answers each intent, the disclaimer in the same message where we send it."""
    intents = read_yaml(ROOT / "data" / "dialogue.yml")["intents"]
    answers = {
        path.stem: read_yaml(path)["answer"]["text"]["en"]
        for path in (ROOT / "data/answers").glob("*.yml")
    }
    texts = {}
    for intent, entry in intents.items():
        text = answers[entry.get("says", intent)]
        texts[intent] = (
            f"{text}\n{answers['disclaimer']}" if entry["level"] in WITH_DISCLAIMER else text
        )
    return texts
