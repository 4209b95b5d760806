"""What a certificate may be used for: the policies on KeyUsage and ExtendedKeyUsage."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeVar

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy

T = TypeVar("T", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True)
class UsagePolicy:
    key_usage: tuple[str, ...]
    """Bits of KeyUsage as `cryptography` names them; one of them at least."""
    extended: tuple[ObjectIdentifier, ...]
    """Values of ExtendedKeyUsage; one of them at least."""
    extended_required: bool
    """A certificate without ExtendedKeyUsage is refused."""


class Usage(Enum):
    """For what purpose a certificate is shown."""

    AUTH = UsagePolicy(("digital_signature",), (ExtendedKeyUsageOID.CLIENT_AUTH,), extended_required=True)
    """To open a TLS connection as its client."""
    SIGN = UsagePolicy(("content_commitment",), (ExtendedKeyUsageOID.EMAIL_PROTECTION,), extended_required=False)
    """To sign as a person, or as whoever signs documents for good."""
    SEAL = UsagePolicy(
        ("digital_signature", "content_commitment"),
        (ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION),
        extended_required=False,
    )
    """To sign as a structure."""
    SERVER = UsagePolicy(
        ("digital_signature", "key_encipherment"), (ExtendedKeyUsageOID.SERVER_AUTH,), extended_required=True
    )
    """To open a TLS connection as its server."""


def misuse(certificate: x509.Certificate, usage: Usage) -> str | None:
    """What in the certificate forbids this usage; None when it is allowed. Raises ValueError on broken extensions."""
    extensions = certificate.extensions
    basic = _find(extensions, x509.BasicConstraints)
    if basic is not None and basic.ca:
        return "it is the certificate of an authority"
    return _key_misuse(_find(extensions, x509.KeyUsage), usage) or _extended_misuse(
        _find(extensions, x509.ExtendedKeyUsage), usage
    )


def end_entity_policy(usage: Usage) -> ExtensionPolicy:
    """The same demands as `misuse`, made again by the library while it builds the chain."""

    def key_usage(_policy: Policy, _certificate: x509.Certificate, value: x509.KeyUsage) -> None:
        _refuse(_key_misuse(value, usage))

    def extended(_policy: Policy, _certificate: x509.Certificate, value: x509.ExtendedKeyUsage | None) -> None:
        _refuse(_extended_misuse(value, usage))

    def basic(_policy: Policy, _certificate: x509.Certificate, value: x509.BasicConstraints | None) -> None:
        if value is not None and value.ca:
            raise ValueError("it is the certificate of an authority")

    return (
        ExtensionPolicy.permit_all()
        .require_present(x509.KeyUsage, Criticality.AGNOSTIC, key_usage)
        .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, extended)
        .may_be_present(x509.BasicConstraints, Criticality.AGNOSTIC, basic)
    )


_EXTENDED: Final = {
    ExtendedKeyUsageOID.CLIENT_AUTH: "clientAuth",
    ExtendedKeyUsageOID.SERVER_AUTH: "serverAuth",
    ExtendedKeyUsageOID.EMAIL_PROTECTION: "emailProtection",
    ExtendedKeyUsageOID.CODE_SIGNING: "codeSigning",
    ExtendedKeyUsageOID.OCSP_SIGNING: "OCSPSigning",
    ExtendedKeyUsageOID.TIME_STAMPING: "timeStamping",
}
_BITS: Final = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
)


def _key_misuse(value: x509.KeyUsage | None, usage: Usage) -> str | None:
    if value is None:
        return "it has no KeyUsage"
    bits = [bit for bit in _BITS if getattr(value, bit)]
    if not set(bits) & set(usage.value.key_usage):
        return f"KeyUsage is {_listed(bits)}; {usage.name} needs {' | '.join(usage.value.key_usage)}"
    return None


def _extended_misuse(value: x509.ExtendedKeyUsage | None, usage: Usage) -> str | None:
    wanted = usage.value.extended
    if value is None:
        return (
            f"it has no ExtendedKeyUsage; {usage.name} needs {_written(wanted)}"
            if usage.value.extended_required
            else None
        )
    if not set(value) & set(wanted):
        return f"ExtendedKeyUsage is {_written(value)}; {usage.name} needs {_written(wanted)}"
    return None


def _written(oids: Iterable[ObjectIdentifier]) -> str:
    return _listed([_EXTENDED.get(oid, oid.dotted_string) for oid in oids])


def _listed(words: list[str]) -> str:
    return ", ".join(words) or "empty"


def _refuse(fault: str | None) -> None:
    if fault:
        raise ValueError(fault)


def _find(extensions: x509.Extensions, kind: type[T]) -> T | None:
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
