"""Targets that are no SOAP service: each does one thing to whoever connects."""

import contextlib
import socket
import socketserver
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

Behaviour = Callable[[socket.socket], None]

_SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
_MULTIPART: Final = 'multipart/related; type="application/xop+xml"; boundary="b"; start="<root@x>"'
_PIECE: Final = b"<!-- a gigabyte of this -->" * 4096


def read_message(connection: socket.socket) -> tuple[bytes, bytes]:
    """Head and body of one HTTP message, whole, so that closing does not look like a reset to who still sends."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return b"", data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    pieces = [body]
    left = length - len(body)
    while left > 0 and (piece := connection.recv(min(left, 65536))):
        pieces.append(piece)
        left -= len(piece)
    return head, b"".join(pieces)


def answering(status: str, content_type: str, body: bytes, *, length: int | None = None) -> Behaviour:
    """One HTTP answer; `length` is what it announces, the truth when absent."""

    def answer(connection: socket.socket) -> None:
        read_message(connection)
        announced = len(body) if length is None else length
        head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {announced}\r\n\r\n"
        connection.sendall(head.encode() + body)

    return answer


def raw(*pieces: bytes) -> Behaviour:
    """These bytes, whatever was asked."""

    def answer(connection: socket.socket) -> None:
        read_message(connection)
        for piece in pieces:
            connection.sendall(piece)

    return answer


def hang(connection: socket.socket) -> None:
    read_message(connection)
    time.sleep(30)


def drip(connection: socket.socket) -> None:
    read_message(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\nContent-Length: 5000\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.1)


def reset(connection: socket.socket) -> None:
    connection.recv(1)
    # closing with what was not read, and without lingering, is a RST
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def close(connection: socket.socket) -> None:
    read_message(connection)


def gigabyte(connection: socket.socket) -> None:
    read_message(connection)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\nContent-Length: {1 << 30}\r\n\r\n"
    connection.sendall(head.encode())
    for _ in range((1 << 30) // len(_PIECE)):
        connection.sendall(_PIECE)


def endless_chunks(connection: socket.socket) -> None:
    read_message(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"%x\r\n%b\r\n" % (len(_PIECE), _PIECE))


_ENVELOPE: Final = f'<s:Envelope xmlns:s="{_SOAP}"><s:Body>%s</s:Body></s:Envelope>'
_BOMB: Final = (
    "<!DOCTYPE e [<!ENTITY e0 'ha'>"
    + "".join(f"<!ENTITY e{n + 1} '{f'&e{n};' * 10}'>" for n in range(9))
    + "]><e>&e9;</e>"
)
_DEEP: Final = "<a>" * 20_000 + "</a>" * 20_000
_PART: Final = b"--b\r\nContent-Type: application/xop+xml\r\nContent-ID: <root@x>\r\n\r\n"

BAD: Final[Mapping[str, Behaviour]] = {
    "hangs": hang,
    "sends a byte now and then": drip,
    "resets": reset,
    "closes without a word": close,
    "answers a login page": answering("200 OK", "text/html", b"<!DOCTYPE html><html><p>Log in<br></html>"),
    "answers 200 and nothing": answering("200 OK", "application/soap+xml", b""),
    "answers 204": raw(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "answers 404": answering("404 Not Found", "text/plain", b""),
    "answers 500 and a stack trace": answering("500 Oops", "text/html", b"<pre>java.lang.NullPointerException</pre>"),
    "redirects to itself": raw(b"HTTP/1.1 302 Found\r\nLocation: /registry\r\nContent-Length: 0\r\n\r\n"),
    "asks for a password": raw(b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n"),
    "sends a gigabyte": gigabyte,
    "sends chunks for ever": endless_chunks,
    "sends XML that does not end": answering("200 OK", "application/soap+xml", (_ENVELOPE % "<a>")[:-20].encode()),
    "sends a bomb of entities": answering("200 OK", "application/soap+xml", _BOMB.encode()),
    "sends deep XML": answering("200 OK", "application/soap+xml", (_ENVELOPE % _DEEP).encode()),
    "sends bytes of no encoding": answering("200 OK", "application/soap+xml", b"\xff\xfe\x00\xd8" * 100),
    "sends an envelope of something else": answering("200 OK", "application/soap+xml", (_ENVELOPE % "<a/>").encode()),
    "sends JSON": answering("200 OK", "application/json", b'{"status": "Success"}'),
    "sends a multipart that is cut": answering("200 OK", _MULTIPART, _PART + b"<s:Envelope"),
    "sends a multipart without parts": answering("200 OK", _MULTIPART, b"nothing here"),
    "sends a multipart without boundary": answering("200 OK", "multipart/related", _PART + b"<a/>\r\n--b--\r\n"),
    "announces more than it sends": answering("200 OK", "application/soap+xml", b"<a/>", length=5000),
    "announces less than it sends": answering("200 OK", "application/soap+xml", b"<a></a>", length=3),
    "announces a length that is no number": raw(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n<a/>"),
    "sends a broken chunk": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<a/>\r\n"),
    "sends a thousand headers": raw(b"HTTP/1.1 200 OK\r\n", *(b"X-%d: y\r\n" % n for n in range(1000)), b"\r\n<a/>"),
    "sends a header without end": raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000),
    "does not speak HTTP": raw(b"220 mail.example ESMTP\r\n"),
    "sends noise": raw(bytes(range(256)) * 64),
}
"""What a target does → how."""


@contextmanager
def listening(behaviour: Behaviour, *, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port of a target that does `behaviour` to each connection."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                connection = self.request if tls is None else tls.wrap_socket(self.request, server_side=True)
                with connection:
                    behaviour(connection)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False
        allow_reuse_address = True
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
