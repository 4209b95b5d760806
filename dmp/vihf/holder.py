"""Whose certificate it is: what the certificates of cards and structures say of their holder."""

from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from cryptography.x509.oid import ObjectIdentifier

from dmp.identifiers import IdentifierError, PsIdNat
from security.certificates import ValidatedCertificate
from security.names import DistinguishedName

_CN, _SN, _GN, _O, _OU = "2.5.4.3", "2.5.4.4", "2.5.4.42", "2.5.4.10", "2.5.4.11"
_PROFESSION = ObjectIdentifier("1.2.250.1.71.1.2.7")
_SAVOIR_FAIRE = ObjectIdentifier("1.2.250.1.71.4.2.5")
_PERSONS = "PERSONNES"
"""In the name of the authorities that certify cards: AC IGC-SANTE ELEMENTAIRE PERSONNES."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The holder of a certificate of IGC-Santé."""

    subject: DistinguishedName
    common_name: str
    """Of a card: PS_IdNat."""
    structure: str
    """OU of a structure, and of a card without a name (CPE): Struct_IdNat. Empty on the card of a professional."""
    family: str
    given: str
    profession: str
    """Code of TRE_G15 that the card states; empty where there is none."""
    savoir_faire: str
    commits: bool
    """KeyUsage has contentCommitment, once called nonRepudiation."""
    is_card: bool
    """A person's, and not a structure's."""

    @classmethod
    def of(cls, validated: ValidatedCertificate) -> "Holder":
        """The holder of a certificate that is believed; read once for each."""
        return _holder(validated.der)

    @classmethod
    def read(cls, certificate: x509.Certificate) -> "Holder":
        """What a certificate says; whether it is to be believed is not asked here."""
        subject = DistinguishedName.of(certificate.subject)
        common_name = _only(subject, _CN)
        issuer = " ".join(DistinguishedName.of(certificate.issuer).values(_CN))
        return cls(
            subject,
            common_name,
            _only(subject, _OU),
            _only(subject, _SN) or _only(subject, _O),
            _only(subject, _GN) or common_name.replace("/", "-"),  # DMP PDT-INF-617
            _integer(_private(certificate, _PROFESSION)),
            _string(_private(certificate, _SAVOIR_FAIRE)),
            _commits(certificate),
            _PERSONS in issuer or _is_person(common_name),
        )


@lru_cache(maxsize=1024)
def _holder(der: bytes) -> Holder:
    # By the bytes: they are one object as long as the trust store remembers them, and objects keep their hash.
    return Holder.read(x509.load_der_x509_certificate(der))


def _only(subject: DistinguishedName, oid: str) -> str:
    """The value of an attribute that is there once; with two of them nobody can say which is meant."""
    values = subject.values(oid)
    return values[0] if len(values) == 1 else ""


def _is_person(common_name: str) -> bool:
    try:
        PsIdNat.parse(common_name)
    except IdentifierError:
        return False
    return True


def _private(certificate: x509.Certificate, oid: ObjectIdentifier) -> bytes:
    try:
        value = certificate.extensions.get_extension_for_oid(oid).value
    except x509.ExtensionNotFound:
        return b""
    return value.value if isinstance(value, x509.UnrecognizedExtension) else b""


def _commits(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.content_commitment
    except x509.ExtensionNotFound:
        return False


def _integer(der: bytes) -> str:
    """DER INTEGER of one octet."""
    return str(der[2]) if len(der) == 3 and der[:2] == b"\x02\x01" else ""


def _string(der: bytes) -> str:
    """The UTF8String in a SEQUENCE of one."""
    short = len(der) > 4 and der[0] == 0x30 and der[2] == 0x0C and der[1] == der[3] + 2 and len(der) == der[1] + 2
    return der[4:].decode("utf-8", "replace") if short else ""
