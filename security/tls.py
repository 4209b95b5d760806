"""The server's side of TLS: each connection is shaken by the context of the moment, in little time, or refused."""

import contextlib
import select
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from security.certificates import CertificateRefused, LiveTrust, Reason, TrustStore, Usage
from security.tlscontexts import client_context, read_server_key, server_context
from security.watching import INTERVAL, FileState, Watched, state_of

__all__ = ["HandshakeRefused", "ServerTls", "client_context"]

HANDSHAKE_SECONDS: Final = 3.0
_PARTING_SECONDS: Final = 0.2
_PIECE: Final = 16 << 10

_REASONS: Final = {
    2: Reason.UNKNOWN_ISSUER,
    3: Reason.CRL_MISSING,
    9: Reason.NOT_YET_VALID,
    10: Reason.EXPIRED,
    11: Reason.CRL_STALE,
    12: Reason.CRL_STALE,
    18: Reason.SELF_SIGNED,
    19: Reason.UNKNOWN_ISSUER,
    20: Reason.UNKNOWN_ISSUER,
    21: Reason.UNKNOWN_ISSUER,
    23: Reason.REVOKED,
    26: Reason.WRONG_USAGE,
}
"""OpenSSL's X509_V_ERR codes → ours."""


class HandshakeRefused(ConnectionError):
    """A client did not get in; its connection is closed already. For the log and the audit trail."""

    def __init__(self, address: str, reason: str, detail: str, certificate: bytes | None) -> None:
        super().__init__(f"TLS with {address} refused: {reason}: {detail}")
        self.address = address
        self.reason = reason
        """A `security.refusals.Reason`, or `no-certificate`, `timeout`, `closed`, `protocol`."""
        self.detail = detail
        self.certificate = certificate
        """DER of what the client showed, when it was seen at all."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """What decides a handshake, together: never an old context with a new trust store."""

    context: ssl.SSLContext
    trust: TrustStore | None


class ServerTls:
    """Wraps accepted connections. May be used from many threads, and made before a fork.

    The context is made again when the certificate, the key or the trust store changes; connections that stand keep
    theirs. OpenSSL checks chain, dates, key usage and lists during the handshake; the trust store checks the client's
    certificate once more after it, by the same rules as everywhere else: OpenSSL lets a certificate without
    ExtendedKeyUsage pass, and a session that is resumed is not looked at again.
    """

    def __init__(
        self,
        certificate: Path,
        key: Path,
        trust: LiveTrust | None = None,
        *,
        timeout: float = HANDSHAKE_SECONDS,
        refused: Callable[[HandshakeRefused], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        interval: float = INTERVAL,
        socket_class: type[ssl.SSLSocket] = ssl.SSLSocket,
    ) -> None:
        """Reads the files at once and raises `KeyFileError` or OSError.

        `refused` is told each handshake that failed, `failed` what went wrong when files were read again (the last good
        ones stay in use). `timeout`: seconds for a whole handshake.
        """
        self._certificate, self._key, self._trust = certificate, key, trust
        self._timeout, self._refused, self._socket_class = timeout, refused, socket_class
        self._moments = Watched(self._load, self._state, interval=interval, failed=failed)

    def wrap(self, accepted: socket.socket, address: str | None = None) -> ssl.SSLSocket:
        """The connection after its handshake, blocking, without a time limit; call it in a worker thread.

        Takes `accepted` over: it is empty afterwards, whatever happens. Raises `HandshakeRefused`.
        """
        moment = self._moments.current
        address = address or _address(accepted)
        connection: ssl.SSLSocket | None = None
        try:
            connection = moment.context.wrap_socket(
                accepted, server_side=True, do_handshake_on_connect=False, suppress_ragged_eofs=True
            )
            _shake(connection, time.monotonic() + self._timeout)
            if moment.trust is not None:
                moment.trust.validate(_shown(connection), Usage.AUTH, at=datetime.now(UTC))
            connection.settimeout(None)
        except (OSError, ValueError, CertificateRefused) as error:  # ValueError: the socket was closed under our hands
            raise self._refuse(address, error, connection or accepted) from None
        return connection

    def refresh(self) -> bool:
        """Looks at the files now; whether a new context is in use."""
        return self._moments.refresh()

    def close(self) -> None:
        """Stops looking at the files."""
        self._moments.close()
        if self._trust is not None:
            self._trust.close()

    def _state(self) -> tuple[tuple[FileState, ...], TrustStore | None]:
        if self._trust is not None:
            self._trust.refresh()
        return state_of((self._certificate, self._key)), self._believed()

    def _believed(self) -> TrustStore | None:
        return None if self._trust is None else self._trust.value

    def _load(self) -> _Moment:
        trust = self._believed()
        context = server_context(read_server_key(self._certificate, self._key), trust)
        context.sslsocket_class = self._socket_class
        return _Moment(context, trust)

    def _refuse(self, address: str, error: Exception, connection: socket.socket) -> HandshakeRefused:
        reason, detail = _why(error)
        shown = connection.getpeercert(True) if isinstance(error, CertificateRefused) else None  # type: ignore[attr-defined]
        _part(connection)
        refusal = HandshakeRefused(address, reason, detail, shown)
        if self._refused is not None:
            self._refused(refusal)
        return refusal


def _shake(connection: ssl.SSLSocket, deadline: float) -> None:
    """The handshake, whole before `deadline`: a client that sends a byte a second has the same time as a silent one."""
    connection.setblocking(False)
    poll = select.poll()
    while True:
        try:
            connection.do_handshake()
        except ssl.SSLWantReadError:
            awaited = select.POLLIN
        except ssl.SSLWantWriteError:
            awaited = select.POLLOUT
        else:
            return
        left = deadline - time.monotonic()
        poll.register(connection, awaited)
        if left <= 0 or not poll.poll(left * 1000):
            raise TimeoutError("the handshake took too long")


def _part(connection: socket.socket) -> None:
    """Closes so that the client reads why: closing on what he still sends would destroy the alert on its way."""
    with connection, contextlib.suppress(OSError, ValueError):
        connection.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + _PARTING_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            connection.settimeout(left)
            if not connection.recv(_PIECE):
                return


def _shown(connection: ssl.SSLSocket) -> bytes:
    shown = connection.getpeercert(binary_form=True)
    if shown is None:
        raise CertificateRefused(Reason.MALFORMED, "the handshake ended without a certificate to look at")
    return shown


def _why(error: Exception) -> tuple[str, str]:
    if isinstance(error, CertificateRefused):
        return error.reason, error.detail
    if isinstance(error, TimeoutError):
        return "timeout", str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return _REASONS.get(error.verify_code, Reason.BAD_CHAIN), error.verify_message
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError) or not isinstance(error, ssl.SSLError):
        return "closed", "the client went away during the handshake"
    if error.reason == "PEER_DID_NOT_RETURN_A_CERTIFICATE":
        return "no-certificate", "the client showed no certificate"
    return "protocol", error.reason or str(error)


def _address(accepted: socket.socket) -> str:
    try:
        return str(accepted.getpeername()[0])
    except (OSError, IndexError):
        return "unknown"
