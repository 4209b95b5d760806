"""Who is at the other end: the client of the TLS connection, or whom the proxy on the private socket names.

`X-SSL-Client-Cert` is a claim that anybody can write. Only a proxy on the private unix socket is believed; over TCP a
message that carries it is refused, as its sender expects something that will not happen.
"""

import socket
import ssl
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote

from soap.faults import Fault
from soap.message import Peer

CERTIFICATE: Final = "HTTP_X_SSL_CLIENT_CERT"
VERDICT: Final = "HTTP_X_SSL_CLIENT_VERIFY"
ADDRESS: Final = "HTTP_X_REAL_IP"
PASSED: Final = "SUCCESS"
"""`$ssl_client_verify` of nginx."""


def peer_of(environ: dict[str, Any]) -> Peer:
    """Address and TLS client certificate. Raises `Fault`."""
    connection = environ.get("gunicorn.socket")
    if is_private(connection):
        return Peer(environ.get(ADDRESS, ""), _named(environ))
    if CERTIFICATE in environ:
        raise Fault(
            "Sender",
            "the header X-SSL-Client-Cert is not accepted on this connection: show the certificate in the TLS "
            "handshake; a proxy must use the socket of the setting private-socket",
        )
    return Peer(environ.get("REMOTE_ADDR") or "", getattr(connection, "certificate", None))


def is_private(connection: Any) -> bool:
    """Whether this is a connection of the unix socket."""
    return getattr(connection, "family", None) == socket.AF_UNIX


def scheme_of(environ: dict[str, Any]) -> str:
    """`https` where the client speaks TLS, with us or with the proxy."""
    connection = environ.get("gunicorn.socket")
    return "https" if isinstance(connection, ssl.SSLSocket) else str(environ["wsgi.url_scheme"])


def _named(environ: dict[str, Any]) -> bytes | None:
    """The certificate that the proxy has verified."""
    text = environ.get(CERTIFICATE, "")
    if not text:
        return None
    if environ.get(VERDICT) != PASSED:
        raise Fault("Sender", "the proxy has not verified the client certificate (X-SSL-Client-Verify)")
    return _der(text)


@lru_cache(maxsize=256)
def _der(text: str) -> bytes:
    """DER of `$ssl_client_escaped_cert`: PEM, percent-encoded."""
    pem = unquote(text)
    try:
        if pem.count("-----BEGIN") != 1:
            raise ValueError("not one certificate")
        return ssl.PEM_cert_to_DER_cert(pem)
    except ValueError:
        raise Fault("Sender", "X-SSL-Client-Cert holds no certificate in PEM, percent-encoded, or several") from None
