"""A client's connection that does not wait for ever: a silent or dripping client gives its thread back."""

import errno
import socket
import time
from typing import Any

SLOWEST = 1024
"""Bytes per second below which a request that already took `patience` seconds is given up."""


RECEIVE = 256 << 10
"""Bytes taken from the socket at once, at most: the server asks for a megabyte, and keeps what it cannot hand out."""


class Stalled(TimeoutError):
    """The client kept silent, or sent so little that its request would never end."""

    def __init__(self, reason: str) -> None:
        # The server takes this number as a client that went away: the connection is closed, nothing else is said.
        super().__init__(errno.ECONNRESET, reason)


class Connection(socket.socket):
    """An accepted socket whose blocking calls have an end.

    The server switches a connection to blocking whenever a request begins to be read: from there the request's own
    time counts. Made from an accepted socket with `Connection.adopt`.
    """

    patience: float
    """Seconds that one read or write may wait."""
    _since: float
    _received: int

    @classmethod
    def adopt(cls, accepted: socket.socket, patience: float) -> "Connection":
        """Takes the file descriptor over; `accepted` is empty afterwards."""
        connection = cls(accepted.family, accepted.type, accepted.proto, fileno=accepted.detach())
        connection.patience = patience
        connection._since, connection._received = time.monotonic(), 0
        return connection

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
