"""What is said once the services listen: the ready file for programs, the banner for people."""

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from carnet import __version__
from carnet.standing import Standing
from client.commands.naming import own_name

DEFAULT_REPOSITORY: Final = "http://127.0.0.1:8080/repository"
"""Where `carnet send` looks when it is not told."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the services are; `None` for one that is not served here."""

    page: str
    registry: str | None
    repository: str | None
    mllp: str | None
    """`host:port`."""
    repository_unique_id: str | None


def host_of(host: str, port: int) -> str:
    """`host:port` for a client on this machine: an address of every interface becomes the loopback one."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def write_ready_file(path: Path, endpoints: Endpoints, pid: int) -> None:
    """Writes the file whole or not at all, so that who waits for it never reads half of it."""
    told = {
        "registry": endpoints.registry,
        "repository": endpoints.repository,
        "mllp": endpoints.mllp,
        "repository_unique_id": endpoints.repository_unique_id,
        "pid": pid,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(told) + "\n", encoding="utf-8")
    os.replace(draft, path)


def remove_ready_file(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()


def banner(endpoints: Endpoints, standing: Standing, *, data: Path, database: str, notes: tuple[str, ...] = ()) -> str:
    """What a person reads first: what started, who may call, where the data lies, one command to try."""
    lines = [f"Carnet {__version__}: {standing.sentence}"]
    if standing.warning:
        lines += ["", f"  *** {standing.warning} ***", ""]
    rows = [("Page", endpoints.page, "")]
    if endpoints.registry:
        rows.append(("Registry", endpoints.registry, standing.told("ITI-42 ITI-18 ITI-44")))
    if endpoints.repository:
        rows.append(("Repository", endpoints.repository, standing.told("ITI-41 ITI-43")))
    if endpoints.mllp:
        rows.append(("Patient feed", f"mllp://{endpoints.mllp}", "ITI-8"))
    rows.append(("Data", str(data.resolve()), database))
    if standing.trust:
        rows.append(("Trust", str(standing.trust.resolve()), ""))
    if endpoints.repository_unique_id:
        rows.append(("Repository id", endpoints.repository_unique_id, ""))
    width = max(len(middle) for _, middle, _ in rows)
    lines += [f"  {name:<14}{middle:<{width}}  {last}".rstrip() for name, middle, last in rows]
    lines += [f"  {note}" for note in notes]
    lines.append(f"Try:  {first_command(endpoints, standing)}")
    lines.append("Ctrl-C stops it.")
    return "\n".join(lines)


def first_command(endpoints: Endpoints, standing: Standing) -> str:
    """One command that shows the service at work."""
    if endpoints.repository:
        where = "" if endpoints.repository == DEFAULT_REPOSITORY else f" --repository {endpoints.repository}"
        return f"{own_name()} send --sample{where}{standing.options}"
    return f"curl '{endpoints.registry}?wsdl'"
