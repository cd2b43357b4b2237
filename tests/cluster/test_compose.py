"""compose.cluster.yaml, as far as it can be tried without containers; its processes run in test_processes.py."""

import re
import subprocess
import tarfile
from datetime import date

import pytest
import yaml
from cluster.live import TOGETHER

from tests.conftest import ROOT
from tests.running import JAWAB


class Loader(yaml.SafeLoader):
    """Compose's own `!reset` takes a value of the first file away."""


Loader.add_constructor("!reset", lambda loader, node: None)
ONE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
MANY = yaml.load((ROOT / "compose.cluster.yaml").read_text(encoding="utf-8"), Loader=Loader)
NEW = {name: service for name, service in MANY["services"].items() if name not in ONE["services"]}


def test_the_second_process_is_like_the_first():
    first, second = ONE["services"]["bot"], NEW["bot-2"]
    for key in ("image", "command", "expose", "env_file", "stop_grace_period"):
        assert second[key] == first[key]
    here = {**first["environment"], **MANY["services"]["bot"]["environment"]}
    assert {key: here[key] for key in second["environment"]} == second["environment"]


@pytest.mark.parametrize("name", NEW)
def test_every_new_service_is_locked_down_and_pinned_and_reached_from_inside_only(name):
    service = NEW[name]
    assert service["read_only"] and service["cap_drop"] == ["ALL"] and "ports" not in service
    assert re.fullmatch(r"\w+:\d+\.\d+(\.\d+)?[\w.-]*", service["image"])
    named = {volume.split(":")[0] for volume in service.get("volumes", [])} - {"./data"}
    assert named <= {*(MANY["volumes"] or {}), *ONE["volumes"]}


def test_caddy_asks_every_process():
    asked = MANY["services"]["caddy"]["environment"]["JAWAB_UPSTREAM"].split()
    assert [one.split(":")[0] for one in asked] == [
        name for name in MANY["services"] if name.startswith("bot")
    ]


def test_redis_is_started_as_written(tmp_path):
    from cluster.servers import Server, free_port, program

    port = free_port()
    command = [
        program("redis-server"),
        *NEW["redis"]["command"][1:],
        "--port",
        str(port),
        "--dir",
        str(tmp_path),
    ]
    server = Server(*command, port=port, log=str(tmp_path / "log")).start().wait()
    server.stop()


def test_a_backup_of_a_cluster_holds_a_dump_that_restores(postgres, tmp_path):
    from bot.analytics.votes import Votes

    Votes(postgres.new("backed_up")).count("web-1", "m-1", [("pain", "ur")], "up", day=date.today())
    address = f"postgresql://jawab@127.0.0.1:{postgres.port}/backed_up"
    env = {
        **TOGETHER,
        "PATH": "/usr/bin:/bin",
        "JAWAB_DATABASE": address,
        "JAWAB_REDIS": "redis://127.0.0.1:1/0",
        "JAWAB_SESSION_KEY": "9f86d081884c7d659a2feaa0c55ad015",
        "JAWAB_VAR": str(tmp_path),
    }
    with (tmp_path / "backup.tar").open("wb") as stream:
        subprocess.run([JAWAB, "backup"], cwd=ROOT, env=env, stdout=stream, check=True)
    with tarfile.open(tmp_path / "backup.tar") as archive:
        assert {"var/jawab.pgdump", "data/ledger.jsonl"} <= set(archive.getnames())
        archive.extract("var/jawab.pgdump", tmp_path, filter="data")
    restored = postgres.new("restored")
    subprocess.run(
        ["pg_restore", "--no-owner", f"--dbname={restored}", tmp_path / "var" / "jawab.pgdump"],
        check=True,
    )
    assert Votes(restored).totals(since=date(2020, 1, 1)) == [("pain", "ur", "up", 1)]
