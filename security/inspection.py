"""What a certificate shows by itself: whether it can be read, its dates, its usage, the strength of its keys."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from security.refusals import CertificateRefused, Reason
from security.usages import Usage, misuse

_LARGEST: Final = 8 << 10
"""Bytes of DER; a card's certificate has two thousand."""
_RSA_BITS: Final = 2048
_CURVES: Final = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_DIGEST_BYTES: Final = 32


def parse(der: bytes) -> x509.Certificate:
    """The certificate, read to its last extension; raises `CertificateRefused` (MALFORMED)."""
    if len(der) > _LARGEST:
        raise CertificateRefused(Reason.MALFORMED, f"a certificate of {len(der)} bytes; {_LARGEST} are read")
    try:
        parsed = x509.load_der_x509_certificate(der)
        # The library reads lazily: what is broken inside shows now and not in the middle of a check.
        _ = (parsed.subject, parsed.issuer, parsed.extensions, parsed.public_key())
    except Exception as error:  # noqa: BLE001 - hostile bytes; the library has an exception of its own for each defect
        raise CertificateRefused(Reason.MALFORMED, f"not a certificate that can be read: {error}") from None
    # The signature ends the DER, as a BIT STRING; one that claims unused bits is the same certificate in other bytes.
    if der[-len(parsed.signature) - 1] != 0:
        raise CertificateRefused(Reason.MALFORMED, "the signature is not a whole number of octets")
    return parsed


def check_alone(certificate: x509.Certificate, usage: Usage, at: datetime) -> None:
    """What the certificate says of itself; cheaper than the chain and clearer to read."""
    check_dates(certificate, at)
    fault = misuse(certificate, usage)
    if fault:
        raise CertificateRefused(Reason.WRONG_USAGE, f"{name_of(certificate)}: {fault}")


def check_dates(certificate: x509.Certificate, at: datetime) -> None:
    """It is in force."""
    if at > certificate.not_valid_after_utc:
        raise CertificateRefused(
            Reason.EXPIRED, f"{name_of(certificate)} expired on {certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC"
        )
    if at < certificate.not_valid_before_utc:
        raise CertificateRefused(
            Reason.NOT_YET_VALID,
            f"{name_of(certificate)} is valid from {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC only",
        )


def check_strength(chain: Sequence[x509.Certificate]) -> None:
    """The library holds authorities to a strength, but not always the certificate itself: all of them are looked at."""
    for certificate in chain:
        key = certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            strong = key.key_size >= _RSA_BITS
        else:
            strong = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES)
        if not strong:
            raise CertificateRefused(
                Reason.WEAK,
                f"{name_of(certificate)}: the key is neither RSA of {_RSA_BITS} bits nor on P-256, 384 or 521",
            )
    for certificate in chain[:-1]:  # an anchor is believed as it stands, its own signature proves nothing
        algorithm = certificate.signature_hash_algorithm
        if algorithm is None or algorithm.digest_size < _DIGEST_BYTES:
            raise CertificateRefused(
                Reason.WEAK, f"{name_of(certificate)} is signed with {algorithm.name if algorithm else 'no SHA-2'}"
            )


def issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """`authority` signed `certificate`; says nothing of dates, usage or the chain above."""
    try:
        certificate.verify_directly_issued_by(authority)
    except Exception:  # noqa: BLE001 - InvalidSignature, ValueError or TypeError: all of them mean no
        return False
    return True


def name_of(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string()
