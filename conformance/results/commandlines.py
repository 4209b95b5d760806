"""Command lines to copy: run a case again, replay it, send one request with curl."""

import re
import shlex
from typing import Final
from urllib.parse import urlsplit

from conformance.results.redaction import SECRET_HEADERS, without_user
from conformance.results.report.parts import headers
from conformance.results.stored import StoredExchange, StoredRun

_OWN: Final = frozenset({"host", "content-length", "connection", "expect"})
"""Headers that curl writes itself."""


def run_again(run: StoredRun, id_: str) -> str:
    """The command of the run, for one case alone."""
    try:
        words = shlex.split(run.command)
    except ValueError:
        words = []
    kept: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word in {"--select", "--not", "--out"}:
            skip = True
        elif not word.startswith(("--select=", "--not=", "--out=")):
            kept.append(word)
    if "conformance" not in kept:
        kept = ["carnet", "conformance", "run", "--profile", run.profile]
    return shlex.join([*kept, "--select", id_])


def replay_again(run: StoredRun, id_: str) -> str:
    """Sends the recorded bytes once more."""
    return shlex.join(["carnet", "conformance", "replay", id_, "--run", str(run.folder)])


def curl(exchange: StoredExchange, head: bytes, folder: str = "", url: str = "") -> str:
    """One request with curl, its body read from the file that was kept; *folder* is put before that file, and
    *url* takes the place of the recorded one.

    A header that holds a secret is left for the person to give: `$AUTHORIZATION`.
    """
    file = f"{folder.rstrip('/')}/{exchange.request.body}" if folder else exchange.request.body
    to = url or exchange.url
    place = urlsplit(to)
    if place.scheme == "mllp":
        return f"nc {shlex.quote(place.hostname or '')} {_port(to)} < {shlex.quote(file)}"
    given = headers(head.partition(b"\n")[2])
    if any(name.lower() == "transfer-encoding" for name, _ in given):
        return "# it was sent in chunks, which curl would cut otherwise: replay sends the exact bytes"
    words = ["curl", "--include", "--max-time", "60"]
    method = head.partition(b" ")[0].decode("latin-1") or "POST"
    if method != "POST":
        words += ["--request", method]
    line = " ".join(shlex.quote(word) for word in words)
    for name, value in given:
        if name.lower() not in _OWN:
            line += f" \\\n  --header {_header(name, value)}"
    if place.scheme == "https":
        line += ' \\\n  --cacert "$ANCHORS" --cert "$CERTIFICATE" --key "$KEY"'
    line += f" \\\n  --data-binary {shlex.quote('@' + file)}"
    return line + f" \\\n  {shlex.quote(without_user(to))}"


def _header(name: str, value: str) -> str:
    if name.lower() in SECRET_HEADERS:
        return f'"{name}: ${re.sub("[^A-Z]", "_", name.upper())}"'
    return shlex.quote(f"{name}: {value}")


def _port(url: str) -> str:
    try:
        return str(urlsplit(url).port or 2575)
    except ValueError:
        return "2575"
