"""Certificate revocation lists: read once, asked in microseconds, closed when stale."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from security.refusals import CertificateRefused, Reason

SKEW: Final = timedelta(minutes=5)
"""A list from an authority whose clock is ahead of ours by no more is in force."""
_SIGNING_KEYS: Final = (
    rsa.RSAPublicKey,
    ec.EllipticCurvePublicKey,
    dsa.DSAPublicKey,
    ed25519.Ed25519PublicKey,
    ed448.Ed448PublicKey,
)


class CrlUnusable(ValueError):
    """A list cannot serve: not readable, not signed by an authority of the store, or of a kind not understood."""


@dataclass(frozen=True, slots=True, eq=False)
class RevocationList:
    """What one authority revoked, as of `this_update`."""

    issuer: str
    this_update: datetime
    next_update: datetime
    serials: frozenset[int]
    crl: x509.CertificateRevocationList
    """Kept for the date of a revocation: looking there takes milliseconds, but only on a revoked certificate."""

    def stale(self, at: datetime) -> bool:
        return not self.this_update - SKEW <= at < self.next_update

    def revoked_since(self, serial: int) -> datetime | None:
        if serial not in self.serials:
            return None
        entry = self.crl.get_revoked_certificate_by_serial_number(serial)
        return entry.revocation_date_utc if entry else self.this_update


def read_crl(data: bytes, authorities: Iterable[x509.Certificate]) -> tuple[bytes, RevocationList]:
    """The list in `data` (DER or PEM) and the key (`authority_key`) of the authority that signed it.

    Raises `CrlUnusable`. RFC 5280 5.2: a list with a critical extension that is not understood, a delta list or a list
    for some certificates only (IssuingDistributionPoint) says nothing about the others, so it is not used.
    """
    try:
        crl = x509.load_pem_x509_crl(data) if data.lstrip()[:5] == b"-----" else x509.load_der_x509_crl(data)
        extensions = list(crl.extensions)
        next_update = crl.next_update_utc
        algorithm = crl.signature_hash_algorithm
        serials = frozenset(entry.serial_number for entry in crl)
    except Exception:  # noqa: BLE001 - the library has an exception of its own for each defect
        raise CrlUnusable("not a certificate revocation list in DER or PEM") from None
    issuer = crl.issuer.rfc4514_string()
    for extension in extensions:
        if extension.critical or isinstance(extension.value, x509.DeltaCRLIndicator):
            raise CrlUnusable(f"the list of {issuer} has the extension {extension.oid.dotted_string}, which narrows it")
    if algorithm is not None and algorithm.digest_size < 32:
        raise CrlUnusable(f"the list of {issuer} is signed with {algorithm.name}, which can be forged")
    if next_update is None:
        raise CrlUnusable(f"the list of {issuer} does not say when the next one comes")
    signer = next((each for each in authorities if each.subject == crl.issuer and _signed(crl, each)), None)
    if signer is None:
        raise CrlUnusable(f"the list of {issuer} is not signed by an authority of this trust store")
    return authority_key(signer), RevocationList(issuer, crl.last_update_utc, next_update, serials, crl)


class RevocationLists:
    """The lists of a trust store by authority; immutable."""

    def __init__(self, lists: Iterable[tuple[bytes, RevocationList]] = ()) -> None:
        """Of two lists of one authority the later counts."""
        self._lists: dict[bytes, RevocationList] = {}
        for key, each in lists:
            held = self._lists.get(key)
            if held is None or held.this_update < each.this_update:
                self._lists[key] = each

    def check(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> RevocationList:
        """The list that says `certificate` is not revoked at `at`.

        Raises `CertificateRefused`: REVOKED, CRL_MISSING, CRL_STALE (a stale list still revokes).
        """
        held = self._lists.get(authority_key(issuer))
        if held is None:
            name = issuer.subject.rfc4514_string()
            raise CertificateRefused(Reason.CRL_MISSING, f"there is no usable revocation list of {name}")
        since = held.revoked_since(certificate.serial_number)
        if since is not None:
            raise CertificateRefused(
                Reason.REVOKED,
                f"{certificate.subject.rfc4514_string()} (serial number {certificate.serial_number:x}) was revoked by"
                f" {held.issuer} on {since:%Y-%m-%d %H:%M} UTC",
            )
        if held.stale(at):
            raise CertificateRefused(
                Reason.CRL_STALE,
                f"the revocation list of {held.issuer} holds from {held.this_update:%Y-%m-%d %H:%M} to"
                f" {held.next_update:%Y-%m-%d %H:%M} UTC and was asked for {at:%Y-%m-%d %H:%M}",
            )
        return held

    def all(self) -> Sequence[RevocationList]:
        return tuple(self._lists.values())


def authority_key(certificate: x509.Certificate) -> bytes:
    """What a list belongs to: the name of an authority and its public key, however often that key was certified."""
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return sha256(certificate.subject.public_bytes() + spki).digest()


def _signed(crl: x509.CertificateRevocationList, authority: x509.Certificate) -> bool:
    try:
        usage = authority.extensions.get_extension_for_class(x509.KeyUsage).value
        key = authority.public_key()
    except (x509.ExtensionNotFound, ValueError, UnsupportedAlgorithm):
        return False
    return usage.crl_sign and isinstance(key, _SIGNING_KEYS) and crl.is_signature_valid(key)
