"""MLLP: HL7 messages over a TCP connection, one after the other, each answered; ITI TF-2 Appendix C.

    VT message FS CR

What comes between two messages is passed over. The server of the `hl7` library is made for asyncio; this one runs in
threads of a worker process, on a socket that the processes of the service share.
"""

import logging
import select
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

START: Final = b"\x0b"
END: Final = b"\x1c"
TERMINATOR: Final = b"\x1c\r"
_POLL: Final = 0.25
"""Seconds between two looks at `stop`."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MllpLimits:
    """What one connection may cost."""

    message: int = 1 << 20
    """Bytes of a message, and of what may come between two."""
    idle: float = 600.0
    """Seconds without a message before the connection is closed."""
    stall: float = 30.0
    """Seconds that a message may take from its first byte to its last, and an answer to be taken."""
    connections: int = 64
    """At a time, per process; further ones wait."""


class MllpError(Exception):
    """What came is not MLLP, or too much or too slow of it; the connection is closed."""


def serve(
    listener: socket.socket,
    answer: Callable[[bytes, str], bytes],
    stop: threading.Event,
    limits: MllpLimits,
) -> None:
    """Accepts connections until `stop` is set, then waits for the messages under way. The listener stays open.

    `answer` gets a message and the address of the sender, and gives the reply; it must not raise.
    """
    # other processes accept on the same socket: never block in accept
    listener.setblocking(False)
    room = threading.BoundedSemaphore(limits.connections)
    threads: set[threading.Thread] = set()
    while not stop.is_set():
        threads = {thread for thread in threads if thread.is_alive()}
        if not room.acquire(timeout=_POLL):
            continue
        accepted = _accept(listener)
        if accepted is None:
            room.release()
            continue
        thread = threading.Thread(
            target=_serve_one, args=(*accepted, answer, stop, limits, room), name="mllp-connection", daemon=True
        )
        threads.add(thread)
        thread.start()
    for thread in threads:
        thread.join(timeout=limits.stall)


def _accept(listener: socket.socket) -> tuple[socket.socket, str] | None:
    try:
        ready, _, _ = select.select([listener], [], [], _POLL)
        if not ready:
            return None
        connection, address = listener.accept()
    except BlockingIOError:
        return None  # another process was faster
    except (OSError, ValueError):
        time.sleep(_POLL)  # out of descriptors, or the listener is being closed
        return None
    return connection, str(address[0])


def _serve_one(
    connection: socket.socket,
    address: str,
    answer: Callable[[bytes, str], bytes],
    stop: threading.Event,
    limits: MllpLimits,
    room: threading.BoundedSemaphore,
) -> None:
    try:
        with connection:
            reader = _Reader(connection, stop, limits)
            while (message := reader.read()) is not None:
                connection.settimeout(limits.stall)
                connection.sendall(START + answer(message, address) + TERMINATOR)
    except MllpError as error:
        _log.warning("MLLP connection from %s closed: %s", address, error)
    except OSError as error:
        _log.info("MLLP connection from %s lost: %s", address, error)
    finally:
        room.release()


class _Reader:
    """Takes messages out of the bytes of one connection."""

    def __init__(self, connection: socket.socket, stop: threading.Event, limits: MllpLimits) -> None:
        self._connection = connection
        self._stop = stop
        self._limits = limits
        self._buffer = bytearray()

    def read(self) -> bytes | None:
        """The next message, or `None` when the sender has closed or the service stops."""
        deadline = time.monotonic() + self._limits.idle
        skipped = 0
        while (start := self._buffer.find(START)) < 0:
            skipped += len(self._buffer)
            self._buffer.clear()
            if skipped > self._limits.message:
                raise MllpError("no message begins: each must stand between VT and FS CR")
            if not self._receive(deadline, "no message came"):
                return None
        del self._buffer[: start + 1]
        return self._rest_of_message(time.monotonic() + self._limits.stall)

    def _rest_of_message(self, deadline: float) -> bytes | None:
        looked = 0
        while (end := self._buffer.find(END, looked)) < 0:
            looked = len(self._buffer)
            if looked > self._limits.message:
                raise MllpError(f"a message is longer than {self._limits.message} bytes")
            if not self._receive(deadline, "a message did not end"):
                return None
        message = bytes(self._buffer[:end])
        # the CR behind FS, which some leave out, is passed over with what comes before the next message
        del self._buffer[: end + 1]
        return message

    def _receive(self, deadline: float, trouble: str) -> bool:
        """More bytes into the buffer; False at the end of the connection."""
        self._connection.settimeout(_POLL)
        while not self._stop.is_set():
            if time.monotonic() > deadline:
                raise MllpError(f"{trouble} in time")
            try:
                data = self._connection.recv(65_536)
            except TimeoutError:
                continue
            self._buffer += data
            return bool(data)
        return False
