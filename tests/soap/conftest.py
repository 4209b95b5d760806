"""A toy service: one operation per packaging, without a word of XDS, called through WSGI in this process."""

import io
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
from lxml import etree

from soap import host, mtom
from soap.envelope import write_request
from soap.message import Exchange, Limits, Operation, OutgoingPart, Packaging, Reply, Request
from soap.mime import parse_media_type
from soap.service import WsgiApplication, service

TOY = "urn:toy"
SIMPLE = "application/soap+xml; charset=UTF-8"
_SCHEMA = etree.XMLSchema(
    etree.fromstring(
        b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:toy" elementFormDefault='
        b'"qualified"><xs:element name="Strict"><xs:complexType><xs:attribute name="n" type="xs:int"/>'
        b"</xs:complexType></xs:element></xs:schema>"
    )
)


@dataclass
class Answered:
    """What came back, with what the service reported about it."""

    status: int
    headers: dict[str, str]
    content: bytes
    exchanges: list[Exchange]

    @property
    def exchange(self) -> Exchange:
        (only,) = self.exchanges
        return only

    @property
    def multipart(self) -> bool:
        return self.headers["content-type"].startswith("multipart/related")

    @property
    def envelope(self) -> etree._Element:
        return etree.fromstring(self.parts[0][1] if self.multipart else self.content)

    @property
    def parts(self) -> list[tuple[str, bytes]]:
        """(Content-ID, content) of each part, the root first."""
        media = parse_media_type(self.headers["content-type"])
        message = mtom.MtomMessage(io.BytesIO(self.content).read, media, Limits())
        rest = [(part.content_id, b"".join(map(bytes, part.chunks()))) for part in message.attachments]
        return [(media.get("start").strip("<>"), message.root), *rest]

    def text(self, path: str) -> str:
        """Text at an XPath with the prefixes s, wsa and t."""
        names = {"s": "http://www.w3.org/2003/05/soap-envelope", "wsa": "http://www.w3.org/2005/08/addressing"}
        return str(self.envelope.xpath(f"string({path})", namespaces={**names, "t": TOY}))

    @property
    def code(self) -> str:
        """`Sender`, or `Sender/wsa:ActionNotSupported`; empty when the answer is no fault."""
        values = self.envelope.iter("{http://www.w3.org/2003/05/soap-envelope}Value")
        return "/".join((value.text or "").removeprefix("soap12:") for value in values)


@dataclass
class Toy:
    """The service under test and how to talk to it."""

    seen: list[Request] = field(default_factory=list)
    received: dict[str, bytes] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)
    gate: Callable[[Request], Any] | None = None
    hosted: bool = True

    def keep(self, request: Request) -> Reply:
        """Takes everything in and says how much it was."""
        self.seen.append(request)
        for attachment in request.attachments:
            self.received[attachment.content_id] = b"".join(bytes(piece) for piece in attachment.chunks())
        return Reply(b'<Kept xmlns="urn:toy">%d</Kept>' % sum(map(len, self.received.values())))

    def ignore(self, request: Request) -> Reply:
        """Looks at nothing."""
        return Reply((b'<Ignored xmlns="urn:toy">', b"</Ignored>"))

    def fail(self, request: Request) -> Reply:
        raise RuntimeError("secret detail")

    def fetch(self, request: Request) -> Reply:
        """Sends `count` parts of `size` bytes; with `break`, the last one breaks off."""
        count, size = int(request.body.get("count", "1")), int(request.body.get("size", "10"))
        parts = [
            OutgoingPart(f"d{n}@toy", "text/plain", self._pieces(size, request.body.get("break"))) for n in range(count)
        ]
        if request.body.get("length"):
            parts = [replace(part, length=size) for part in parts]
        return Reply(b'<Fetched xmlns="urn:toy"/>', parts)

    def _pieces(self, size: int, broken: str | None) -> Iterator[bytes]:
        for begin in range(0, size, 65536):
            yield b"x" * min(65536, size - begin)
        if broken:
            raise OSError("the disk is gone")

    def operations(self) -> list[Operation]:
        simple, attached = Packaging.SIMPLE, Packaging.MTOM

        def operation(number: int, name: str, packaging: Packaging, handler: Callable[[Request], Reply]) -> Operation:
            element, action = f"{{urn:toy}}{name}", f"urn:{name.lower()}"
            schema = (lambda: _SCHEMA) if name == "Strict" else None
            attached = "{urn:toy}Document" if name == "Keep" else None
            wsdl_name = f"Toy_{name}-b"
            answered = f"{action}Response"
            return Operation(
                f"T-{number}", wsdl_name, element, action, answered, packaging, handler, schema, attached=attached
            )

        return [
            operation(1, "Say", simple, self.keep),
            operation(2, "Keep", attached, self.keep),
            operation(3, "Fetch", attached, self.fetch),
            operation(4, "Fail", simple, self.fail),
            operation(5, "Ignore", attached, self.ignore),
            operation(6, "Strict", simple, self.keep),
        ]

    def app(self) -> WsgiApplication:
        make = host.service if self.hosted else service
        return make("toy", self.operations(), gate=self.gate, limits=self.limits, finished=self.exchanges.append)

    def post(
        self,
        content: bytes | Iterable[bytes],
        content_type: str | None = SIMPLE,
        *,
        method: str = "POST",
        read: Callable[[int], bytes] | None = None,
        length: int | None = None,
        **environ: Any,
    ) -> Answered:
        """One exchange through a WSGI server that checks the rules of WSGI (wsgiref.validate)."""
        whole = content if isinstance(content, bytes) else b"".join(content)
        given: dict[str, Any] = {"REQUEST_METHOD": method, "REMOTE_ADDR": "192.0.2.7", "QUERY_STRING": ""}
        setup_testing_defaults(given)
        given["wsgi.input"] = _Source(read or io.BytesIO(whole).read)
        if content_type is not None:
            given["CONTENT_TYPE"] = content_type
        if not environ.get("wsgi.input_terminated"):
            given["CONTENT_LENGTH"] = str(len(whole) if length is None else length)
        given.update(environ)
        begun: list[Any] = []
        self.exchanges.clear()

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], None]:
            begun[:] = [int(status[:3]), {name.lower(): value for name, value in headers}]
            return lambda data: None

        answer = validator(self.app())(given, start_response)
        try:
            sent = b"".join(answer)
        finally:
            answer.close()
        return Answered(begun[0], begun[1], sent, list(self.exchanges))

    def message(self, body: bytes, action: str = "urn:say", **changes: Any) -> bytes:
        return write_request(action, "urn:uuid:11111111-2222-4333-8444-555555555555", "http://toy/", body, **changes)


class _Source:
    """wsgi.input over a function."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self.read = read
        self.readline = self.readlines = self.__iter__ = None  # type: ignore[assignment]


@pytest.fixture
def toy() -> Toy:
    return Toy()


@pytest.fixture
def say(toy: Toy) -> bytes:
    """A good simple message."""
    return toy.message(b'<Say xmlns="urn:toy">hello</Say>')


@pytest.fixture
def multipart() -> Callable[..., tuple[bytes, str]]:
    """Builds an MTOM message and its Content-Type from parts (headers, content)."""

    def build(
        *parts: tuple[str, bytes],
        start: str | None = "<root@toy>",
        boundary: str = "b-1",
        line: bytes = b"\r\n",
        kind: str = "application/xop+xml",
        info: str | None = "application/soap+xml",
    ) -> tuple[bytes, str]:
        content = b""
        for headers, data in parts:
            block = line.join(header.encode() for header in headers.split("\n") if header)
            content += b"--%b%b%b%b%b%b%b" % (boundary.encode(), line, block, line if block else b"", line, data, line)
        content += b"--%b--%b" % (boundary.encode(), line)
        content_type = f'multipart/related; type="{kind}"; boundary="{boundary}"'
        content_type += f'; start="{start}"' if start is not None else ""
        content_type += f'; start-info="{info}"' if info is not None else ""
        return content, content_type

    return build


@pytest.fixture
def root_part(toy: Toy) -> Callable[..., tuple[str, bytes]]:
    """The root part of a message to Toy_Keep-b."""

    def build(body: bytes = b'<Keep xmlns="urn:toy"/>', headers: str = "") -> tuple[str, bytes]:
        head = 'Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\n'
        head += "Content-Transfer-Encoding: binary\nContent-ID: <root@toy>"
        return headers or head, toy.message(body, "urn:keep")

    return build


@pytest.fixture
def wire() -> Callable[[str], bytes]:
    """The exact bytes of a file in wire/."""
    return lambda name: (Path(__file__).parent / "wire" / name).read_bytes()


@dataclass(frozen=True)
class Served:
    """toy_server.py under gunicorn."""

    host: str
    port: int
    reports: Path

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/toy"

    def reported(self, count: int) -> list[dict[str, Any]]:
        """The exchanges reported since the last call, once there are `count`."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            lines = self.reports.read_text().splitlines() if self.reports.exists() else []
            if len(lines) >= count:
                self.reports.write_text("")
                return [json.loads(line) for line in lines]
            time.sleep(0.02)
        raise AssertionError(f"{len(lines)} exchanges were reported and not {count}")


@pytest.fixture(scope="session")
def _gunicorn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    here = Path(__file__).parent
    reports = tmp_path_factory.mktemp("toy") / "reports.jsonl"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", "1", "--threads", "4"]
        command += ["--no-control-socket", "--keep-alive", "5"]
        command += ["--bind", f"fd://{listener.fileno()}", "--chdir", str(here), "toy_server:app"]
        environment = {**os.environ, "PYTHONPATH": str(here.parents[1]), "TOY_REPORT": str(reports)}
        server = subprocess.Popen(
            command, env=environment, pass_fds=[listener.fileno()], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        try:
            yield Served("127.0.0.1", port, reports)
        finally:
            server.terminate()
            _, trouble = server.communicate(timeout=20)
    # what gunicorn says of an exception that came out of the application, or out of the socket
    assert b"Error handling request" not in trouble, trouble.decode()
    assert b"Socket error" not in trouble, trouble.decode()


@pytest.fixture
def served(_gunicorn: Served) -> Served:
    """A real server, shared by all tests, with no exchange reported yet."""
    _gunicorn.reports.write_text("")
    return _gunicorn
