"""What the documents name exists: files, commands and their options, make targets, settings."""

import json
import re
from functools import lru_cache

import pytest
from typer.main import get_command

from bot.cli.app import app
from tests.conftest import ROOT

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", ".env.example")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "decisions").glob("*.md")),
    ROOT / "data" / "README.md",
    ROOT / "bot" / "rasa_adapter" / "README.md",
]
FOLDERS = "bot|actions|data|tests|docs|deploy|bench|tuning"
ROOT_FILES = r"(?:config|domain|endpoints|credentials)\.yml|pyproject\.toml|uv\.lock|compose[\w.]*\.yaml|Dockerfile"
NAMED = re.compile(rf"`((?:(?:{FOLDERS})/[\w./*<>{{}}-]+)|{ROOT_FILES})`")
MADE = ("data/encoder", "results/")  # written by a command that the page names
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[\w-]+)?\)")
COMMAND = re.compile(r"\bjawab ((?:[a-z]+(?:-[a-z]+)?(?: |\b))+)([^`\n]*)")
MAKE = re.compile(r"(?:`|&& |^)make ((?:[a-z]+)(?: |\b))", re.M)
SETTING = re.compile(r"\bJAWAB_[A-Z][A-Z_]*[A-Z]\b")
OPTION = re.compile(r"(?<!\S)(--[a-z][a-z-]+)")


def text(page):
    return page.read_text(encoding="utf-8")


def name(page):
    return str(page.relative_to(ROOT))


each_page = pytest.mark.parametrize("page", PAGES, ids=name)


def there(path):
    pattern = re.sub(r"<[^>]*>|\{[^}]*\}", "*", path.rstrip("/"))
    return (ROOT / pattern).exists() or any(ROOT.glob(pattern))


@each_page
def test_every_file_it_names_exists(page):
    assert [
        path for path in NAMED.findall(text(page)) if not there(path) and not path.startswith(MADE)
    ] == []


@each_page
def test_every_link_leads_somewhere(page):
    missing = [path for path in LINK.findall(text(page)) if not (page.parent / path).exists()]
    assert missing == []


@lru_cache(maxsize=1)
def commands():
    return get_command(app).commands


def command(words):
    """The command that `words` begin with, and how it is called; None where the first is no command."""
    found, called = commands().get(words[0]), words[:1]
    while found is not None and hasattr(found, "commands") and len(called) < len(words):
        below = found.commands.get(words[len(called)])
        if below is None:
            return None, called
        found, called = below, words[: len(called) + 1]
    return found, called


@each_page
def test_every_command_it_names_exists(page):
    for quoted in re.findall(r"`(?:\.venv/bin/)?(jawab [^`]+)`|^(jawab [^\n]+)", text(page), re.M):
        line = "".join(quoted)
        words = re.findall(r"^jawab ((?:[a-z][a-z-]*(?: |$))+)", line)
        if not words:
            continue
        found, called = command(words[0].split())
        assert found is not None, line
        options = {option for one in found.params for option in one.opts} | {"--help"}
        if not hasattr(found, "commands"):
            assert set(OPTION.findall(line.partition("#")[0])) <= options, line


@each_page
def test_every_make_target_it_names_exists(page):
    targets = set(re.findall(r"(?m)^([a-z]+):", text(ROOT / "Makefile")))
    assert {target.strip() for target in MAKE.findall(text(page))} <= targets


@each_page
def test_every_setting_it_names_exists(page):
    example = set(re.findall(r"(?m)^(JAWAB_[A-Z_]+)=", text(ROOT / ".env.example")))
    families = {f"{one.rpartition('_')[0]}" for one in example}
    assert set(SETTING.findall(text(page))) - example - families == set()


def test_every_setting_of_the_example_is_read_by_somebody():
    read = " ".join(
        path.read_text(encoding="utf-8")
        for folder in ("bot", "deploy")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file() and path.suffix in {".py", ".sh", "", ".yml"}
    )
    read += text(ROOT / "compose.cluster.yaml") + text(ROOT / "compose.yaml")
    named = re.findall(r"(?m)^JAWAB_([A-Z_]+)=", text(ROOT / ".env.example"))
    found = [one for one in named if not any(form in read for form in forms(one))]
    assert found == []


def forms(setting):
    yield f"JAWAB_{setting}"
    yield f'"{setting.lower()}"'  # one of NUMBERS
    yield f'"{setting.removeprefix("WHATSAPP_")}"'


def test_every_decision_has_a_number_of_its_own():
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [page.name[:4] for page in pages] == [
        f"{number:04}" for number in range(1, len(pages) + 1)
    ]


ROWS = {
    "right": "right",
    "cases and urgent messages answered": "leaks",
    "urgent messages met": "urgent recall",
    "calm people met with an alarm": "alarmed for nothing",
    "FAQ wrongly steered": "wrongly steered",
    "several topics": "several topics",
    "reply in the sender's variety": "own variety",
}


@pytest.mark.parametrize(("row", "key"), ROWS.items())
def test_the_figures_of_the_readme_are_those_of_the_recorded_file(row, key):
    recorded = json.loads(text(ROOT / "tests" / "eval" / "blind" / "test.json"))
    (line,) = re.findall(rf"(?m)^\| {re.escape(row)} \| (.*) \|$", text(ROOT / "README.md"))
    shown = [float(cell.strip().removesuffix("%")) for cell in line.split("|")]
    wanted = [recorded[variety][key] * 100 for variety in ("all", "en", "ur", "roman", "mixed")]
    assert shown == pytest.approx(wanted, abs=0.051)
