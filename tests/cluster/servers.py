"""Real servers on loopback for the tests of a cluster; each can be killed and brought back."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def program(name, *elsewhere):
    """Return where a program is; without it the test cannot run (`.ci/run` installs all of them)."""
    found = shutil.which(name) or next(
        (str(path) for pattern in elsewhere for path in Path("/").glob(pattern)), None
    )
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


class Server:
    """One process that listens on `port`."""

    def __init__(self, *command, port, env=None, log=None):
        self.command, self.port, self.env, self.log = command, port, env, log
        self.process = None

    def start(self):
        with Path(self.log or os.devnull).open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        return self

    def wait(self, seconds=60):
        """Return when it listens."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            assert self.process.poll() is None, f"{self.command[0]} ended: {self.words()}"
            time.sleep(0.05)
        raise AssertionError(f"{self.command[0]} does not listen: {self.words()}")

    def words(self):
        return Path(self.log).read_text(errors="replace")[-2000:] if self.log else ""

    def kill(self):
        """As when the power goes."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)

    def stop(self):
        """As when an operator stops it."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.kill()


class Postgres(Server):
    """A PostgreSQL of its own in `folder`; it refuses to run as root, so root lends it the user postgres."""

    def __init__(self, folder):
        where = "usr/lib/postgresql/*/bin/{}"
        self.folder, port = folder, free_port()
        self._as = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
        folder.mkdir()
        if self._as:
            shutil.chown(folder, "postgres", "postgres")
            folder.chmod(0o700)
        subprocess.run(
            [
                *self._as,
                program("initdb", where.format("initdb")),
                "--auth=trust",
                "--username=jawab",
                "--no-sync",
                str(folder),
            ],
            check=True,
            capture_output=True,
            cwd="/",
        )
        super().__init__(
            *self._as,
            program("postgres", where.format("postgres")),
            "-D",
            str(folder),
            "-p",
            str(port),
            "-h",
            "127.0.0.1",
            "-k",
            "",
            port=port,
            log=f"{folder}.log",
        )

    def start(self):
        (self.folder / "postmaster.pid").unlink(missing_ok=True)  # of one that was killed
        return super().start()

    def new(self, name):
        """Return the address of a new, empty database."""
        import psycopg2

        for _ in range(100):
            try:
                connection = psycopg2.connect(
                    host="127.0.0.1", port=self.port, user="jawab", dbname="postgres"
                )
                break
            except psycopg2.OperationalError:  # listening, not yet ready
                time.sleep(0.1)
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {name}")
        connection.close()
        return f"postgresql://jawab@127.0.0.1:{self.port}/{name}"


def redis(folder):
    port = free_port()
    folder.mkdir(exist_ok=True)
    return Server(
        program("redis-server"),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--dir",
        str(folder),
        "--save",
        "",
        port=port,
        log=f"{folder}.log",
    )
