"""A client's connection that does not wait for ever: a silent or dripping client gives its thread back.

Plain or in TLS, the rules are the same.
"""

import contextlib
import errno
import socket
import ssl
import time
from typing import TYPE_CHECKING, Any, Self

SLOWEST = 1024
"""Bytes per second below which a request that already took `patience` seconds is given up."""


RECEIVE = 256 << 10
"""Bytes taken from the socket at once, at most: the server asks for a megabyte, and keeps what it cannot hand out."""


class Stalled(TimeoutError):
    """The client kept silent, or sent so little that its request would never end."""

    def __init__(self, reason: str) -> None:
        # The server takes this number as a client that went away: the connection is closed, nothing else is said.
        super().__init__(errno.ECONNRESET, reason)


if TYPE_CHECKING:
    _Socket = socket.socket
else:
    _Socket = object


class _Patient(_Socket):
    """The rules, put in front of a class of sockets.

    The server switches a connection to blocking whenever a request begins to be read: from there the request's own
    time counts.
    """

    patience = 30.0
    """Seconds that one read or write may wait."""
    _since = 0.0
    _received = 0

    def begin(self, patience: float) -> Self:
        """From now on these rules hold."""
        self.patience = patience
        self._since, self._received = time.monotonic(), 0
        return self

    def setblocking(self, flag: bool) -> None:
        if not flag:
            super().setblocking(False)
            return
        self.settimeout(self.patience)
        self._since, self._received = time.monotonic(), 0

    def recv(self, size: int, flags: int = 0) -> bytes:
        try:
            data = super().recv(min(size, RECEIVE), flags)
        except TimeoutError:
            raise Stalled(f"the client sent nothing for {self.patience:g} s") from None
        self._received += len(data)
        spent = time.monotonic() - self._since
        if spent > self.patience and self._received < (spent - self.patience) * SLOWEST:
            raise Stalled(f"the client sent {self._received} bytes in {spent:.0f} s")
        return data

    def sendall(self, data: Any, flags: int = 0) -> None:
        """As `socket.sendall`, but the time limit is on each piece: a slow reader that goes on reading is served."""
        view = memoryview(data)
        try:
            while view:
                view = view[self.send(view, flags) :]
        except TimeoutError:
            raise Stalled(f"the client read nothing for {self.patience:g} s") from None


class Connection(_Patient, socket.socket):
    """An accepted socket whose blocking calls have an end; made with `Connection.adopt`."""

    @classmethod
    def adopt(cls, accepted: socket.socket, patience: float) -> "Connection":
        """Takes the file descriptor over; `accepted` is empty afterwards."""
        return cls(accepted.family, accepted.type, accepted.proto, fileno=accepted.detach()).begin(patience)


class TlsConnection(_Patient, ssl.SSLSocket):
    """The same inside TLS; made by `security.tls.ServerTls`."""

    _certificate: bytes | None = None

    @property
    def certificate(self) -> bytes | None:
        """DER of what the client showed; None when it was not asked."""
        if self._certificate is None:
            self._certificate = self.getpeercert(binary_form=True)
        return self._certificate

    def recv(self, size: int = 1024, flags: int = 0) -> bytes:
        try:
            return super().recv(size, flags)
        except ssl.SSLError as error:
            raise _gone(error) from None

    def send(self, data: Any, flags: int = 0) -> int:
        try:
            return super().send(data, flags)
        except ssl.SSLError as error:
            raise _gone(error) from None

    def shutdown(self, how: int) -> None:
        """Says goodbye first, so that the client can tell the end from a cut. # RFC 8446 6.1"""
        if how != socket.SHUT_RD:
            # a goodbye that finds no room, or that is not answered at once, is not waited for
            with contextlib.suppress(OSError, ValueError):
                super().setblocking(False)
                self.unwrap()
        # not that of ssl: another thread may be reading
        socket.socket.shutdown(self, how)


class Closed:
    """What is left of a connection that was closed before the server knew it: the server closes it once more."""

    def setblocking(self, flag: bool) -> None: ...

    def shutdown(self, how: int) -> None:  # noqa: ARG002 - as a socket has it
        raise OSError(errno.ENOTCONN, "closed already")

    def close(self) -> None: ...


def _gone(error: ssl.SSLError) -> OSError:
    """Broken TLS is a client that went away: there is nobody to tell."""
    return ConnectionResetError(errno.ECONNRESET, f"TLS: {error.reason or error}")
