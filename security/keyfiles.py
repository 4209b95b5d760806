"""Private keys and certificates in files: PEM and PKCS#12, readable by their owner alone."""

import os
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from security.issuing import CertifiedKey, PrivateKey

_ROUNDS: Final = 2048
"""Of the password's derivation: these files hold test keys, and thirty of them are written at once."""


class KeyFileError(ValueError):
    """A file does not hold the key or the certificate that it should; says which file and what to do."""


def write_private(path: Path, content: bytes) -> None:
    """Writes a file that only its owner can read, in one step: nobody sees half of it, or sees it open."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    beside.replace(path)


def key_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def certificates_pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(certificate.public_bytes(serialization.Encoding.PEM) for certificate in certificates)


def pkcs12_bytes(name: str, certified: CertifiedKey, password: str) -> bytes:
    """The key, its certificate and the chain, under the friendly name `name`."""
    encryption = (
        serialization.PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(_ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(password.encode())
    )
    return pkcs12.serialize_key_and_certificates(
        name.encode(), certified.key, certified.certificate, certified.chain, encryption
    )


def read_pkcs12(path: Path, password: str | None) -> CertifiedKey:
    """Raises `KeyFileError`."""
    secret = password.encode() if password else None
    try:
        key, certificate, chain = pkcs12.load_key_and_certificates(path.read_bytes(), secret)
    except ValueError:
        raise KeyFileError(f"{path}: not PKCS#12, or the password does not open it") from None
    if key is None or certificate is None:
        raise KeyFileError(f"{path}: holds no private key with its certificate")
    return CertifiedKey(certificate, _usable(key, path), tuple(chain))


def read_pem(certificates: Path, key: Path, password: str | None = None) -> CertifiedKey:
    """The key in one file; its certificate, then those above it, in the other. Raises `KeyFileError`."""
    try:
        found = x509.load_pem_x509_certificates(certificates.read_bytes())
    except ValueError:
        raise KeyFileError(f"{certificates}: holds no PEM certificate") from None
    certified = CertifiedKey(found[0], read_key(key, password), tuple(found[1:]))
    if certified.key.public_key() != certified.certificate.public_key():
        raise KeyFileError(f"{key}: is not the key of the first certificate in {certificates}")
    return certified


def read_key(path: Path, password: str | None = None) -> PrivateKey:
    """Raises `KeyFileError`."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password.encode() if password else None)
    except (ValueError, TypeError):
        raise KeyFileError(f"{path}: holds no PEM private key, or the password does not open it") from None
    return _usable(key, path)


def _usable(key: object, path: Path) -> PrivateKey:
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise KeyFileError(f"{path}: the key is of a kind that signs neither tokens nor TLS here; use RSA or P-256")
    return key
