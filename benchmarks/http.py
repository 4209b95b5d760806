"""A load generator light enough to share two cores with the server it measures.

One thread drives all connections through a selector; messages are made before the clock starts. Every answer is
checked, and an unexpected one ends the run: a fast wrong answer is not a result.
"""

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

Segments = Sequence[bytes | memoryview]
"""One HTTP request, in pieces that may be shared between requests."""


class UnexpectedAnswerError(Exception):
    """The server answered something that is not the success the benchmark asked for."""


@dataclass(slots=True)
class Sample:
    """What one slice of load gave."""

    seconds: float
    latencies: list[float]
    """Seconds, one per answered request."""
    bytes_out: int
    """Request bytes sent."""
    bytes_in: int
    """Response bytes received."""

    @property
    def rate(self) -> float:
        """Answered requests per second."""
        return len(self.latencies) / self.seconds


@dataclass(slots=True)
class _Connection:
    sock: socket.socket
    pending: list[memoryview] = field(default_factory=list)
    started: float = 0.0
    head: bytearray = field(default_factory=bytearray)
    """Response bytes kept for the check: the first ones, the whole of a small answer."""
    in_body: bool = False
    chunked: bool = False
    left: int = 0
    """Body bytes still to come, of the body or of the current chunk."""
    tail: bytearray = field(default_factory=bytearray)
    """Chunk framing not yet understood."""


_KEEP = 64 << 10


def post(path: str, host: str, content_type: str, body: Segments) -> list[bytes | memoryview]:
    """A keep-alive POST of `body` as segments."""
    length = sum(len(piece) for piece in body)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()
    if isinstance(body[0], bytes) and len(body[0]) < 1 << 20:
        return [head + body[0], *body[1:]]
    return [head, *body]


class Load:
    """Keep-alive connections to one server, each with one request under way at a time."""

    def __init__(self, host: str, port: int, clients: int, expect: bytes) -> None:
        self._selector = selectors.DefaultSelector()
        self._expect = expect
        self._buffer = bytearray(1 << 20)
        self._connections = [_Connection(socket.create_connection((host, port), 10)) for _ in range(clients)]
        for connection in self._connections:
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sock.setblocking(False)
            self._selector.register(connection.sock, selectors.EVENT_READ, connection)

    def close(self) -> None:
        for connection in self._connections:
            connection.sock.close()
        self._selector.close()

    def run(self, requests: Iterator[Segments], seconds: float) -> Sample:
        """Keeps every connection busy until `seconds` have passed or `requests` ends, then awaits what is under way."""
        sample = Sample(0.0, [], 0, 0)
        begun = time.perf_counter()
        stop = begun + seconds
        busy = sum(self._send_next(connection, requests, sample) for connection in self._connections)
        while busy:
            for key, events in self._selector.select(30.0) or self._stalled():
                connection: _Connection = key.data
                if events & selectors.EVENT_WRITE:
                    self._flush(connection, sample)
                if events & selectors.EVENT_READ and self._receive(connection, sample):
                    sample.latencies.append(time.perf_counter() - connection.started)
                    more = time.perf_counter() < stop and self._send_next(connection, requests, sample)
                    busy -= not more
        sample.seconds = time.perf_counter() - begun
        return sample

    def _stalled(self) -> list[tuple[selectors.SelectorKey, int]]:
        raise UnexpectedAnswerError("no answer within 30 s")

    def _send_next(self, connection: _Connection, requests: Iterator[Segments], sample: Sample) -> bool:
        segments = next(requests, None)
        if segments is None:
            return False
        connection.pending = [memoryview(segment) for segment in segments]
        connection.started = time.perf_counter()
        self._flush(connection, sample)
        return True

    def _flush(self, connection: _Connection, sample: Sample) -> None:
        pending = connection.pending
        waiting = False
        while pending:
            try:
                sent = connection.sock.send(pending[0][: 1 << 20])
            except BlockingIOError:
                waiting = True
                break
            sample.bytes_out += sent
            if sent == len(pending[0]):
                pending.pop(0)
            else:
                pending[0] = pending[0][sent:]
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if waiting else 0)
        if self._selector.get_key(connection.sock).events != events:
            self._selector.modify(connection.sock, events, connection)

    def _receive(self, connection: _Connection, sample: Sample) -> bool:
        """Reads once; true when the answer is complete and right."""
        count = connection.sock.recv_into(self._buffer)
        if not count:
            raise UnexpectedAnswerError(f"connection closed after {bytes(connection.head[:500])!r}")
        sample.bytes_in += count
        data = memoryview(self._buffer)[:count]
        before = len(connection.head)
        if before < _KEEP:
            connection.head += data[: _KEEP - len(connection.head)]
        if not connection.in_body:
            end = connection.head.find(b"\r\n\r\n")
            if end < 0:
                return False
            data = self._begin_body(connection, end + 4, data[max(0, end + 4 - before) :])
        return self._body(connection, data) and self._check(connection)

    def _begin_body(self, connection: _Connection, body: int, data: memoryview) -> memoryview:
        headers = bytes(connection.head[:body]).lower()
        connection.in_body = True
        connection.chunked = b"transfer-encoding: chunked" in headers
        if not connection.chunked:
            connection.left = int(headers.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        else:
            connection.left = 0
            connection.tail.clear()
        return data

    def _body(self, connection: _Connection, data: memoryview) -> bool:
        if not connection.chunked:
            connection.left -= len(data)
            return connection.left == 0
        while True:
            if connection.left:
                step = min(connection.left, len(data))
                connection.left -= step
                data = data[step:]
                if connection.left:
                    return False
            # Between chunks: `size\r\n`, counted with the line end that follows its data; the last is `0\r\n\r\n`.
            before = len(connection.tail)
            connection.tail += data[:64]
            eol = connection.tail.find(b"\r\n")
            if eol < 0:
                return False
            size = int(connection.tail[:eol], 16)
            if size == 0:
                return len(connection.tail) >= eol + 4
            connection.tail.clear()
            connection.left = size + 2
            data = data[eol + 2 - before :]

    def _check(self, connection: _Connection) -> bool:
        head = bytes(connection.head)
        if not head.startswith(b"HTTP/1.1 200") or self._expect not in head:
            raise UnexpectedAnswerError(head[:2000].decode("utf-8", "replace"))
        connection.head.clear()
        connection.in_body = False
        return True
