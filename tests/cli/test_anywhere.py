"""`jawab` from any folder, with what it writes for its owner only, and a damaged model met with one line."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.validation import clinic_problems
from tests.conftest import ROOT

JAWAB = Path(sys.executable).with_name("jawab")


def jawab(*arguments, cwd, typed="", **env):
    """Run `jawab` in the folder `cwd`, as a person with the usual umask does."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | env
    return subprocess.run(
        [JAWAB, *arguments],
        cwd=cwd,
        env=env,
        input=typed,
        capture_output=True,
        text=True,
        timeout=250,
        umask=0o022,
    )


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        pytest.param(["ledger", "status", "pain"], "│ pain", id="ledger"),
        pytest.param(["ask", "--jsonl"], '"variety": "roman"', id="ask"),
    ],
)
def test_a_command_works_from_any_folder_and_leaves_nothing_there(tmp_path, arguments, printed):
    typed = json.dumps({"text": "kya ye ilaj halal hai?"}) + "\n"
    ended = jawab(*arguments, cwd=tmp_path, typed=typed)
    assert ended.returncode == 0, ended.stderr
    assert printed in " ".join(ended.stdout.split())
    assert not list(tmp_path.iterdir())


def test_check_tells_the_same_from_any_folder(tmp_path):
    there, here = jawab("check", cwd=tmp_path), jawab("check", cwd=ROOT)
    assert (there.returncode, there.stdout) == (here.returncode, here.stdout)
    told = there.stderr.replace(f"{ROOT}/", "").splitlines()
    assert sorted(told) == sorted(here.stderr.splitlines())


def test_paths_stay_as_they_are_in_the_project_and_lead_back_to_it_elsewhere(monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    assert Settings.from_env({}).data == Path("data")
    monkeypatch.chdir(tmp_path)
    found = Settings.from_env({"JAWAB_VAR": "kept"})
    assert (found.data, found.models) == (ROOT / "data", ROOT / "models")
    assert found.var == ROOT / "kept"
    assert Settings.from_env({"JAWAB_VAR": "/srv/var"}).var == Path("/srv/var")


def test_a_project_one_stands_in_is_the_one_that_is_meant(monkeypatch, tmp_path):
    for name in ("config.yml", "domain.yml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "data").mkdir()
    shutil.copy(ROOT / "data" / "dialogue.yml", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    assert Settings.from_env({}).data.resolve() == tmp_path / "data"


def test_what_is_written_is_for_its_owner_only(tmp_path):
    var = tmp_path / "var"
    var.mkdir(mode=0o755)  # of a release before
    ended = jawab("database", "upgrade", cwd=tmp_path, JAWAB_VAR=str(var), JAWAB_STAFF="true")
    assert ended.returncode == 0, ended.stderr
    files = [path for path in var.rglob("*") if path.is_file()]
    assert files and not [path for path in files if path.stat().st_mode & 0o077]


def test_the_folder_of_an_older_release_is_closed(tmp_path):
    var = tmp_path / "var"
    var.mkdir(mode=0o755)
    Settings(var=var).signing_key()
    assert var.stat().st_mode & 0o777 == 0o700
    assert (var / "session.key").stat().st_mode & 0o077 == 0


def test_damaged_models_are_one_clear_error(tmp_path):
    for name in ("a.tar.gz", "b.tar.gz"):
        (tmp_path / name).write_bytes(b"\x1f\x8b half of a model")
    ended = jawab("ask", "hello", cwd=ROOT, JAWAB_MODELS=str(tmp_path))
    assert ended.returncode == 1 and "Traceback" not in ended.stderr
    assert "no model is whole" in ended.stderr and len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("phone", "told"),
    [
        pytest.param("042-35761999", False, id="a landline"),
        pytest.param("+92 300 1234567", False, id="a mobile"),
        pytest.param("042-35761999, 0300-1234567", False, id="two"),
        pytest.param("042 111 000 043", False, id="a number of the whole country"),
        pytest.param("", False, id="none yet"),
        pytest.param("abc", True, id="letters"),
        pytest.param("12", True, id="too short"),
        pytest.param("0300-1234567, abc", True, id="one of two"),
        pytest.param("0300-12345678901", True, id="too long"),
    ],
)
def test_check_takes_a_telephone_number_that_can_be_dialled(tmp_path, phone, told):
    clinic = (ROOT / "data" / "clinic.yml").read_text(encoding="utf-8")
    assert '  phone: ""' in clinic
    (tmp_path / "clinic.yml").write_text(
        clinic.replace('  phone: ""', f'  phone: "{phone}"'), encoding="utf-8"
    )
    assert any("phone" in one for one in clinic_problems(tmp_path)) is told
