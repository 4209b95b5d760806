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
from typing import TYPE_CHECKING, Final

from rich.markup import escape

from carnet.config import ConfigurationError

if TYPE_CHECKING:
    from rich.console import Console

    from client.demo import Step

PATIENCE: Final = 30.0
"""Seconds that services may take to start."""
WIDTH: Final = 160
"""Columns of what is shown when it does not go to a terminal."""


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


def _show(directory: Path) -> int:
    from rich.console import Console

    from client.demo import DemoFailed, run
    from soap.client import SoapFault, TransportError

    # a file has no width: lines are cut to the window's only where there is one
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    began = time.monotonic()
    with services(directory) as running:
        console.print(f"[bold]Carnet[/] on {running.registry} and {running.repository}\n", highlight=False)
        steps = 0
        try:
            for step in run(running.registry, running.repository):
                steps += 1
                _show_step(console, steps, step)
        except (DemoFailed, SoapFault, TransportError) as error:
            console.print(f"\n[red]✗[/] {escape(str(error))}", highlight=False)
            console.print(f"The server said:\n{escape(_log_of(directory))}", highlight=False)
            return 1
    seconds = time.monotonic() - began
    console.print(f"\n[green]✓[/] {steps} transactions, each did what the standard says, in {seconds:.1f} s.")
    if console.width < WIDTH:
        console.print(f"Lines end with … at the width of this window; in a file they have {WIDTH} columns.")
    console.print("Start your own with [bold]carnet serve[/].")
    return 0


def _show_step(console: "Console", number: int, step: "Step") -> None:
    from rich.syntax import Syntax

    colours = Syntax("", "xml", theme="ansi_light", background_color="default")
    sign = "[green]✓[/]" if step.passed else "[red]✗[/]"
    console.print(f"[bold]{number:>2}. {escape(step.title)}[/]  [cyan]{step.transaction}[/]", highlight=False)
    for arrow, text in (("→", step.request), ("←", step.response)):
        console.print(f"  [dim]{arrow}[/]")
        indented = "\n".join(f"    {line}" for line in text.rstrip().splitlines())
        console.print(colours.highlight(indented), no_wrap=True, overflow="ellipsis", end="")
    console.print(f"    {sign} {escape(step.verdict)}\n", highlight=False)


def _log_of(directory: Path) -> str:
    return (directory / "server.log").read_text(encoding="utf-8", errors="replace")[-4000:]
