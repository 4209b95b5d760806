"""Syslog messages and the connections that carry them: RFC 5424, over TLS (RFC 5425) or UDP (RFC 5426).

ITI TF-2 3.20.4.1.2.
"""

import fcntl
import re
import select
import socket
import ssl
import sys
import termios
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

from security.tlscontexts import SUITES

TLS_PORT: Final = 6514
UDP_PORT: Final = 514
LONGEST_DATAGRAM: Final = 65_507
"""Bytes that IPv4 can carry; RFC 5426 3.2."""

_SECURITY: Final = 10 << 3
"""Facility 10, security and authorisation."""
_NOTICE, _WARNING = 5, 4
_MSGID: Final = "IHE+RFC-3881"
_UNPRINTABLE: Final = re.compile("[^!-~]")
_SUCCESS: Final = b'EventOutcomeIndicator="0"'


@dataclass(frozen=True, slots=True)
class Origin:
    """What the header says of where a message comes from."""

    host: str
    application: str
    process: str = "-"

    def __post_init__(self) -> None:
        for name, limit in (("host", 255), ("application", 48), ("process", 128)):
            value = _UNPRINTABLE.sub("", getattr(self, name))[:limit] or "-"
            object.__setattr__(self, name, value)


def syslog_message(message: bytes, time: str, origin: Origin) -> bytes:
    """One RFC 5424 message around an audit message. `time` as RFC 3339 writes it."""
    # the indicator stands in the first element, before anything a client has a say in
    severity = _NOTICE if _SUCCESS in message[:400] else _WARNING
    head = f"<{_SECURITY | severity}>1 {time} {origin.host} {origin.application} {origin.process} {_MSGID} - "
    return head.encode("ascii") + message


def write_frame(message: bytes) -> bytes:
    """Octet counting; RFC 5425 4.3.1. A message is not empty."""
    return b"%d %b" % (len(message), message)


class FrameError(ValueError):
    """What was received is no sequence of frames."""


def read_frames(data: bytes, *, longest: int = 64 << 20) -> tuple[list[bytes], bytes]:
    """The whole messages at the start of `data`, and what is left of it. Raises `FrameError`."""
    messages = []
    while data:
        digits, space, rest = data.partition(b" ")
        if not space and len(digits) < 20 and digits.isdigit() and not digits.startswith(b"0"):
            break
        if not space or not digits.isdigit() or digits.startswith(b"0") or int(digits) > longest:
            raise FrameError(f"{digits[:20]!r} is no octet count")
        size = int(digits)
        if len(rest) < size:
            break
        messages.append(rest[:size])
        data = rest[size:]
    return messages, data


def collector_context(authorities: Path, certificate: Path | None = None, key: Path | None = None) -> ssl.SSLContext:
    """For TLS with a collector that `authorities` (PEM) vouch for, showing `certificate` (PEM, with those above it).

    TLS 1.2 or 1.3; the collector's name is checked. Raises OSError, of which ssl.SSLError is one.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(":".join(SUITES))
    context.load_verify_locations(authorities)
    if certificate is not None:
        # an encrypted key is refused: nobody is there to be asked for its password
        context.load_cert_chain(certificate, key, password=lambda: b"")
    return context


class Connection(Protocol):
    """A way to the collector that is open."""

    def send(self, message: bytes) -> None:
        """Raises OSError."""
        ...

    def alive(self) -> bool:
        """False once the other side has gone."""
        ...

    def acknowledged(self) -> bool:
        """Whether the other machine has everything that was sent, as far as can be told."""
        ...

    def finish(self) -> bool:
        """Closes; whether the collector has confirmed that it read everything."""
        ...


@dataclass(frozen=True, slots=True)
class Collector:
    """An audit record repository: where it is, and how to be trusted by it."""

    transport: str
    """`tls` or `udp`."""
    host: str
    port: int
    context: Callable[[], ssl.SSLContext] | None = None
    """Makes the TLS context of each new connection, so that renewed certificates are used."""
    timeout: float = 10.0
    """Seconds to connect, and for each write."""

    @classmethod
    def parse(cls, url: str, context: Callable[[], ssl.SSLContext] | None = None) -> "Collector":
        """`tls://host:port` or `udp://host:port`; the port may be absent. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in ("tls", "udp") or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError(f"{url!r} is no collector: write tls://HOST:PORT or udp://HOST:PORT")
        port = parts.port or (TLS_PORT if parts.scheme == "tls" else UDP_PORT)
        if parts.scheme == "tls" and context is None:
            raise ValueError(f"{url!r} needs a TLS context")
        return cls(parts.scheme, parts.hostname, port, context)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.transport}://{host}:{self.port}"

    def connect(self) -> Connection:
        """Raises OSError."""
        if self.transport == "udp":
            return _Datagrams(self)
        return _Stream(self)


class _Stream:
    """TLS, kept open."""

    def __init__(self, collector: Collector) -> None:
        assert collector.context is not None, "Collector.parse asks for it"  # noqa: S101
        context = collector.context()
        plain = socket.create_connection((collector.host, collector.port), timeout=collector.timeout)
        try:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                # a collector that vanished without a word is noticed after so many milliseconds
                plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 30_000)
            self._socket = context.wrap_socket(plain, server_hostname=collector.host)
        except BaseException:
            plain.close()
            raise
        self._timeout = collector.timeout

    def send(self, message: bytes) -> None:
        self._socket.sendall(write_frame(message))

    def alive(self) -> bool:
        self._socket.setblocking(False)
        try:
            while self._socket.recv(4096):
                pass  # a collector has nothing to say
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            self._socket.settimeout(self._timeout)
            return True
        except OSError:
            return False
        return False

    def acknowledged(self) -> bool:
        try:
            unsent = fcntl.ioctl(self._socket.fileno(), termios.TIOCOUTQ, b"\0" * 4)
        except OSError:
            return True  # not a system that tells
        return not int.from_bytes(unsent, sys.byteorder)

    def finish(self) -> bool:
        # RFC 5425 4.4: close_notify, and the other side's; only after it was everything read. OpenSSL takes a fatal
        # alert for it, too: but who refused our certificate left what we sent unread, and so resets the connection.
        try:
            self._socket.settimeout(min(self._timeout, 3.0))
            return self._socket.unwrap().recv(1) == b""
        except OSError:
            return False
        finally:
            self._socket.close()


class _Datagrams:
    """UDP: nobody knows whether anything arrives."""

    def __init__(self, collector: Collector) -> None:
        family, kind, protocol, _, address = socket.getaddrinfo(collector.host, collector.port, type=socket.SOCK_DGRAM)[
            0
        ]
        self._socket = socket.socket(family, kind, protocol)
        self._socket.connect(address)

    def send(self, message: bytes) -> None:
        self._socket.send(message[:LONGEST_DATAGRAM])

    def alive(self) -> bool:
        # a port that nobody listens on is told by ICMP, as an error of the next call
        readable, _, _ = select.select([self._socket], [], [], 0)
        if not readable:
            return True
        try:
            self._socket.recv(4096, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True

    def acknowledged(self) -> bool:
        return True

    def finish(self) -> bool:
        self._socket.close()
        return True
