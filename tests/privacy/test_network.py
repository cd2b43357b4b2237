"""Training and serving reach out to nobody: the processes run with every way out of the machine refused and told."""

import os
import shutil
import subprocess
import sys

import pytest
import yaml

from tests.conftest import ROOT
from tests.running import Running

OFFLINE = ROOT / "tests" / "privacy" / "offline.py"
# what would switch reporting on, where anything listens to it
TEMPTING = {
    "RASA_TELEMETRY_ENABLED": "true",
    "RASA_TELEMETRY_WRITE_KEY": "k",
    "SENTRY_DSN": "https://k@sentry.example/1",
}
EXAMPLES = 6


def small_copy(folder):
    """The project with a few examples of each intent and no embedding, so that training takes seconds."""
    shutil.copytree(ROOT / "data", folder / "data")
    for path in (folder / "data" / "nlu").glob("*/*.yml"):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for block in content.get("nlu", ()):
            block["examples"] = "\n".join(block["examples"].splitlines()[:EXAMPLES]) + "\n"
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    for name in ("domain.yml", "endpoints.yml"):
        shutil.copy(ROOT / name, folder)
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    next(one for one in config["pipeline"] if one["name"].endswith("Intents"))["embedding"] = False
    (folder / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")


class Offline(Running):
    """The server from the small copy, with no way out."""

    def command(self):
        return [
            sys.executable,
            OFFLINE,
            str(self.folder / "tried"),
            "run",
            "--port",
            str(self.port),
        ]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("offline")
    small_copy(folder)
    ended = subprocess.run(
        [sys.executable, OFFLINE, str(folder / "tried"), "train", "--force"],
        cwd=folder,
        env=os.environ | TEMPTING | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=250,
    )
    assert ended.returncode == 0, ended.stderr
    return folder


def test_the_watch_sees_and_refuses_an_attempt(tmp_path):
    program = (
        "import socket, sys\nfrom tests.privacy.offline import watch\nsys.addaudithook(watch(sys.argv[1]))\n"
        "for attempt in (lambda: socket.create_connection(('203.0.113.1', 80), 1),\n"
        "                lambda: socket.getaddrinfo('telemetry.example', 443),\n"
        "                lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('203.0.113.1', 53))):\n"
        "    try: attempt()\n    except OSError as error: print(error)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "tried")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.stdout.count("no network in this test") == 3
    assert len((tmp_path / "tried").read_text().splitlines()) == 3


def test_training_reaches_out_to_nobody(trained):
    assert list((trained / "models").glob("*.tar.gz")) and not (trained / "tried").exists()


def test_serving_reaches_out_to_nobody(trained):
    with Offline(trained, project=trained, **TEMPTING) as server:
        session = server.session()
        for text in ("kya ye halal hai?", "meri AMH 0.4 hai", "میں مرنا چاہتی ہوں"):
            assert server.post("messages", session=session, text=text)[0] == 200
    assert not (trained / "tried").exists()
