"""HL7 v2 messages over MLLP. # ITI TF-2 C.2.1"""

import socket
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from conformance.model import Exchange, Message

START: Final = b"\x0b"
END: Final = b"\x1c\r"
_LARGEST: Final = 1024 * 1024
_KIND: Final = "x-application/hl7-v2+er7"


def exchange(
    address: str,
    message: bytes,
    timeout: float,
    *,
    number: int,
    label: str,
    preparation: bool = False,
    framed: bool = True,
) -> Exchange:
    """Sends `message` in its frame (bare without `framed`) and reads one acknowledgement."""
    clock = _Clock(timeout)
    try:
        with _connected(address, clock) as sock:
            heard, trouble = _asked(sock, START + message + END if framed else message, clock)
    except (OSError, ValueError) as error:
        heard, trouble = b"", clock.trouble(error)
    return _exchange(address, message, heard, trouble, clock, number, label, preparation)


def conversation(address: str, messages: Sequence[bytes], timeout: float, *, number: int, label: str) -> list[Exchange]:
    """Sends each of `messages` once the one before is acknowledged, all on one connection.

    It ends with a message that gets no acknowledgement: the target closed the connection, or is silent.
    """
    done: list[Exchange] = []
    clock = _Clock(timeout)
    try:
        with _connected(address, clock) as sock:
            for message in messages:
                heard, trouble = _asked(sock, START + message + END, clock)
                done.append(_exchange(address, message, heard, trouble, clock, number + len(done), label, False))
                if trouble:
                    break
                clock = _Clock(timeout)
    except (OSError, ValueError) as error:
        done.append(_exchange(address, messages[0], b"", clock.trouble(error), clock, number, label, False))
    return done


class _Clock:
    """When an exchange began, and how long it may take."""

    def __init__(self, timeout: float) -> None:
        self.started, self._began, self._timeout = datetime.now(UTC), time.monotonic(), timeout

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    @property
    def left(self) -> float:
        """Raises TimeoutError when it is over."""
        left = self._timeout - self.seconds
        if left <= 0:
            raise TimeoutError
        return left

    def trouble(self, error: Exception) -> str:
        if isinstance(error, TimeoutError):
            return f"no acknowledgement within {self._timeout:g} s"
        return f"the feed cannot be reached: {error}"


def _connected(address: str, clock: _Clock) -> socket.socket:
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]") or "127.0.0.1", int(port)), clock.left)


def _asked(sock: socket.socket, sent: bytes, clock: _Clock) -> tuple[bytes, str]:
    """What is answered, frame and all, and what is wrong with it."""
    heard, trouble = bytearray(), ""
    try:
        sock.sendall(sent)
        while not heard.endswith(END) and len(heard) < _LARGEST:
            sock.settimeout(clock.left)
            piece = sock.recv(65536)
            if not piece:
                trouble = "the connection was closed before the acknowledgement ended"
                break
            heard += piece
    except OSError as error:
        trouble = clock.trouble(error)
    if heard and not heard.startswith(START):
        trouble = trouble or "the acknowledgement does not begin with its start block, 0x0B"
    return bytes(heard), trouble


def _exchange(
    address: str, message: bytes, heard: bytes, trouble: str, clock: _Clock, number: int, label: str, preparation: bool
) -> Exchange:
    return Exchange(
        number,
        label,
        f"mllp://{address}",
        Message(b"", message, _KIND),
        Message(b"", heard.removeprefix(START).removesuffix(END), _KIND) if heard else None,
        0,
        trouble,
        preparation,
        clock.started,
        clock.seconds,
    )
