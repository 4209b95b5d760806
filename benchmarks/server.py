"""A Carnet of its own for a measurement: started as a person would, in a directory that goes away."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Running:
    """A `carnet serve` that listens."""

    process: "subprocess.Popen[bytes]"
    data: Path
    host: str
    port: int
    repository_unique_id: str
    seconds_to_ready: float

    @property
    def authority(self) -> str:
        return f"{self.host}:{self.port}"

    def workers(self) -> list[int]:
        """Process ids of the workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def reset_peak_memory(self) -> None:
        for pid in self.workers():
            Path(f"/proc/{pid}/clear_refs").write_text("5")

    def memory(self, what: str) -> dict[int, int]:
        """Bytes by worker: `VmRSS` now, `VmHWM` the peak since `reset_peak_memory`."""
        found = {}
        for pid in self.workers():
            status = Path(f"/proc/{pid}/status").read_text()
            line = next(line for line in status.splitlines() if line.startswith(what + ":"))
            found[pid] = int(line.split()[1]) * 1024
        return found

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def start(data: Path, *options: str) -> Running:
    """Starts the services on a free port over the store in `data`."""
    data.mkdir(parents=True, exist_ok=True)
    ready = data / "ready.json"
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "carnet", "serve", "--data", str(data / "store"), "--port", "0"]
    command += ["--ready-file", str(ready), *options]
    log = (data / "server.log").open("ab")
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    while not ready.exists():
        if process.poll() is not None or time.perf_counter() - begun > 60:
            raise RuntimeError(f"carnet serve did not start: {(data / 'server.log').read_text()[-2000:]}")
        time.sleep(0.005)
    seconds = time.perf_counter() - begun
    told = json.loads(ready.read_text())
    url = urlsplit(told["registry"])
    return Running(process, data, url.hostname or "", url.port or 0, told["repository_unique_id"], seconds)
