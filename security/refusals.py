"""Why a certificate is not believed: the word for programs, the sentence for the log."""

from enum import StrEnum


class Reason(StrEnum):
    """One word for each way to be refused."""

    MALFORMED = "malformed"
    """Not a certificate that can be read, or one too large."""
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    WRONG_USAGE = "wrong-usage"
    """KeyUsage, ExtendedKeyUsage or BasicConstraints do not allow what it was used for."""
    SELF_SIGNED = "self-signed"
    UNKNOWN_ISSUER = "unknown-issuer"
    """No authority of the trust store signed it, whatever name it gives."""
    BAD_CHAIN = "bad-chain"
    """An authority above it, its key, an algorithm or an extension breaks a rule of RFC 5280."""
    WEAK = "weak"
    """A key or a signature algorithm of the chain can be broken."""
    REVOKED = "revoked"
    ISSUER_REVOKED = "issuer-revoked"
    CRL_MISSING = "crl-missing"
    CRL_STALE = "crl-stale"
    OCSP_UNUSABLE = "ocsp-unusable"
    """The responder did not answer, or answered nothing that can be believed."""


class CertificateRefused(Exception):
    """A certificate is not believed. `detail` is for the log; the client is told nothing of it."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
