"""Whose certificate counts: that of the TLS connection, or what a proxy says on the unix socket, and nothing else."""

import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cryptography import x509

from carnet.peers import peer_of
from security.keyfiles import read_pem
from soap.faults import Fault


def environ(connection: Any, **headers: str) -> dict[str, Any]:
    return {"gunicorn.socket": connection, "REMOTE_ADDR": "192.0.2.7", "wsgi.url_scheme": "http", **headers}


@pytest.fixture
def proxied(pki: Path) -> dict[str, str]:
    end = "-----END CERTIFICATE-----\n"
    pem = (pki / "identities" / "doctor-auth.pem").read_text().partition(end)[0] + end
    return {"HTTP_X_SSL_CLIENT_CERT": quote(pem), "HTTP_X_SSL_CLIENT_VERIFY": "SUCCESS", "HTTP_X_REAL_IP": "192.0.2.9"}


def test_a_proxy_on_the_unix_socket_names_the_client(proxied: dict[str, str], pki: Path) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        peer = peer_of(environ(ours, **proxied))
    own = read_pem(pki / "identities" / "doctor-auth.pem", pki / "identities" / "doctor-auth.key")
    assert peer.address == "192.0.2.9"
    assert peer.certificate is not None
    assert x509.load_der_x509_certificate(peer.certificate) == own.certificate


def test_over_tcp_nobody_names_anybody(proxied: dict[str, str]) -> None:
    with socket.socket() as connection, pytest.raises(Fault, match="is not accepted on this connection"):
        peer_of(environ(connection, **proxied))
    with socket.socket() as connection:
        del proxied["HTTP_X_SSL_CLIENT_CERT"]
        peer = peer_of(environ(connection, **proxied))
    assert peer.certificate is None
    assert peer.address == "192.0.2.7"


@pytest.mark.parametrize("verdict", [None, "", "NONE", "FAILED:certificate has expired", "success"])
def test_what_the_proxy_did_not_verify_does_not_count(proxied: dict[str, str], verdict: str | None) -> None:
    if verdict is None:
        del proxied["HTTP_X_SSL_CLIENT_VERIFY"]
    else:
        proxied["HTTP_X_SSL_CLIENT_VERIFY"] = verdict
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs, pytest.raises(Fault, match="has not verified"):
        peer_of(environ(ours, **proxied))


@pytest.mark.parametrize("header", ["x", "", "-----BEGIN CERTIFICATE-----", "two"])
def test_what_is_not_one_certificate_is_refused(proxied: dict[str, str], header: str) -> None:
    known = proxied["HTTP_X_SSL_CLIENT_CERT"]
    proxied["HTTP_X_SSL_CLIENT_CERT"] = known + known if header == "two" else header
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        if not header:
            assert peer_of(environ(ours, **proxied)).certificate is None
            return
        with pytest.raises(Fault, match="holds no certificate"):
            peer_of(environ(ours, **proxied))
