"""A proxy that hands on what a healthy server answers in another form that is just as right."""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from urllib.parse import urlsplit


@dataclass
class Reply:
    """An answer on its way; a form changes it in place."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    """Content-Length excepted."""
    body: bytes
    version: str = "HTTP/1.1"
    before: bytes = b""
    """What is sent before the status line."""
    chunk: int = 0
    """Bytes of a chunk; 0: the answer has a Content-Length."""
    until_closed: bool = False
    """Neither chunks nor a length: the answer ends with the connection."""
    pieces: int = 0
    """Bytes sent at a time; 0: all at once."""
    boundary: bytes = field(default=b"", init=False)

    def __post_init__(self) -> None:
        _, _, rest = self.content_type.partition('boundary="')
        self.boundary = rest.partition('"')[0].encode()

    @property
    def content_type(self) -> str:
        return next((value for name, value in self.headers if name.lower() == "content-type"), "")

    @content_type.setter
    def content_type(self, value: str) -> None:
        self.headers = [(name, value if name.lower() == "content-type" else was) for name, was in self.headers]

    @property
    def is_multipart(self) -> bool:
        return bool(self.boundary)

    @property
    def is_simple(self) -> bool:
        """A SOAP message that is no multipart."""
        return self.content_type.startswith("application/soap+xml")

    @property
    def is_fault(self) -> bool:
        return self.status >= 400

    def edit(self, change: Callable[[str], str]) -> None:
        """The envelope, alone or in the root part, goes through `change`; nothing that is no SOAP does."""
        if self.is_simple:
            self.body = change(self.body.decode()).encode()
        if not self.is_multipart:
            return
        parts = self.parts()
        head, content = parts[0]
        self.join([(head, change(content.decode()).encode()), *parts[1:]])

    def parts(self) -> list[tuple[bytes, bytes]]:
        """Head and content of each part of a multipart."""
        pieces = (b"\r\n" + self.body).split(b"\r\n--" + self.boundary)
        return [(head, content) for head, _, content in (piece[2:].partition(b"\r\n\r\n") for piece in pieces[1:-1])]

    def join(self, parts: list[tuple[bytes, bytes]]) -> None:
        mark = b"--" + self.boundary
        written = b"\r\n".join(mark + b"\r\n" + head + b"\r\n\r\n" + content for head, content in parts)
        self.body = written + b"\r\n" + mark + b"--\r\n"

    def written(self) -> bytes:
        """The whole answer as bytes."""
        headers, body = list(self.headers), self.body
        if self.chunk:
            headers.append(("Transfer-Encoding", "chunked"))
            pieces = [body[at : at + self.chunk] for at in range(0, len(body), self.chunk)]
            body = b"".join(b"%X;name=value\r\n%b\r\n" % (len(p), p) for p in pieces) + b"0\r\nX-Trailer: x\r\n\r\n"
        elif not self.until_closed:
            headers.append(("Content-Length", str(len(body))))
        lines = [f"{self.version} {self.status} {self.reason}", *(f"{name}: {value}" for name, value in headers)]
        return self.before + "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


Form = Callable[[Reply], None]


@contextmanager
def between(url: str, form: Form) -> Iterator[str]:
    """The base URL of a proxy before the server of `url`, whose every answer goes through `form`."""
    place = urlsplit(url)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError, HTTPException), self.request:
                _send(self.request, _answered((str(place.hostname), place.port or 80), self.request, form))

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def _answered(address: tuple[str, int], client: socket.socket, form: Form) -> Reply:
    """Hands on whatever the client sends, byte by byte, and reads one answer. Raises what the connections raise."""
    with socket.create_connection(address, 20) as server:
        threading.Thread(target=_pump, args=(client, server), daemon=True).start()
        answer = HTTPResponse(server)
        answer.begin()
        kept = [(n, v) for n, v in answer.getheaders() if n.lower() not in _OWN]
        reply = Reply(answer.status, answer.reason, [*kept, ("Connection", "close")], answer.read())
    form(reply)
    return reply


_OWN = ("content-length", "connection", "server", "transfer-encoding")


def _pump(client: socket.socket, server: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := client.recv(65536):
            server.sendall(data)
        server.shutdown(socket.SHUT_WR)


def _send(connection: socket.socket, reply: Reply) -> None:
    data = reply.written()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not reply.pieces:
        connection.sendall(data)
    else:
        for at in range(0, len(data), reply.pieces):
            connection.sendall(data[at : at + reply.pieces])
    connection.shutdown(socket.SHUT_RDWR)
