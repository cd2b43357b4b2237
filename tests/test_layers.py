"""Who may import whom: one table for every folder, held against the real imports of every file; and where Rasa is."""

import ast
import re
from pathlib import Path

import pytest

BOT = Path("bot")
# from the bottom up: a part imports its own row's siblings never, only rows below it
LAYERS = (
    {"settings", "project", "errors", "message", "randomness"},
    {"storage"},
    {"text"},
    {"guard", "nlu", "answers", "handover"},
    {"dialogue", "analytics", "telemetry"},
    {"container", "validation", "evaluation"},
    {"rasa_adapter"},
    {"channels"},
    {"staff", "privacy"},
    {"server"},
    {"cli"},
)
LEVEL = {part: level for level, parts in enumerate(LAYERS) for part in parts}
RASA = {"rasa_adapter", "server", "cli"}
RASA_FILES = {"bot/channels/terminal.py"}
# Rasa's own underscore names, as bot/rasa_adapter/README.md lists them
PRIVATE = set(
    re.findall(
        r"`(?:\w+\.)?(_[a-z]\w+)`", (BOT / "rasa_adapter" / "README.md").read_text(encoding="utf-8")
    )
)
REACHES = re.compile(
    r"\b(?:agent|processor|graph_runner|runner|tracker|store|event|kind|domain|DefaultV1Recipe|rasa[\w.]*)\.(_[a-z]\w*)"
)
FILES = sorted(path for path in BOT.rglob("*.py") if path != BOT / "__init__.py")


def part(path):
    return path.relative_to(BOT).parts[0].removesuffix(".py")


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_part_imports_only_what_stands_below_it(path):
    ours = {name.split(".")[1] for name in imports(path) if name.startswith("bot.")}
    own = part(path)
    assert {
        name for name in ours if name != own and LEVEL[name] >= LEVEL[own] and LEVEL[own] > 0
    } == set()


@pytest.mark.parametrize("path", FILES, ids=str)
def test_rasa_is_imported_in_its_own_room_only(path):
    if part(path) not in RASA and str(path) not in RASA_FILES:
        assert not [name for name in imports(path) if name.split(".")[0] in {"rasa", "rasa_sdk"}]


def test_the_private_names_of_rasa_that_we_use_are_all_explained():
    used = {
        name
        for path in FILES
        if part(path) == "rasa_adapter"
        for name in REACHES.findall(path.read_text(encoding="utf-8"))
    }
    assert used and used <= PRIVATE


@pytest.mark.parametrize("path", FILES, ids=str)
def test_private_names_of_rasa_occur_in_its_own_room_only(path):
    if part(path) != "rasa_adapter":
        text = path.read_text(encoding="utf-8")
        assert not set(REACHES.findall(text)) & PRIVATE
        assert not re.search(r"\brasa[\w.]*\._[a-z]|\b(?:agent|processor)\._[a-z]", text)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_files_of_the_project_are_found_from_any_folder(path):
    """A configuration that is not found is no error for Rasa: it serves with its defaults, and no channel."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r'(?:read_endpoints\(|create_http_input_channels\(None, )"', text)


@pytest.mark.parametrize("path", sorted(BOT.rglob("*.py")), ids=str)
def test_bot_never_imports_actions(path):
    assert not [name for name in imports(path) if name.split(".")[0] == "actions"]


@pytest.mark.parametrize("path", sorted(BOT.rglob("*.py")), ids=str)
def test_modules_stay_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
