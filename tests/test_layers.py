"""Who may import whom: the core knows neither Rasa nor Sanic, and its parts do not know one another."""

import ast
from pathlib import Path

import pytest

BOT = Path("bot")
CORE = {"text", "guard", "understanding", "answers"}
CORE_FILES = {"dialogue.py", "dialogue_data.py", "evaluation.py", "errors.py", "settings.py", "callback.py",
              "handover.py", "asked.py", "database.py", "files.py", "schema.py", "sentence.py", "shelf.py"}
FREE = {"bot.errors", "bot.sentence", "bot.settings", "bot.data"}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def core_files():
    return [path for path in BOT.rglob("*.py")
            if path.parent.name in CORE or (path.parent == BOT and path.name in CORE_FILES)]


@pytest.mark.parametrize("path", core_files(), ids=str)
def test_the_core_imports_neither_rasa_nor_sanic(path):
    assert not [name for name in imports(path) if name.split(".")[0] in {"rasa", "rasa_sdk", "sanic"}]


@pytest.mark.parametrize("path", [path for part in CORE for path in (BOT / part).rglob("*.py")], ids=str)
def test_parts_of_the_core_know_only_the_text_layer_and_themselves(path):
    allowed = {f"bot.{path.parent.name}", "bot.text"}
    ours = [name for name in imports(path) if name.startswith("bot.") and name not in FREE]
    assert not [name for name in ours if not any(name == part or name.startswith(part + ".") for part in allowed)]


@pytest.mark.parametrize("path", [BOT / "sentence.py", BOT / "errors.py", BOT / "settings.py"], ids=str)
def test_settings_errors_and_sentences_import_nothing_else_of_ours(path):
    assert {name for name in imports(path) if name.startswith("bot.")} <= {"bot.errors", "bot.sentence"}


@pytest.mark.parametrize("path", sorted(BOT.rglob("*.py")), ids=str)
def test_bot_never_imports_actions(path):
    assert not [name for name in imports(path) if name.split(".")[0] == "actions"]


@pytest.mark.parametrize("path", sorted(path for path in BOT.rglob("*.py")), ids=str)
def test_modules_stay_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 250
