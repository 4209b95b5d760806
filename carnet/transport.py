"""Trust and TLS of one server, made from the settings; both follow their files without a restart."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from carnet.config import ConfigurationError
from carnet.connection import TlsConnection
from carnet.settings import Settings
from security.certificates import LiveTrust, Online, TrustStoreError
from security.keyfiles import KeyFileError
from security.tls import HandshakeRefused, ServerTls


@dataclass(frozen=True, slots=True)
class Transport:
    """What stands between a client and the services."""

    trust: LiveTrust | None = None
    """Who is believed; None: nobody is asked."""
    tls: ServerTls | None = None
    """None: plain HTTP, or a proxy that ends TLS."""

    def close(self) -> None:
        if self.tls is not None:
            self.tls.close()
        if self.trust is not None:
            self.trust.close()


def transport_of(settings: Settings, refused: Callable[[HandshakeRefused], None] | None = None) -> Transport:
    """Reads the files now. `refused` is told each handshake that failed. Raises `ConfigurationError`."""
    trust = None
    if settings.trust is not None:
        try:
            trust = LiveTrust(settings.trust, online=_responder(settings), failed=_not_read_again)
        except (TrustStoreError, OSError) as error:
            raise ConfigurationError(f"--trust {settings.trust}: {error}") from None
        for problem in trust.value.problems:
            structlog.get_logger().warning("revocation list left out", problem=problem)
    if settings.tls_cert is None or settings.tls_key is None:
        return Transport(trust)

    def told(refusal: HandshakeRefused) -> None:
        structlog.get_logger().warning(
            "TLS handshake refused", peer=refusal.address, reason=str(refusal.reason), detail=refusal.detail
        )
        if refused is not None:
            refused(refusal)

    try:
        tls = ServerTls(
            settings.tls_cert,
            settings.tls_key,
            trust,
            refused=told,
            failed=_not_read_again,
            socket_class=TlsConnection,
        )
    except (KeyFileError, OSError) as error:
        raise ConfigurationError(f"--tls-cert: {error}") from None
    return Transport(trust, tls)


def _responder(settings: Settings) -> Online | None:
    if not settings.ocsp:
        return None
    from security.ocsp import OcspClient

    return OcspClient()


def _not_read_again(error: Exception) -> None:
    structlog.get_logger().error("certificates could not be read again: the last good ones stay", reason=str(error))
