"""The connections of the watch: HTTP/1.1 over TCP or TLS, one thread each, every wait bounded.

A server of its own, not gunicorn: what crosses the wire is kept to the byte, and has to be spoiled to the byte.
"""

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO, Final

from conformance.model import Verdict
from conformance.watch.course import Arrived, Sending
from conformance.watch.misbehaviours import Agenda
from conformance.watch.pages import SERVICES, Pages
from conformance.watch.reading import Head, Unreadable, read_body, read_head
from conformance.watch.tls import ServerCertificates
from conformance.watch.watching import Watch
from security.tls import HandshakeRefused

MOST_CONNECTIONS: Final = 64
IDLE: Final = 30.0
"""Seconds that a connection may say nothing."""
PARTING: Final = 3.0
"""Seconds that an answer on its way has when the watch ends."""
LARGEST: Final = 512 << 20
"""Bytes of a message."""
_CONTROL: Final = 64 << 10
_PIECE: Final = 256 << 10
_DRIPS: Final = 50

Event = Callable[[str, str, Verdict, str], None]
"""(what, client, verdict, detail): something that was no exchange."""


@dataclass(frozen=True, slots=True)
class Around:
    """What all connections share."""

    watch: Watch
    agenda: Agenda
    tls: ServerCertificates | None
    event: Event
    closed: threading.Event


class Server:
    """Listens until it is closed."""

    def __init__(
        self, listener: socket.socket, watch: Watch, agenda: Agenda, tls: ServerCertificates | None, event: Event
    ) -> None:
        self._listener = listener
        self._closed = threading.Event()
        self._around = Around(watch, agenda, tls, event, self._closed)
        self._slots = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._open: set[socket.socket] = set()
        self._threads: set[threading.Thread] = set()
        self._lock = threading.Lock()

    def start(self) -> None:
        threading.Thread(target=self._accept, name="watch", daemon=True).start()

    def close(self) -> None:
        """Stops listening, and lets what is being answered come to its end, for a moment."""
        self._closed.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            standing = list(self._open)
        for each in standing:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RD)
        deadline = time.monotonic() + PARTING
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                accepted, address = self._listener.accept()
            except OSError:
                if self._closed.wait(0.05):
                    return
                continue
            if not self._slots.acquire(blocking=False):
                accepted.close()
                continue
            thread = threading.Thread(target=self._serve, args=(accepted, str(address[0])), daemon=True)
            with self._lock:
                self._threads.add(thread)
            thread.start()

    def _serve(self, accepted: socket.socket, client: str) -> None:
        connection = accepted
        try:
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            shaken = self._shaken(accepted, client)
            if shaken is None:
                return
            connection, expired = shaken
            connection.settimeout(IDLE)
            with self._lock:
                self._open.add(connection)
            Conversation(connection, client, self._around, expired=expired).go_on()
        except (OSError, ValueError):
            pass  # the client is gone, or silent: there is nobody to tell
        finally:
            with self._lock:
                self._open.discard(connection)
                self._threads.discard(threading.current_thread())
            with contextlib.suppress(OSError):
                connection.close()
            self._slots.release()

    def _shaken(self, accepted: socket.socket, client: str) -> tuple[socket.socket, bool] | None:
        """The connection after its handshake, and whether the certificate it was shown had expired."""
        around, tls = self._around, self._around.tls
        if tls is None:
            return accepted, False
        expired = bool(around.agenda.connection()) and tls.expired is not None
        shown = tls.expired if expired and tls.expired is not None else tls.right
        try:
            return shown.wrap(accepted, client), expired
        except HandshakeRefused as refused:
            left = expired and refused.reason in ("protocol", "closed")
            told = "the client refused the expired certificate" if left else "the TLS handshake failed"
            around.event(told, client, Verdict.PASS if left else Verdict.NOT_RUN, f"{refused.reason}: {refused.detail}")
            return None


class Conversation:
    """The requests of one connection, one after the other."""

    def __init__(self, connection: socket.socket, client: str, around: Around, *, expired: bool) -> None:
        self._connection, self._client, self._expired = connection, client, expired
        self._watch, self._event, self._closed = around.watch, around.event, around.closed
        self._stream: IO[bytes] = connection.makefile("rb")
        name, tls = connection.getsockname(), around.tls
        expires = tls is not None and tls.expired is not None
        self._pages = Pages(around.watch.recorder, around.agenda, client, (name[0], name[1]), tls is not None, expires)

    def go_on(self) -> None:
        with self._stream:
            while self._one():
                pass

    def _one(self) -> bool:
        """Answers one request; whether the connection stays."""
        try:
            head = read_head(self._stream)
            if head is None:
                return False
            if head.expects_continue:
                self._connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            if head.method == "POST" and head.path in SERVICES:
                return self._exchange(head)
            body = b"".join(read_body(self._stream, head, _CONTROL))
        except Unreadable as error:
            self._plain(error.status, f"{error}\n", close=True)
            return False
        status, content_type, content = self._pages.page(head, body)
        self._plain(status, content, content_type, close=not head.keeps_alive, bodiless=head.method == "HEAD")
        return head.keeps_alive

    def _exchange(self, head: Head) -> bool:
        spool = self._watch.recorder.spool()
        try:
            for piece in read_body(self._stream, head, LARGEST):
                spool.write(piece)
            spool.close()
        except BaseException:
            spool.drop()
            raise
        url = self._pages.base(head) + head.path
        arrived = Arrived(head.path[1:], head, spool, self._client, url, self._certificate(), self._expired)
        try:
            sending, over = self._watch.answer(arrived)
        except Exception as error:  # noqa: BLE001  the last door: the watch goes on, and says so
            spool.drop()
            self._event("the watch failed; please report it", self._client, Verdict.ERROR, type(error).__name__)
            self._plain(HTTPStatus.INTERNAL_SERVER_ERROR, "the watch failed\n", close=True)
            return False
        trouble = "the client went away before it had the answer"
        try:
            self._send(sending)
            trouble = ""
        finally:
            over(trouble)
        return not sending.close

    def _certificate(self) -> bytes | None:
        return self._connection.getpeercert(True) if isinstance(self._connection, ssl.SSLSocket) else None

    def _send(self, sending: Sending) -> None:
        if sending.wait:
            self._closed.wait(sending.wait)
        if sending.reset:
            # RFC 9293 3.9.1: closing with nothing to linger for is a reset
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        step = _PIECE if not sending.over else max(1, (sending.size + _DRIPS - 1) // _DRIPS)
        pause = sending.over / _DRIPS
        self._connection.sendall(sending.head)
        with sending.body.open("rb") as file:
            while piece := file.read(step):
                self._connection.sendall(piece)
                if pause:
                    self._closed.wait(pause)

    def _plain(
        self,
        status: HTTPStatus,
        content: str | bytes,
        content_type: str = "text/plain; charset=utf-8",
        *,
        close: bool,
        bodiless: bool = False,
    ) -> None:
        data = content.encode("utf-8", "replace") if isinstance(content, str) else content
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {content_type}\r\n"
            f"Content-Length: {len(data)}\r\nX-Content-Type-Options: nosniff\r\n"
            + ("Connection: close\r\n" if close else "")
            + "\r\n"
        )
        self._connection.sendall(head.encode() + (b"" if bodiless else data))
        if close:
            self._part()

    def _part(self) -> None:
        """Reads on a little, so that the answer is not lost to what the client still sends."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)
            self._connection.settimeout(1.0)
            for _ in range(64):
                if not self._connection.recv(_PIECE):
                    return
