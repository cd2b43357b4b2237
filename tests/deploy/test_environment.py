"""`.env.example` names every setting there is, and nothing else; secrets come from the environment alone."""

import re
import subprocess
from pathlib import Path

import pytest

from bot.settings import WHATSAPP, WHATSAPP_NEEDS, Settings
from tests.conftest import ROOT

TEXT = (ROOT / ".env.example").read_text(encoding="utf-8")
GIVEN = dict(line.split("=", 1) for line in TEXT.splitlines() if line and not line.startswith("#"))
ELSEWHERE = {
    "JAWAB_BACKUP_RECIPIENT": "backup.sh",
    "JAWAB_BACKUP_FOLDER": "backup.sh",
    "JAWAB_BACKUP_KEEP_DAYS": "backup.sh",
    "JAWAB_SITE": "Caddyfile",
    "JAWAB_UPSTREAM": "Caddyfile",
    "JAWAB_DB_PASSWORD": "../compose.cluster.yaml",
}
SECRET = re.compile(r"(?i)(secret|token|password|key)")


class Asked(dict):
    """An environment that remembers what it was asked for."""

    def __init__(self, values):
        super().__init__(values)
        self.names = set()

    def get(self, name, default=None):
        self.names.add(name)
        return super().get(name, default)


def test_every_setting_is_in_the_example_and_nothing_else_is():
    env = Asked({WHATSAPP + name: "x" for name in WHATSAPP_NEEDS})
    Settings.from_env(env)
    assert env.names == set(GIVEN) - set(ELSEWHERE)


@pytest.mark.parametrize(("name", "file"), ELSEWHERE.items())
def test_what_the_bot_does_not_read_somebody_else_does(name, file):
    assert name in (ROOT / "deploy" / file).read_text(encoding="utf-8")


def test_the_example_is_the_defaults():
    values = {name: value.strip("'") for name, value in GIVEN.items()}
    assert Settings.from_env(values) == Settings.from_env({})
    needed = {WHATSAPP + name: "x" for name in WHATSAPP_NEEDS}
    assert Settings.from_env(values | needed) == Settings.from_env(needed)


def test_a_shell_reads_the_example_as_it_is_meant():
    printed = subprocess.run(
        ["bash", "-c", "set -a; . ./.env.example; env"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    read = dict(line.split("=", 1) for line in printed.splitlines() if line.startswith("JAWAB_"))
    assert read == {name: value.strip("'") for name, value in GIVEN.items()}


def test_no_value_is_followed_by_a_comment():
    """systemd and `docker run` would take it for a part of the value."""
    assert not [line for line in TEXT.splitlines() if re.match(r"\w+=.*\s#", line)]


def test_every_setting_is_explained():
    lines = TEXT.splitlines()
    alone = [
        name for name in GIVEN if not any(line.startswith("#") for line in _before(lines, name))
    ]
    assert alone == []


def _before(lines, name):
    place = next(number for number, line in enumerate(lines) if line.startswith(f"{name}="))
    return [line for line in lines[max(0, place - 6) : place] if line]


def test_no_secret_stands_in_the_example():
    assert not [name for name, value in GIVEN.items() if SECRET.search(name) and value]


FILES = [
    path
    for pattern in ("*.yml", "*.yaml", "deploy/**/*", "Dockerfile")
    for path in ROOT.glob(pattern)
    if path.is_file()
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_secret_stands_in_any_file_of_the_project(path: Path):
    found = re.findall(
        r"(?im)^\s*-?\s*[\w-]*(?:secret|token|password|_key)[\w-]*\s*[:=]\s*(\S+)",
        path.read_text(encoding="utf-8"),
    )
    assert not [value for value in found if not value.startswith(("$", '"$', "{$"))]
