"""One HTTP exchange on a connection of its own: exactly the bytes given go out, all that comes back is kept."""

import contextlib
import io
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException, HTTPResponse
from typing import Any, Final
from urllib.parse import urlsplit

from conformance.model import Exchange, Message

_HEAD: Final = 256 * 1024
"""Bytes of an answer's beginning in which its head is looked for."""
_PIECE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """How to reach a target, and how patient to be."""

    context: ssl.SSLContext | None = None
    """For https URLs; None: the system's anchors."""
    timeout: float = 30.0
    """Seconds, from connecting to the last byte of the answer."""
    largest: int = 64 * 1024 * 1024
    """Bytes of an answer that are read."""


def head(url: str, headers: Sequence[tuple[str, str]], length: int, method: str = "POST") -> bytes:
    """Request line and headers for a body of `length` bytes."""
    place = urlsplit(url)
    path = (place.path or "/") + (f"?{place.query}" if place.query else "")
    host = place.netloc.rpartition("@")[2]
    given = {name.lower() for name, _ in headers}
    lines = [f"{method} {path} HTTP/1.1"]
    if "host" not in given:
        lines.append(f"Host: {host}")
    lines += [f"{name}: {value}" for name, value in headers]
    if not given & {"content-length", "transfer-encoding"}:
        lines.append(f"Content-Length: {length}")
    if "connection" not in given:
        lines.append("Connection: close")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def exchange(
    url: str,
    request: Message,
    line: Line,
    *,
    number: int,
    label: str,
    preparation: bool = False,
    hang_up: bool = False,
) -> Exchange:
    """Sends `request` as it is and reads one answer; whatever goes wrong is in the exchange's `trouble`.

    With `hang_up` our side closes after sending, as a client does that dies in the middle of a message.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    heard = _Heard()
    trouble = ""
    try:
        with _connected(url, line) as sock:
            end = threading.Timer(max(0.01, line.timeout - (time.monotonic() - clock)), _cut, (sock, heard))
            end.daemon = True
            end.start()
            try:
                _send(sock, (request.head, request.body), hang_up=hang_up)
                _hear(sock, heard, line.largest, request.head.split(b" ", 1)[0].decode("latin-1"))
            finally:
                end.cancel()
    except (OSError, HTTPException, ValueError) as error:
        trouble = _sentence(error, heard, line)
    return Exchange(
        number,
        label,
        url,
        request,
        heard.message(),
        heard.status,
        trouble,
        preparation,
        started,
        time.monotonic() - clock,
    )


class _Heard:
    """What came back so far."""

    def __init__(self) -> None:
        self.begun = bytearray()
        self.body = bytearray()
        self.status = 0
        self.content_type = ""
        self.truncated = False
        self.late = False

    def message(self) -> Message | None:
        if not self.begun:
            return None
        head, gap, _ = bytes(self.begun).partition(b"\r\n\r\n")
        if not self.status:
            return Message(b"", bytes(self.begun), "")
        return Message(head + gap, bytes(self.body), self.content_type, self.truncated)


class _Tee(io.RawIOBase):
    """Reads a socket and keeps the beginning of what it read; `HTTPResponse` takes it for the socket."""

    def __init__(self, sock: socket.socket, kept: bytearray) -> None:
        self._sock, self._kept = sock, kept

    def makefile(self, *_: Any) -> io.BufferedReader:
        return io.BufferedReader(self, _PIECE)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._sock.recv_into(buffer)
        if len(self._kept) < _HEAD:
            self._kept += bytes(buffer[:count])
        return count


def _connected(url: str, line: Line) -> socket.socket:
    place = urlsplit(url)
    if place.scheme not in ("http", "https") or not place.hostname:
        raise ValueError(f"{url} is not an http or https URL")
    sock = socket.create_connection(
        (place.hostname, place.port or (443 if place.scheme == "https" else 80)), line.timeout
    )
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if place.scheme == "http":
        return sock
    context = line.context or ssl.create_default_context()
    try:
        return context.wrap_socket(sock, server_hostname=place.hostname)
    except BaseException:
        sock.close()
        raise


def _send(sock: socket.socket, pieces: Iterable[bytes], *, hang_up: bool) -> None:
    # A server that refuses early may close while we still send: its answer is what counts.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
        sock.sendall(b"".join(pieces))
        if hang_up:
            _shut(sock, socket.SHUT_WR)


def _hear(sock: socket.socket, heard: _Heard, largest: int, method: str) -> None:
    tee: Any = _Tee(sock, heard.begun)
    response = HTTPResponse(tee, method=method)
    try:
        response.begin()
        heard.status = response.status
        heard.content_type = response.headers.get("Content-Type", "")
        while piece := response.read1(_PIECE):
            heard.body += piece
            if len(heard.body) > largest:
                heard.truncated = True
                del heard.body[largest:]
                return
        if response.length:
            raise HTTPException(f"the answer ended {response.length} bytes before its Content-Length")
    finally:
        response.close()


def _cut(sock: socket.socket, heard: _Heard) -> None:
    heard.late = True
    with contextlib.suppress(OSError):
        _shut(sock, socket.SHUT_RDWR)


def _shut(sock: socket.socket, how: int) -> None:
    """Ends the TCP connection; a TLS socket would forget its TLS on the way, and what it still reads be noise."""
    socket.socket.shutdown(sock, how)


def _sentence(error: Exception, heard: _Heard, line: Line) -> str:
    if heard.late or isinstance(error, TimeoutError):
        what = "the answer did not end" if heard.begun else "no answer"
        return f"{what} within {line.timeout:g} s"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not to be believed: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or error}"
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there: the connection was refused"
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return "the connection was reset"
    if isinstance(error, socket.gaierror):
        return "its name cannot be resolved"
    if isinstance(error, HTTPException) and not heard.begun:
        return "the connection was closed without an answer"
    # what a target wrote comes back in some of these: it stays one line of text
    what = ascii(" ".join(str(error).split()))[1:-1][:200]
    return f"what came is not an HTTP answer: {what}" if isinstance(error, HTTPException) else what
