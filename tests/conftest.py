"""A real Carnet for the tests that speak to one over the wire."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import etree

from dmp.authority import Authority
from dmp.authority_files import write as write_authority
from tests.postgresql import running

REPOSITORY_UNIQUE_ID = "1.2.250.1.999.7.1"
"""What the wire fixtures ask for in ITI-43."""


def pytest_configure() -> None:
    """A shell that starts the tests in the background has them ignore SIGINT, and with them what they start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """URL of a PostgreSQL database of this process; for tests that `ENGINES` has asked whether there is one."""
    with running() as url:
        yield url


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, read by the standard library and not by our own reader."""

    status: int
    content_type: str
    body: bytes

    def parts(self) -> list[EmailMessage]:
        """The MIME parts of a multipart answer, root first."""
        whole = b"Content-Type: " + self.content_type.encode() + b"\r\n\r\n" + self.body
        message = BytesParser(policy=policy.HTTP).parsebytes(whole)
        assert message.is_multipart(), self.content_type
        return list(message.iter_parts())  # type: ignore[attr-defined]

    def envelope(self) -> etree._Element:
        """The SOAP envelope, from the root part when there are several."""
        if self.content_type.startswith("multipart/"):
            root: Any = self.parts()[0].get_payload(decode=True)
        else:
            root = self.body
        return etree.fromstring(root)

    def text(self, xpath: str) -> str:
        return str(self.envelope().xpath(f"string({xpath})"))

    @property
    def outcome(self) -> str:
        """`Success`, `Failure`, `PartialSuccess`, or the fault code and subcode: `Sender/wsa:ActionNotSupported`."""
        status = self.text("//@status[starts-with(., 'urn:')]")
        if status and not self.envelope().xpath("//*[local-name()='Fault']"):
            response = self.envelope().xpath("string(//*[local-name()='RegistryResponse']/@status)")
            return str(response or status).rsplit(":", 1)[1]
        values = self.envelope().xpath("//*[local-name()='Code']//*[local-name()='Value']/text() | //faultcode/text()")
        return "/".join([str(values[0]).split(":")[1], *map(str, values[1:])])

    def error_codes(self) -> list[str]:
        return [str(code) for code in self.envelope().xpath("//*[local-name()='RegistryError']/@errorCode")]


@dataclass(frozen=True)
class Serving:
    """A `carnet serve` that listens, in a process of its own."""

    process: "subprocess.Popen[bytes]"
    registry: str
    repository: str
    repository_unique_id: str
    mllp: str | None
    log: Path

    @property
    def address(self) -> tuple[str, int]:
        url = urlsplit(self.registry)
        return str(url.hostname), int(url.port or 0)

    def send(self, raw: bytes, *, close: bool = False, timeout: float = 30) -> Answer:
        """Sends exactly these bytes on a new connection and reads one answer; `close` shuts our side first."""
        with socket.create_connection(self.address, timeout) as sock:
            sock.sendall(raw)
            if close:
                sock.shutdown(socket.SHUT_WR)
            response = HTTPResponse(sock)
            response.begin()
            return Answer(response.status, response.headers.get("Content-Type", ""), response.read())

    def post(self, path: str, body: bytes, content_type: str, *headers: str) -> Answer:
        lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}", *headers]
        if content_type:
            lines.append(f"Content-Type: {content_type}")
        return self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise


def start_carnet(directory: Path, *options: str) -> Serving:
    """Starts `carnet serve` on a free port with its store in `directory`."""
    ready, log = directory / "ready.json", directory / "server.log"
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "carnet", "serve", "--data", str(directory / "data"), "--port", "0"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CARNET_")}
    environment["CARNET_REPOSITORY_UNIQUE_ID"] = REPOSITORY_UNIQUE_ID
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*command, "--ready-file", str(ready), *options],
            stdout=out,
            stderr=out,
            env=environment,
            start_new_session=True,
        )
    deadline = time.monotonic() + 30
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise RuntimeError(f"carnet serve did not start:\n{log.read_text()[-3000:]}")
        time.sleep(0.01)
    told = json.loads(ready.read_text())
    return Serving(process, told["registry"], told["repository"], told["repository_unique_id"], told["mllp"], log)


@pytest.fixture(scope="session", name="start_carnet")
def _start_carnet() -> Callable[..., Serving]:
    """For tests that need a server with options of its own: `start_carnet(directory, "--codes", …)`."""
    return start_carnet


@pytest.fixture(scope="session")
def carnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """One server for all tests that only need it to be there; they keep apart by patient."""
    serving = start_carnet(tmp_path_factory.mktemp("carnet"))
    yield serving
    assert serving.stop() == 0, serving.log.read_text()[-3000:]


@pytest.fixture(scope="session")
def authority() -> Authority:
    """A test authority with everybody in it, good and bad; valid now, as TLS has no other clock."""
    return Authority.make(datetime.now(UTC))


@pytest.fixture(scope="session")
def pki(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a directory, for `--trust` and `--identity`; copy it before changing it."""
    directory = tmp_path_factory.mktemp("pki")
    write_authority(authority, directory)
    return directory
