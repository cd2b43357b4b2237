"""Runs the two bots as a user would: trains them, starts and stops their servers, and reads what they use."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from prepare import ROOT, STOCK_ENVIRONMENT, BenchError
from turns import Client, EchoClient, OurClient, StockClient

PATIENCE = 600  # seconds a server may take to answer on a busy machine
RATE = "100000"  # requests a minute: the limits against abuse must not bend the figures


@dataclass(frozen=True)
class Bot:
    """One of the two bots in its working folder: what is typed to train and to serve it, and who talks to it."""

    name: str
    folder: Path
    train: tuple[str, ...]
    serve: tuple[str, ...]
    client: type[Client]
    environment: Mapping[str, str]
    logs: Path | None = None  # its folder, where it is not the bot's own

    @property
    def log(self) -> Path:
        """Where the server writes what it has to say."""
        return (self.logs or self.folder) / "serve.log"

    def spawn(self, command: tuple[str, ...], log: Path) -> subprocess.Popen[bytes]:
        """Start `command` in the folder, its output in the file `log`."""
        with log.open("ab") as stream:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env=dict(self.environment),
                stdout=stream,
                stderr=stream,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def trained(self) -> dict[str, float]:
        """Train once; return wall and CPU seconds, those of every process it started included."""
        started = time.monotonic()
        process = self.spawn(self.train, self.folder / "train.log")
        try:
            _, status, used = os.wait4(process.pid, 0)
        except KeyboardInterrupt:  # it has a process group of its own, which Ctrl-C does not reach
            os.killpg(process.pid, signal.SIGTERM)
            raise
        wall, process.returncode = time.monotonic() - started, os.waitstatus_to_exitcode(status)
        if status:
            raise BenchError(f"{self.name}: training failed; see {self.folder / 'train.log'}")
        return {"wall": wall, "cpu": used.ru_utime + used.ru_stime}


class Server:
    """A running bot."""

    def __init__(self, bot: Bot) -> None:
        """Start it; `started` tells when it was."""
        self._bot, self.port, self._from = bot, _free_port(), time.monotonic()
        self.process = bot.spawn((*bot.serve, "--port", str(self.port)), bot.log)

    def ready(self) -> float:
        """Wait until a first message is answered, which takes a loaded model; return the seconds since the start."""
        while time.monotonic() - self._from < PATIENCE:
            if self.process.poll() is not None:
                break
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)):
                    time.sleep(0.1)
                    continue
            if not self.client().say("hello"):
                raise BenchError(f"{self._bot.name}: the first message got no reply")
            return time.monotonic() - self._from
        raise BenchError(f"{self._bot.name}: the server did not answer; see {self._bot.log}")

    def client(self) -> Client:
        """Return somebody who starts a new conversation."""
        return self._bot.client(self.port)

    def memory(self) -> dict[str, float]:
        """Return the MB that the server and its children hold: resident, and with shared pages divided (PSS)."""
        sums = {"rss": 0.0, "pss": 0.0}
        for pid in _tree(self.process.pid):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
                name = line.partition(":")[0].lower()
                if name in sums:
                    sums[name] += int(line.split()[1]) / 1024
        return sums

    def stop(self) -> None:
        """Stop it, and whatever it started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def our_bot(folder: Path) -> Bot:
    """Return this bot, run from its copy in `folder` as `make run` runs it."""
    command = str(ROOT / ".venv" / "bin" / "jawab")
    return Bot(
        "ours",
        folder,
        (command, "train", "--force"),
        (command, "run"),
        OurClient,
        environment(
            OMP_NUM_THREADS="1",
            PYTHONPATH=str(folder),
            JAWAB_SESSION_RATE=RATE,
            JAWAB_ADDRESS_RATE=RATE,
        ),
    )


def stock_bot(folder: Path) -> Bot:
    """Return the stock bot in `folder`, run by the `rasa` command of its own environment."""
    command = str(STOCK_ENVIRONMENT / "bin" / "rasa")
    # validation of the data is left out of its training: ours does not do it there either
    return Bot(
        "stock",
        folder,
        (command, "train", "--force", "--skip-validation"),
        (command, "run", "--interface", "127.0.0.1"),
        StockClient,
        environment(),
    )


def repository_bot(folder: Path) -> Bot:
    """Return this repository's bot with its own trained model, what it writes in `folder`."""
    command = str(ROOT / ".venv" / "bin" / "jawab")
    return Bot(
        "ours",
        ROOT,
        (),
        (command, "run"),
        OurClient,
        environment(
            OMP_NUM_THREADS="1",
            PYTHONPATH=str(ROOT),
            JAWAB_VAR=str(folder),
            JAWAB_SESSION_RATE=RATE,
            JAWAB_ADDRESS_RATE=RATE,
        ),
        folder,
    )


def echo(folder: Path) -> Bot:
    """Return a bare server that says what it is told: the floor under every turn."""
    command = (str(ROOT / ".venv" / "bin" / "python"), str(ROOT / "bench" / "echo.py"))
    return Bot("echo", ROOT, (), command, EchoClient, environment(), folder)


def environment(**more: str) -> dict[str, str]:
    """Return the environment without what the caller's shell, or `make`, set for either bot."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JAWAB_", "PYTHON", "OMP_", "RASA_", "TF_", "VIRTUAL_ENV"))
    }
    return {**kept, "RASA_TELEMETRY_ENABLED": "false", **more}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _tree(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for task in tasks for child in task.read_text(encoding="ascii").split()]
    return [pid, *(one for child in children for one in _tree(child))]
