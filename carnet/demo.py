"""`carnet demo`: services of its own on free ports, the demonstration against them, and nothing left afterwards."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from carnet.config import ConfigurationError

PATIENCE: Final = 30.0
"""Seconds that services may take to start."""


@dataclass(frozen=True, slots=True)
class Running:
    """Services that were started for a while."""

    registry: str
    repository: str
    mllp: str | None
    """`host:port`."""
    repository_unique_id: str


@contextmanager
def services(directory: Path, *options: str) -> Iterator[Running]:
    """`carnet serve` on free ports with its data in `directory`, stopped at the end.

    Raises `ConfigurationError` with what the server said when it does not start.
    """
    ready, log = directory / "ready.json", directory / "server.log"
    command = [sys.executable, "-m", "carnet", "serve", "--port", "0", "--data", str(directory / "data")]
    # what the person has set for servers of their own is not for this one
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CARNET_")}
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [*command, "--ready-file", str(ready), *options],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
        )
    try:
        yield _await(process, ready, log)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process: "subprocess.Popen[bytes]", ready: Path, log: Path) -> Running:
    deadline = time.monotonic() + PATIENCE
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise ConfigurationError(f"the services did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.01)
    told = json.loads(ready.read_text())
    return Running(told["registry"], told["repository"], told["mllp"], told["repository_unique_id"])


def run_demo(keep: Path | None) -> int:
    """Shows every main transaction; the exit code, 0 when each did what it should."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        return _show(keep)
    with tempfile.TemporaryDirectory(prefix="carnet-demo-") as directory:
        return _show(Path(directory))
