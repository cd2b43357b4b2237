"""What a newcomer meets when something is missing: one clear line, a status that is not zero, and nothing stamped."""

import os
import shutil
import subprocess

import pytest

from tests.conftest import ROOT

PYTHON = """#!/bin/sh
case "$2" in *version_info*) echo {version};; esac
"""


@pytest.fixture
def machine(tmp_path):
    """A folder with Makefile and installer, and programs of our own before those of the system."""

    class Machine:
        folder, bin = tmp_path / "jawab", tmp_path / "bin"
        ready = folder / ".venv" / ".ready"

        def program(self, path, script):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(script, encoding="utf-8")
            path.chmod(0o755)

        def make(self, *arguments):
            return subprocess.run(
                ["make", ".venv/.ready", *arguments],
                cwd=self.folder,
                env=os.environ | {"PATH": f"{self.bin}:{os.environ['PATH']}"},
                capture_output=True,
                text=True,
                timeout=60,
            )

    machine = Machine()
    for name in ("Makefile", "pyproject.toml", "uv.lock", "deploy/install.sh"):
        (machine.folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, machine.folder / name)
    (machine.folder / "bot" / "rasa_adapter").mkdir(parents=True)
    (machine.folder / "bot" / "rasa_adapter" / "import_hook.pth").touch()
    machine.program(machine.bin / "python3.11", PYTHON.format(version="3.11"))
    machine.program(
        machine.folder / ".tools" / "bin" / "uv", "#!/bin/sh\nmkdir -p $UV_PROJECT_ENVIRONMENT\n"
    )
    return machine


def test_what_is_installed_is_stamped(machine):
    assert machine.make().returncode == 0 and machine.ready.exists()


def uv_says(words):
    return lambda machine: machine.program(
        machine.folder / ".tools" / "bin" / "uv", f"#!/bin/sh\necho '{words}' >&2\nexit 2\n"
    )


BROKEN = {
    "no network": (uv_says("error: Failed to fetch: dns error"), (), "cannot be reached"),
    "a full disk": (uv_says("failed to write: No space left on device"), (), "disk is full"),
    "something else": (uv_says("error: the lockfile is odd"), (), "the lockfile is odd"),
    "little room on the disk": (
        lambda machine: machine.program(machine.bin / "df", "#!/bin/sh\nprintf 'x\\na b c 90\\n'"),
        (),
        "90 MB free and 2500 are needed",
    ),
    "another Python": (
        lambda machine: machine.program(machine.bin / "python3.11", PYTHON.format(version="3.12")),
        (),
        "Python 3.11 is needed, and 'python3.11' is 3.12",
    ),
    "no such Python": (lambda machine: None, ("PYTHON=python3.99",), "there is no 'python3.99'"),
    "no network before uv is there": (
        lambda machine: (
            shutil.rmtree(machine.folder / ".tools"),
            machine.program(
                machine.bin / "python3.11",
                PYTHON.format(version="3.11")
                + 'if [ "$1" = -m ]; then mkdir -p .tools/bin; printf "#!/bin/sh\\necho No matching'
                ' distribution found for uv; exit 1" > .tools/bin/pip; chmod +x .tools/bin/pip; fi\n',
            ),
        ),
        (),
        "cannot be reached",
    ),
}


@pytest.mark.parametrize(("breaks", "arguments", "told"), BROKEN.values(), ids=BROKEN.keys())
def test_what_failed_is_told_in_a_line_and_never_stamped(machine, breaks, arguments, told):
    breaks(machine)
    for _ in range(2):  # the second time too, and where an older environment was ready
        ended = machine.make(*arguments)
        assert ended.returncode != 0 and not machine.ready.exists()
        lines = [line for line in ended.stderr.splitlines() if not line.startswith("make")]
        assert len(lines) == 1 and told in lines[0], ended.stderr
        if "little" not in told and "free" not in told:
            machine.ready.parent.mkdir(exist_ok=True)
            machine.ready.touch()
            os.utime(machine.ready, (0, 0))
