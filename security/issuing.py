"""Make test certificates and revocation lists: the building blocks of a test authority.

Nothing here is fit for a real authority: keys are made in memory and nobody checks who asks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

BACKDATED: Final = timedelta(hours=1)
"""How long before its making a list starts to hold: clocks differ."""

_KEY_USAGES: Final = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


class KeyKind(StrEnum):
    """What keys are made of."""

    RSA = "rsa"
    """RSA, 2048 bits: what the cards and the structures hold."""
    P256 = "p256"
    """The curve P-256: made a hundred times faster."""


def new_key(kind: KeyKind = KeyKind.RSA) -> PrivateKey:
    if kind is KeyKind.P256:
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a certificate says its key may be used for."""

    key_usage: frozenset[str]
    """Bits of KeyUsage (RFC 5280 4.2.1.3) as `cryptography` names them."""
    extended: tuple[x509.ObjectIdentifier, ...] = ()
    """ExtendedKeyUsage; empty: the extension is absent."""


AUTHENTICATION: Final = Purpose(frozenset({"digital_signature"}), (ExtendedKeyUsageOID.CLIENT_AUTH,))
SIGNATURE: Final = Purpose(frozenset({"content_commitment"}), (ExtendedKeyUsageOID.EMAIL_PROTECTION,))
SEAL: Final = Purpose(frozenset({"digital_signature", "content_commitment"}), (ExtendedKeyUsageOID.EMAIL_PROTECTION,))
SERVER: Final = Purpose(frozenset({"digital_signature", "key_encipherment"}), (ExtendedKeyUsageOID.SERVER_AUTH,))
_AUTHORITY: Final = Purpose(frozenset({"key_cert_sign", "crl_sign"}))


@dataclass(frozen=True, slots=True)
class Validity:
    start: datetime
    end: datetime

    @classmethod
    def around(cls, at: datetime, *, days: int) -> "Validity":
        """From a day before `at` until `days` after it."""
        return cls(at - timedelta(days=1), at + timedelta(days=days))


@dataclass(frozen=True, slots=True)
class CertifiedKey:
    """A private key, its certificate, and the certificates of the authorities above it."""

    certificate: x509.Certificate
    key: PrivateKey
    chain: tuple[x509.Certificate, ...] = ()
    """Nearest authority first; the root is left out."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a certificate shall say."""

    subject: x509.Name
    purpose: Purpose
    validity: Validity
    extensions: tuple[x509.ExtensionType, ...] = ()
    """Further ones, none of them critical."""
    crl_url: str | None = None


@dataclass(frozen=True, slots=True)
class Issuer:
    """An authority that issues certificates and revocation lists."""

    certified: CertifiedKey
    is_root: bool = False

    @property
    def certificate(self) -> x509.Certificate:
        return self.certified.certificate

    @classmethod
    def root(cls, subject: x509.Name, validity: Validity, key: PrivateKey) -> "Issuer":
        """A self-signed authority."""
        request = Request(subject, _AUTHORITY, validity)
        return cls(CertifiedKey(_sign(request, key, subject, key, ca=True), key), is_root=True)

    def authority(self, subject: x509.Name, validity: Validity, key: PrivateKey) -> "Issuer":
        """An authority under this one, which may issue certificates but no further authority."""
        request = Request(subject, _AUTHORITY, validity)
        return Issuer(self._certify(request, key, ca=True))

    def issue(self, request: Request, key: PrivateKey) -> CertifiedKey:
        return self._certify(request, key, ca=False)

    def _certify(self, request: Request, key: PrivateKey, *, ca: bool) -> CertifiedKey:
        certificate = _sign(request, key, self.certificate.subject, self.certified.key, ca=ca)
        chain = () if self.is_root else (self.certificate, *self.certified.chain)
        return CertifiedKey(certificate, key, chain)

    def crl(
        self,
        revoked: Mapping[int, datetime],
        *,
        at: datetime,
        days: int,
        number: int = 1,
        critical: Sequence[x509.ExtensionType] = (),
    ) -> x509.CertificateRevocationList:
        """A list of the serial numbers `revoked`, each since when; holds from an hour before `at` for `days` after.

        `critical` adds extensions that a reader must know (RFC 5280 5.2).
        """
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(at - BACKDATED)
            .next_update(at + timedelta(days=days))
            .add_extension(_key_identifier_of(self.certificate), critical=False)
            .add_extension(x509.CRLNumber(number), critical=False)
        )
        for extension in critical:
            builder = builder.add_extension(extension, critical=True)
        for serial, since in sorted(revoked.items()):
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since).build()
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(self.certified.key, hashes.SHA256())


def self_signed(request: Request, key: PrivateKey) -> CertifiedKey:
    """A certificate that nobody but its holder vouches for."""
    return CertifiedKey(_sign(request, key, request.subject, key, ca=False), key)


def _sign(
    request: Request, key: PrivateKey, issuer: x509.Name, issuer_key: PrivateKey, *, ca: bool
) -> x509.Certificate:
    purpose = request.purpose
    path_length = (1 if issuer == request.subject else 0) if ca else None
    builder = (
        x509.CertificateBuilder()
        .subject_name(request.subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(request.validity.start)
        .not_valid_after(request.validity.end)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=path_length), critical=True)
        .add_extension(
            x509.KeyUsage(**{bit: bit in purpose.key_usage for bit in _KEY_USAGES}),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if purpose.extended:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purpose.extended), critical=False)
    if request.crl_url:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(request.crl_url)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    for extension in request.extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _key_identifier_of(certificate: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
