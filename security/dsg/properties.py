"""The signed properties of XAdES: who, when, under which policy. Read from what was signed, never from the message."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Final

from cryptography import x509
from lxml import etree

from security.dsg.policies import Clock, SetPolicy
from security.names import DistinguishedName, DistinguishedNameError
from security.xmlsignature.algorithms import decode, der_of, digest
from security.xmlsignature.names import DS
from security.xmlsignature.refusals import Reason, SignatureRefused

# XML Schema Part 2 3.2.7; a time without its zone cannot be placed
_DATE_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", re.ASCII)


_MOST_COMMITMENTS: Final = 18
"""As many as there are purposes. # ITI TF-3 Table 5.5.2-1"""


@dataclass(frozen=True, slots=True)
class SignedProperties:
    signing_time: datetime
    """UTC."""
    policy: str | None
    """`implied`, the policy's identifier, or none."""
    purposes: tuple[str, ...]
    """Identifiers of the commitments, where the signature itself says what it is for (XAdES 1.3.2)."""


def read_properties(
    element: etree._Element, policy: SetPolicy, certificate: x509.Certificate, clock: Clock, now: datetime
) -> SignedProperties:
    """Reads them and holds them to the signer's certificate, the clock and the policy. Raises `SignatureRefused`."""
    xades = f"{{{policy.xades}}}"
    properties = _one(element, f"{xades}SignedSignatureProperties")
    time = _signing_time(_one(properties, f"{xades}SigningTime"))
    _check_time(time, certificate, clock, now)
    _check_certificate(_signing_certificate(properties, policy), policy, certificate)
    named = _signature_policy(properties, xades)
    if policy.signature_policy is not None and named != policy.signature_policy:
        raise SignatureRefused(
            Reason.SIGNATURE_POLICY, f"the signature policy is {named!r}; {policy.name} has {policy.signature_policy!r}"
        )
    return SignedProperties(time, named, _commitments(element, xades))


def _signing_time(element: etree._Element) -> datetime:
    text = (element.text or "").strip()
    match = _DATE_TIME.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        fraction = f".{match[2][:6].ljust(6, '0')}" if match[2] else ""
        return datetime.fromisoformat(f"{match[1]}{fraction}{match[3].replace('Z', '+00:00')}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise SignatureRefused(
            Reason.SIGNING_TIME, f"SigningTime {text[:40]!r} is not a date and time with its zone"
        ) from None


def _check_time(time: datetime, certificate: x509.Certificate, clock: Clock, now: datetime) -> None:
    if time > now + clock.ahead:
        raise SignatureRefused(Reason.SIGNING_TIME, f"SigningTime {time:%Y-%m-%dT%H:%M:%SZ} lies in the future")
    if not certificate.not_valid_before_utc <= time <= certificate.not_valid_after_utc:
        raise SignatureRefused(
            Reason.SIGNING_TIME, f"SigningTime {time:%Y-%m-%dT%H:%M:%SZ} is outside the validity of the certificate"
        )
    if clock.behind is not None and time < now - clock.behind:
        raise SignatureRefused(
            Reason.SIGNING_TIME, f"SigningTime {time:%Y-%m-%dT%H:%M:%SZ} is more than {clock.behind} ago"
        )


def _signing_certificate(properties: etree._Element, policy: SetPolicy) -> etree._Element:
    """The one property that names the signer's certificate, under one of the names that the policy has for it."""
    tags = [f"{{{policy.xades}}}{name}" for name in policy.signing_certificate]
    return _one(properties, next((tag for tag in tags if properties.find(tag) is not None), tags[0]))


def _check_certificate(element: etree._Element, policy: SetPolicy, certificate: x509.Certificate) -> None:
    """The first Cert is the signer's. Those after it name the authorities above, which the trust store chooses."""
    xades = f"{{{policy.xades}}}"
    name = etree.QName(element).localname
    if not len(element) or element[0].tag != f"{xades}Cert":
        raise SignatureRefused(Reason.SIGNING_CERTIFICATE, f"{name} holds no Cert")
    cert = element[0]
    cert_digest = _one(cert, f"{xades}CertDigest")
    tags = [child.tag for child in cert_digest]
    if not any(
        tags == [f"{{{ns}}}DigestMethod", f"{{{ns}}}DigestValue"] for ns in policy.certificate_digest_namespaces
    ):
        raise SignatureRefused(Reason.STRUCTURE, "CertDigest must hold DigestMethod and DigestValue")
    method = cert_digest[0].get("Algorithm", "")
    if method not in policy.certificate_digests:
        raise SignatureRefused(Reason.ALGORITHM, f"CertDigest {method!r} is not allowed by {policy.name}")
    value = decode(cert_digest[1].text, "CertDigest")
    if not compare_digest(value, digest(method, der_of(certificate))):
        raise SignatureRefused(Reason.SIGNING_CERTIFICATE, f"{name} names another certificate than the signer's")
    # In V2 the digest binds the certificate and IssuerSerialV2 is a hint (EN 319 102-1 5.2.3.4): it is not read.
    if name == "SigningCertificate":
        _check_issuer_serial(_one(cert, f"{xades}IssuerSerial"), certificate)


def _check_issuer_serial(element: etree._Element, certificate: x509.Certificate) -> None:
    name = (_one(element, f"{{{DS}}}X509IssuerName").text or "").strip()
    serial = (_one(element, f"{{{DS}}}X509SerialNumber").text or "").strip()
    try:
        same = DistinguishedName.parse(name) == DistinguishedName.of(certificate.issuer)
    except DistinguishedNameError as error:
        raise SignatureRefused(Reason.SIGNING_CERTIFICATE, f"X509IssuerName: {error}") from None
    if not same or serial.lstrip("0") != str(certificate.serial_number):
        raise SignatureRefused(
            Reason.SIGNING_CERTIFICATE, "IssuerSerial is not the issuer and serial number of the signer's certificate"
        )


def _signature_policy(properties: etree._Element, xades: str) -> str | None:
    identifiers = list(properties.iterchildren(f"{xades}SignaturePolicyIdentifier"))
    if not identifiers:
        return None
    if len(identifiers) > 1 or len(identifiers[0]) != 1:
        raise SignatureRefused(Reason.SIGNATURE_POLICY, "SignaturePolicyIdentifier must stand once and name one policy")
    if identifiers[0][0].tag == f"{xades}SignaturePolicyImplied":
        return "implied"
    found = identifiers[0].findtext(f"{xades}SignaturePolicyId/{xades}SigPolicyId/{xades}Identifier")
    return (found or "").strip()


def _commitments(element: etree._Element, xades: str) -> tuple[str, ...]:
    """EN 319 132-1 5.2.3: the identifiers of the commitments; a signature may have several purposes."""
    made = [
        each
        for properties in element.iterchildren(f"{xades}SignedDataObjectProperties")
        for each in properties.iterchildren(f"{xades}CommitmentTypeIndication")
    ]
    if len(made) > _MOST_COMMITMENTS:
        raise SignatureRefused(
            Reason.PURPOSE, f"the signature makes {len(made)} commitments; {_MOST_COMMITMENTS} are read"
        )
    identifiers = (_one(_one(each, f"{xades}CommitmentTypeId"), f"{xades}Identifier") for each in made)
    return tuple((each.text or "").strip().removeprefix("urn:oid:") for each in identifiers)


def _one(parent: etree._Element, tag: str) -> etree._Element:
    found = list(parent.iterchildren(tag))
    if len(found) != 1:
        raise SignatureRefused(
            Reason.STRUCTURE,
            f"{etree.QName(parent).localname} holds {len(found)} {etree.QName(tag).localname}, not one",
        )
    return found[0]
