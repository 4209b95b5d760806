"""Starts servers, broken and healthy, from one process that has loaded everything: a fork takes no time.

`Nursery` is for the tests; the module run as a program is the process that forks. It reads one request in JSON per line
and answers with the process id of a server.
"""

import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[3]
REPOSITORY_UNIQUE_ID = "1.2.250.1.999.7.1"
OPTIONS = ("--port", "0", "--workers", "1", "--audit", "false")
"""Of every server, beside those of its kind."""
_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
_START = 20.0
"""Seconds within which a server must listen."""


@dataclass(frozen=True, slots=True)
class Server:
    """One server that listens."""

    kind: str
    """Of `servers.SERVERS`."""
    pid: int
    directory: Path
    told: dict[str, Any]
    """What stands in its ready file."""

    @property
    def pki(self) -> Path:
        return self.directory / "data" / "pki"

    @property
    def log(self) -> str:
        return (self.directory / "server.log").read_text(errors="replace")

    def stop(self) -> None:
        """At once: nobody needs what it kept. Does nothing the second time."""
        if self.directory.exists() and _is_ours(self.pid, self.directory.parent):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        shutil.rmtree(self.directory, ignore_errors=True)


def _is_ours(pid: int, home: Path) -> bool:
    """Whether the process still is one that this nursery forked: numbers of dead processes are given out again."""
    try:
        return str(home).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return not Path("/proc/self").exists()


class DidNotStart(Exception):
    """A server ended, or does not listen; says what it wrote."""


class Nursery:
    """The process that forks servers; as a context it takes them all along at its end."""

    def __init__(self) -> None:
        self._home = Path(mkdtemp(prefix="carnet-mutants-"))
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CARNET_")}
        environment["CARNET_REPOSITORY_UNIQUE_ID"] = REPOSITORY_UNIQUE_ID
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__ if __name__ != "__main__" else __spec__.name, str(self._home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=environment,
        )
        self._servers: list[Server] = []
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self, mutant: str | None = None, *, server: str = "") -> Server:
        """The mutant, or the legal variant, of this name, or a healthy `server`. Raises `DidNotStart`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._number += 1
        directory = self._home / str(self._number)
        from tests.conformance.mutants.every import LEGAL, MUTANTS

        request = {"mutant": mutant, "server": server, "directory": str(directory)}
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise DidNotStart("the process that forks servers has ended")
        pid = int(answer)
        ready, deadline = directory / "ready.json", time.monotonic() + _START
        while not ready.exists():
            if time.monotonic() > deadline or not _alive(pid):
                raise DidNotStart((directory / "server.log").read_text(errors="replace")[-3000:])
            time.sleep(0.005)
        kind = server or (MUTANTS | LEGAL)[mutant or ""].server
        started = Server(kind, pid, directory, json.loads(ready.read_text()))
        self._servers.append(started)
        return started

    def close(self) -> None:
        for server in self._servers:
            server.stop()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        shutil.rmtree(self._home, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _prepare(home: Path) -> None:
    """Loads what every server needs, and makes the data that every server begins with."""
    from carnet import migrations, run
    from carnet.config import read
    from tests.conformance.mutants import every

    assert every.MUTANTS
    for name, server in every.SERVERS.items():
        data = home / name
        settings = read({"data": str(data)}, file=None).settings
        run.prepare_data(settings.data)
        run.with_database(settings, migrations.upgrade)
        server.ready(data)
    import schemas
    from carnet import app, metrics  # noqa: F401
    from registry import feed_v2, feed_v3, service  # noqa: F401
    from repository import service as repository_service

    for element in (service.REGISTER, service.STORED_QUERY, repository_service.PROVIDE, repository_service.RETRIEVE):
        schemas.schema(element)


def _fork(request: dict[str, Any], home: Path) -> int:
    from tests.conformance.mutants.serve import begin
    from tests.conformance.mutants.table import LEGAL, MUTANTS

    mutant = None if request["mutant"] is None else (MUTANTS | LEGAL)[request["mutant"]]
    kind = request["server"] if mutant is None else mutant.server
    directory = Path(request["directory"])
    directory.mkdir()
    pid = os.fork()
    if pid:
        return pid
    os.setsid()
    _die_with_the_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(directory / "server.log", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    try:
        shutil.copytree(home / kind, directory / "data")
        begin(mutant, kind, directory / "data", ["--ready-file", str(directory / "ready.json"), *OPTIONS])
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else 1)
    except BaseException:  # noqa: BLE001 - nothing may go on in a copy of this process
        import traceback

        traceback.print_exc()
    finally:
        os._exit(1)


def _die_with_the_parent() -> None:
    """Tests that are killed leave no servers behind, where the system knows how."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _main() -> None:
    home = Path(sys.argv[1])
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a server writes before its log is there must not be taken for an answer
    _prepare(home)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        out.write(f"{_fork(json.loads(line), home)}\n")
        out.flush()


if __name__ == "__main__":
    _main()
