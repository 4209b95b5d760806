"""Algorithms by their URI: digests, and signature values checked with a public key."""

import hashlib
from binascii import a2b_base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from security.xmlsignature import names as n
from security.xmlsignature.refusals import Reason, SignatureRefused

_RSA_BITS: Final = 2048


class Scheme(Enum):
    """How a signature value is made."""

    PKCS1 = auto()
    """RSASSA-PKCS1-v1_5."""
    PSS = auto()
    """RSASSA-PSS, MGF1, salt as long as the digest."""
    ECDSA = auto()
    """r and s one after the other; XML Signature 1.1, 6.4.3."""


@dataclass(frozen=True, slots=True)
class SignatureMethod:
    scheme: Scheme
    hash: hashes.HashAlgorithm


SIGNATURE_METHODS: Final[Mapping[str, SignatureMethod]] = {
    n.RSA_SHA1: SignatureMethod(Scheme.PKCS1, hashes.SHA1()),  # noqa: S303 - what dmp-legacy is made of
    n.RSA_SHA256: SignatureMethod(Scheme.PKCS1, hashes.SHA256()),
    n.RSA_SHA384: SignatureMethod(Scheme.PKCS1, hashes.SHA384()),
    n.RSA_SHA512: SignatureMethod(Scheme.PKCS1, hashes.SHA512()),
    n.RSA_PSS_SHA256: SignatureMethod(Scheme.PSS, hashes.SHA256()),
    n.ECDSA_SHA256: SignatureMethod(Scheme.ECDSA, hashes.SHA256()),
    n.ECDSA_SHA384: SignatureMethod(Scheme.ECDSA, hashes.SHA384()),
}
"""Those that are known at all; a profile allows some of them."""


_REMEMBERED: Final = 1024
_ders: Final[dict[int, tuple[x509.Certificate, bytes]]] = {}


def _sha1(data: bytes) -> "hashlib._Hash":
    return hashlib.sha1(data, usedforsecurity=False)


_DIGESTS: Final[Mapping[str, tuple[int, Callable[[bytes], "hashlib._Hash"]]]] = {
    n.SHA1: (20, _sha1),
    n.SHA256: (32, hashlib.sha256),
    n.SHA384: (48, hashlib.sha384),
    n.SHA512: (64, hashlib.sha512),
}
"""Bytes of the digest, and what makes it."""


def der_of(certificate: x509.Certificate) -> bytes:
    """DER of a certificate, remembered for those that sign again and for the authorities above them."""
    # By the object, which is held so that its id is nobody else's: to hash and compare certificates costs more.
    held = _ders.get(id(certificate))
    if held is None or held[0] is not certificate:
        if len(_ders) >= _REMEMBERED:
            _ders.clear()
        held = _ders[id(certificate)] = certificate, certificate.public_bytes(Encoding.DER)
    return held[1]


def digest(method: str, octets: bytes) -> bytes:
    """The digest of `octets`; `method` is one that the gate let through."""
    return _DIGESTS[method][1](octets).digest()


def digest_size(method: str) -> int:
    return _DIGESTS[method][0]


def decode(text: str | None, what: str) -> bytes:
    """xs:base64Binary, with white space anywhere; raises `SignatureRefused`."""
    text = text or ""
    try:
        octets = a2b_base64(text, strict_mode=True)
    except ValueError:  # most often the white space
        try:
            octets = a2b_base64("".join(text.split()), strict_mode=True)
        except ValueError:
            raise SignatureRefused(Reason.STRUCTURE, f"{what} is not base64") from None
    if not octets:
        raise SignatureRefused(Reason.STRUCTURE, f"{what} is empty")
    return octets


def check_value(certificate: x509.Certificate, method: str, value: bytes, octets: bytes) -> None:
    """Raises `SignatureRefused` unless `value` is the signature of `octets` with the certificate's key."""
    wanted = SIGNATURE_METHODS[method]
    key = certificate.public_key()
    try:
        if wanted.scheme is Scheme.ECDSA:
            _check_ecdsa(key, wanted.hash, value, octets)
        else:
            _check_rsa(key, wanted, value, octets)
    except InvalidSignature:
        raise SignatureRefused(
            Reason.VALUE, f"SignatureValue is not that of {certificate.subject.rfc4514_string()} over this SignedInfo"
        ) from None


def _check_rsa(key: Any, wanted: SignatureMethod, value: bytes, octets: bytes) -> None:
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _RSA_BITS:
        raise SignatureRefused(Reason.ALGORITHM, f"an RSA method; the certificate's key is not RSA of {_RSA_BITS} bits")
    scheme: padding.AsymmetricPadding = padding.PKCS1v15()
    if wanted.scheme is Scheme.PSS:
        scheme = padding.PSS(padding.MGF1(wanted.hash), wanted.hash.digest_size)
    key.verify(value, octets, scheme, wanted.hash)


def _check_ecdsa(key: Any, hash_: hashes.HashAlgorithm, value: bytes, octets: bytes) -> None:
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise SignatureRefused(Reason.ALGORITHM, "an ECDSA method; the certificate's key is of another kind")
    half = (key.key_size + 7) // 8
    if len(value) != 2 * half:
        raise SignatureRefused(Reason.VALUE, f"SignatureValue has {len(value)} bytes; r and s take {2 * half}")
    der = encode_dss_signature(int.from_bytes(value[:half]), int.from_bytes(value[half:]))
    key.verify(der, octets, ec.ECDSA(hash_))
