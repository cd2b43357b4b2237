"""The deployment files, as far as they can be tried without containers: their shape, and the very commands in them."""

import configparser
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import urllib.request
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.running import Running

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
UNITS = sorted((DEPLOY / "systemd").iterdir())


def unit(name):
    parser = configparser.ConfigParser(strict=False, interpolation=None, comment_prefixes="#")
    parser.optionxform = str
    parser.read(DEPLOY / "systemd" / name, encoding="utf-8")
    return parser


# --- Dockerfile and compose.yaml ---


def test_every_image_is_pinned_to_a_full_version():
    images = re.findall(r"(?m)^FROM (\S+)", DOCKERFILE) + [
        one["image"] for one in COMPOSE["services"].values()
    ]
    assert images and all(
        re.fullmatch(r"[\w/]+:\d+\.\d+\.\d+[\w.-]*", image) for image in images
    ), images
    assert len(set(re.findall(r"(?m)^FROM (\S+)", DOCKERFILE))) == 1
    assert "3.11." in re.search(r"FROM (\S+)", DOCKERFILE).group(1)


def test_the_image_installs_with_the_uv_and_the_hashes_of_the_lock_file():
    pinned = re.search(r"uv==([\d.]+)", (ROOT / "deploy" / "install.sh").read_text("utf-8")).group(
        1
    )
    assert f"uv=={pinned}" in DOCKERFILE
    assert all(
        "--frozen" in line for line in DOCKERFILE.splitlines() if line.startswith("RUN uv sync")
    )


def test_the_image_runs_as_nobody_in_particular():
    stages = DOCKERFILE.split("FROM ")
    assert re.search(r"(?m)^USER 10001:10001$", stages[-1]) and "jawab train" in stages[1]


def test_everything_the_image_copies_exists_and_is_let_through():
    let_through = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    copied = {
        name
        for line in re.findall(r"(?m)^COPY (?!--)(.+)$", DOCKERFILE)
        for name in line.split()[:-1]
    }
    assert copied == let_through and all((ROOT / name).exists() for name in copied)


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_service_is_locked_down(name):
    service = COMPOSE["services"][name]
    assert (
        service["read_only"]
        and service["cap_drop"] == ["ALL"]
        and service["restart"] == "unless-stopped"
    )
    assert "no-new-privileges:true" in service["security_opt"]


def test_only_caddy_can_be_reached_from_outside():
    assert [name for name, one in COMPOSE["services"].items() if one.get("ports")] == ["caddy"]
    assert COMPOSE["services"]["backup"]["network_mode"] == "none"


def test_every_volume_and_file_named_exists():
    for one in COMPOSE["services"].values():
        for volume in one["volumes"]:
            source = volume.split(":")[0]
            assert (
                (ROOT / source).exists()
                if source.startswith("./")
                else source in COMPOSE["volumes"]
            )


def test_the_image_and_compose_start_the_same_command():
    command = json.loads(re.search(r"(?m)^CMD (\[\"/app/.venv/bin/jawab.+)$", DOCKERFILE).group(1))
    assert command == COMPOSE["services"]["bot"]["command"]


# --- the commands, as they stand in the files ---


class Started(Running):
    """A server started by a command of a deployment file, its paths put on this machine."""

    def __init__(self, folder, command):
        super().__init__(folder)
        self._env |= {"JAWAB_PORT": str(self.port)}
        self._command = [
            part.replace("/opt/jawab/.venv/bin", str(Path(sys.executable).parent))
            .replace("/app/.venv/bin", str(Path(sys.executable).parent))
            .replace("%S", str(folder))
            .replace("5005", str(self.port))
            for part in command
        ]

    def command(self):
        return self._command


COMMANDS = {
    "compose.yaml": COMPOSE["services"]["bot"]["command"],
    "jawab.service": shlex.split(unit("jawab.service")["Service"]["ExecStart"]),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_the_very_command_starts_the_bot_and_a_signal_stops_it(tmp_path, command):
    with Started(tmp_path, command) as server:
        assert server.post("messages", session=server.session(), text="kya ye halal hai?")[0] == 200
        check = (
            re.search(r"urlopen\('(\S+?)'", DOCKERFILE).group(1).replace("5005", str(server.port))
        )
        assert urllib.request.urlopen(check, timeout=4).status == 200
        started = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == 0 and time.monotonic() - started < 15
        assert "Traceback" not in server.log and "destroyed" not in server.log


def test_the_unit_keeps_what_it_writes_where_systemd_says(tmp_path):
    service = unit("jawab.service")["Service"]
    assert service["StateDirectory"] == "jawab" and "JAWAB_VAR=%S/jawab" in service["ExecStart"]
    assert service["ProtectSystem"] == "strict" and service["User"] == "jawab"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_finds_no_fault(path, tmp_path):
    if not shutil.which("systemd-analyze"):
        assert unit(path.name).sections()
        return
    for one in UNITS:
        text = one.read_text(encoding="utf-8").replace("/opt/jawab/docs", str(ROOT / "docs"))
        (tmp_path / one.name).write_text(
            re.sub(r"/opt/jawab\S*", "/bin/true", text), encoding="utf-8"
        )
    ended = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / path.name)],
        capture_output=True,
        text=True,
    )
    assert path.name not in ended.stderr and ended.returncode == 0, ended.stderr


# --- Caddy ---

CADDYFILE = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")


def test_only_the_pages_and_the_webhook_are_passed_on():
    passed = re.search(r"@open path (.+)", CADDYFILE).group(1).split()
    assert passed == ["/", "/chat", "/chat/*", "/webhooks/whatsapp/webhook"]
    assert CADDYFILE.count("reverse_proxy") == 1 and re.search(
        r"\thandle \{\n\t\trespond 404", CADDYFILE
    )


def test_caddy_itself_agrees(tmp_path):
    caddy = shutil.which("caddy")
    if caddy is None:
        assert CADDYFILE.count("{") == CADDYFILE.count("}")
        return
    env = os.environ | {"JAWAB_SITE": "chat.clinic.example", "HOME": str(tmp_path)}
    ended = subprocess.run(
        [caddy, "validate", "--config", DEPLOY / "Caddyfile", "--adapter", "caddyfile"],
        env=env,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr


# --- backups ---


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Running(tmp_path_factory.mktemp("backup")) as server:
        yield server


def archive(server, path):
    with path.open("wb") as stream:
        subprocess.run(
            [server.command()[0], "backup"], cwd=ROOT, env=server.env(), stdout=stream, check=True
        )
    return path


def test_a_backup_taken_while_the_bot_runs_is_restored_whole(server, tmp_path):
    session = server.session()
    server.post(
        "messages", session=session, text="Gulnazbanu ka sawal: POF kya hai?", id="message-1"
    )
    taken = archive(server, tmp_path / "backup.tar")
    server.post("clear", session=session)
    assert server.post("history", session=session)[1] == {"turns": []}
    with tarfile.open(taken) as opened:
        names = set(opened.getnames())
        opened.extractall(tmp_path / "restored", filter="data")
    assert {
        "var/conversations.db",
        "data/ledger.jsonl",
        "data/clinic.yml",
        "data/answers/pof.yml",
    } <= names
    assert (tmp_path / "restored/data/ledger.jsonl").read_bytes() == (
        ROOT / "data/ledger.jsonl"
    ).read_bytes()
    with Restored(tmp_path / "restored") as restored:
        (turn,) = restored.post("history", session=session)[1]["turns"]
        assert turn["text"] == "Gulnazbanu ka sawal: POF kya hai?" and turn["replies"]


class Restored(Running):
    """A server on what was restored, signing with the key it had."""


def test_a_backup_is_not_written_without_a_key(server, tmp_path):
    ended = subprocess.run(
        [DEPLOY / "backup.sh"],
        env=server.env() | {"JAWAB_BACKUP_FOLDER": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert ended.returncode and "age-keygen" in ended.stderr and list(tmp_path.iterdir()) == []


def test_a_backup_is_encrypted_for_the_key_and_old_ones_go(server, tmp_path):
    """With the real `age` where there is one, otherwise with a stand-in that only shows it was asked."""
    tools, keys = tmp_path / "bin", tmp_path / "key"
    if shutil.which("age"):
        made = subprocess.run(
            ["age-keygen", "-o", keys], capture_output=True, text=True, check=True
        )
        recipient = re.search(r"age1\w+", made.stderr).group()
    else:
        recipient = "age1standin"
        tools.mkdir()
        (tools / "age").write_text(
            '#!/bin/sh\n[ "$*" = "--encrypt --recipient age1standin" ] && tr a-z b-za\n'
        )
        (tools / "age").chmod(0o755)
    folder = tmp_path / "backups"
    folder.mkdir()
    old = folder / "jawab-20200101T000000Z.tar.age"
    old.touch()
    os.utime(old, (0, 0))
    server.post("messages", session=server.session(), text="Zarminabanu: POF kya hai?")
    subprocess.run(
        [DEPLOY / "backup.sh"],
        check=True,
        capture_output=True,
        env=server.env()
        | {
            "PATH": f"{tools}:{os.environ['PATH']}",
            "JAWAB_BACKUP_FOLDER": str(folder),
            "JAWAB_BACKUP_RECIPIENT": recipient,
            "JAWAB_COMMAND": str(server.command()[0]),
        },
    )
    (written,) = folder.iterdir()
    assert written.stat().st_mode & 0o077 == 0 and written.stat().st_size > 10_000
    assert (
        b"Zarminabanu" not in written.read_bytes()
        and b"conversations.db" not in written.read_bytes()
    )
    if shutil.which("age"):
        opened = subprocess.run(
            ["age", "--decrypt", "-i", keys, written], capture_output=True, check=True
        ).stdout
        assert b"Zarminabanu" in opened
