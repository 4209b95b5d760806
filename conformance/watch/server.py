"""The connections of the watch: HTTP/1.1 over TCP or TLS, one thread each, every wait bounded.

A server of its own, not gunicorn: what crosses the wire is kept to the byte, and has to be spoiled to the byte.
"""

import contextlib
import json
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import IO, Any, Final

import schemas
from conformance.model import Verdict
from conformance.watch.misbehaviours import KINDS, Agenda, Misbehaviour, MisbehaviourError
from conformance.watch.reading import Head, Unreadable, read_body, read_head
from conformance.watch.tls import ServerCertificates
from conformance.watch.watching import Arrived, Sending, Watch
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
_HOST: Final = re.compile(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")
_WSDL: Final = {"/registry": "DocumentRegistry", "/repository": "DocumentRepository"}

Event = Callable[[str, str, Verdict, str], None]
"""(what, client, verdict, detail): something that was no exchange."""


class Server:
    """Listens until it is closed."""

    def __init__(
        self, listener: socket.socket, watch: Watch, agenda: Agenda, tls: ServerCertificates | None, event: Event
    ) -> None:
        self._listener, self._watch, self._agenda, self._tls, self._event = listener, watch, agenda, tls, event
        self._slots = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._open: set[socket.socket] = set()
        self._threads: set[threading.Thread] = set()
        self._lock = threading.Lock()
        self._closed = threading.Event()

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
            Conversation(connection, client, self._watch, self._agenda, expired, self._tls, self._closed).go_on()
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
        if self._tls is None:
            return accepted, False
        expired = bool(self._agenda.connection()) and self._tls.expired is not None
        shown = self._tls.expired if expired and self._tls.expired is not None else self._tls.right
        try:
            return shown.wrap(accepted, client), expired
        except HandshakeRefused as refused:
            left = expired and refused.reason in ("protocol", "closed")
            told = "the client refused the expired certificate" if left else "the handshake failed"
            self._event(told, client, Verdict.PASS if left else Verdict.NOT_RUN, f"{refused.reason}: {refused.detail}")
            return None


class Conversation:
    """The requests of one connection, one after the other."""

    def __init__(
        self,
        connection: socket.socket,
        client: str,
        watch: Watch,
        agenda: Agenda,
        expired: bool,
        tls: ServerCertificates | None,
        closed: threading.Event,
    ) -> None:
        self._closed = closed
        self._connection, self._client, self._watch, self._agenda = connection, client, watch, agenda
        self._expired, self._tls = expired, tls
        self._stream: IO[bytes] = connection.makefile("rb")

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
            if head.method == "POST" and head.path in _WSDL:
                return self._exchange(head)
            body = b"".join(read_body(self._stream, head, _CONTROL))
        except Unreadable as error:
            self._plain(error.status, f"{error}\n", close=True)
            return False
        status, content_type, content = self._page(head, body)
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
        arrived = Arrived(
            head.path[1:], head, spool, self._client, self._base(head) + head.path, self._certificate(), self._expired
        )
        sending, over = self._watch.answer(arrived)
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

    # --- what is not SOAP -----------------------------------------------------------------------------------------

    def _page(self, head: Head, body: bytes) -> tuple[HTTPStatus, str, str | bytes]:
        if head.path in _WSDL:
            return self._describe(head)
        if head.path == "/misbehave":
            return self._control(head, body)
        if head.path == "/exchanges" and head.method in ("GET", "HEAD"):
            if not self._is_local(head):
                return HTTPStatus.FORBIDDEN, _TEXT, "only this machine is told\n"
            document = json.dumps(self._watch.recorder.document(), ensure_ascii=False, indent=1)
            return HTTPStatus.OK, _JSON, document + "\n"
        if head.path == "/" and head.method in ("GET", "HEAD"):
            return HTTPStatus.OK, _TEXT, _WELCOME.format(base=self._base(head))
        known = "/registry, /repository, /misbehave, /exchanges"
        return HTTPStatus.NOT_FOUND, _TEXT, f"There is nothing at this path. There is: {known}\n"

    def _describe(self, head: Head) -> tuple[HTTPStatus, str, str | bytes]:
        kind, _, name = head.query.partition("=")
        try:
            if head.method in ("GET", "HEAD") and kind.lower() == "wsdl":
                return HTTPStatus.OK, _XML, schemas.wsdl(_WSDL[head.path], self._base(head) + head.path)
            if head.method in ("GET", "HEAD") and kind.lower() == "xsd":
                return HTTPStatus.OK, _XML, schemas.xsd(name)
        except LookupError:
            return HTTPStatus.NOT_FOUND, _TEXT, "There is no such schema; the WSDL names those there are.\n"
        return HTTPStatus.METHOD_NOT_ALLOWED, _TEXT, "POST a SOAP 1.2 message here, or GET ?wsdl.\n"

    def _control(self, head: Head, body: bytes) -> tuple[HTTPStatus, str, str | bytes]:
        """What goes wrong from now on: GET shows it, POST sets it (one per line), DELETE ends it."""
        if not self._is_local(head):
            return HTTPStatus.FORBIDDEN, _TEXT, "misbehaviour is switched from this machine alone\n"
        if head.method == "POST":
            try:
                planned = [Misbehaviour.parse(each) for each in body.decode("utf-8", "replace").split()]
                self._refuse_without_tls(planned)
            except MisbehaviourError as error:
                return HTTPStatus.BAD_REQUEST, _TEXT, f"{error}\n"
            self._agenda.set(planned)
        elif head.method == "DELETE":
            self._agenda.set(())
        elif head.method not in ("GET", "HEAD"):
            return HTTPStatus.METHOD_NOT_ALLOWED, _TEXT, "GET, POST or DELETE\n"
        told: dict[str, Any] = {
            "misbehaviours": [str(each) for each in self._agenda.planned],
            "kinds": {kind.name: kind.what for kind in KINDS.values()},
        }
        return HTTPStatus.OK, _JSON, json.dumps(told, indent=1) + "\n"

    def _refuse_without_tls(self, planned: list[Misbehaviour]) -> None:
        if (self._tls is None or self._tls.expired is None) and any(
            each.kind.name == "expired-certificate" for each in planned
        ):
            raise MisbehaviourError(
                "expired-certificate has to be there from the start: --misbehave expired-certificate"
            )

    def _is_local(self, head: Head) -> bool:
        """From this machine, and not by a page of another site that a browser shows."""
        return self._client in ("127.0.0.1", "::1", "::ffff:127.0.0.1") and not head.get("origin")

    def _base(self, head: Head) -> str:
        host = head.get("host")
        if not _HOST.fullmatch(host):
            name = self._connection.getsockname()
            host = f"[{name[0]}]:{name[1]}" if ":" in name[0] else f"{name[0]}:{name[1]}"
        return f"{'https' if self._tls else 'http'}://{host}"

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


_TEXT: Final = "text/plain; charset=utf-8"
_JSON: Final = "application/json"
_XML: Final = "text/xml; charset=utf-8"
_WELCOME: Final = """\
Carnet watches your client: it answers as a registry and a repository, and judges what it is sent.

  registry     {base}/registry      ITI-42 ITI-18    WSDL at ?wsdl
  repository   {base}/repository    ITI-41 ITI-43    WSDL at ?wsdl
  exchanges    {base}/exchanges     what came so far, as JSON (from this machine)
  misbehave    {base}/misbehave     GET shows, POST sets, DELETE ends what goes wrong (from this machine)

  curl --data 'busy slow=5:ITI-43' {base}/misbehave
"""
