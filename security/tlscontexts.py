"""TLS contexts: TLS 1.2 and 1.3, few suites, certificates on both sides, revocation lists.

Suites for TLS 1.2: PDT-INF-579 v4, and their ECDSA twins for keys on P-256. TLS 1.3 has only good ones.
"""

import os
import secrets
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import Encoding

from security.certificates import TrustStore, Usage
from security.issuing import CertifiedKey
from security.keyfiles import KeyFileError, certificates_pem, read_pem

SUITES: Final = (
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "ECDHE-RSA-AES256-SHA384",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
)


def server_context(own: CertifiedKey, trust: TrustStore | None) -> ssl.SSLContext:
    """For a server. With a trust store a client must show a certificate of it; without, nobody is asked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _harden(context)
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
    present(context, own)
    if trust is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        # Where a responder may stand in for a list, or a peer needs none, only the check after the handshake can tell.
        lists = trust.lists_required and trust.online is None and not trust.peers
        _believe(context, trust, Usage.AUTH, lists=lists)
        if trust.peers:
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            context.load_verify_locations(cadata=certificates_pem(*trust.peers).decode())
    return context


def client_context(trust: TrustStore, own: CertifiedKey | None = None) -> ssl.SSLContext:
    """For a client, which checks the server's name; `own` is what it shows when it is asked.

    A context does not follow the files: make another when the trust store changes.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _harden(context)
    if own is not None:
        present(context, own)
    _believe(context, trust, Usage.SERVER, lists=trust.lists_required)
    return context


def read_server_key(certificate: Path, key: Path) -> CertifiedKey:
    """The server's certificate, those above it, and its key, in PEM. Raises `KeyFileError`."""
    try:
        return read_pem(certificate, key)
    except OSError as error:
        raise KeyFileError(
            f"{error.filename}: {error.strerror}; carnet pki init makes a test server.pem and key"
        ) from None


def _harden(context: ssl.SSLContext) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(":".join(SUITES))
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    context.verify_flags |= ssl.VERIFY_X509_STRICT


def present(context: ssl.SSLContext, own: CertifiedKey) -> None:
    """Makes `own` what the context shows to the other side."""
    # OpenSSL reads from files only: the key goes there encrypted, under a password that never leaves this function.
    password = secrets.token_hex(32)
    key = own.key.private_bytes(
        Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password.encode()),
    )
    with _temporary(certificates_pem(own.certificate, *own.chain)) as chain, _temporary(key) as sealed:
        context.load_cert_chain(chain, sealed, password)


def _believe(context: ssl.SSLContext, trust: TrustStore, usage: Usage, *, lists: bool) -> None:
    pem = certificates_pem(*trust.anchors[usage], *trust.intermediates[usage])
    if lists:
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
        pem += b"".join(held.crl.public_bytes(Encoding.PEM) for held in trust.lists.all())
    with _temporary(pem) as path:
        context.load_verify_locations(path)


@contextmanager
def _temporary(content: bytes) -> Iterator[str]:
    descriptor, path = tempfile.mkstemp()  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        yield path
    finally:
        os.unlink(path)
