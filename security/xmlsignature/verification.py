"""A signature proved with a pinned certificate, and what exactly it covers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import TypeAlias

from cryptography import x509
from lxml import etree

from security.xmlsignature.algorithms import check_value, der_of, digest
from security.xmlsignature.canonical import exclusive, inclusive
from security.xmlsignature.gate import Claim, Reference
from security.xmlsignature.parsing import parse_own
from security.xmlsignature.profiles import SignatureProfile
from security.xmlsignature.refusals import Reason, SignatureRefused


@dataclass(frozen=True, slots=True)
class Signed:
    """One thing that a signature covers."""

    octets: bytes
    """The canonical form that was digested."""
    element: etree._Element
    """Says what `octets` say and nothing else. Read this and never the message it came from: it is what was signed."""

    @classmethod
    def of(cls, octets: bytes) -> "Signed":
        """Parsed from the octets: whatever does not show in them is gone."""
        return cls(octets, parse_own(octets))


Resolve: TypeAlias = Callable[[Reference], Signed]
"""What a reference stands for. The octets are made of the very element that is given, or the element of the octets."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A signature that holds, and all that it covers."""

    certificate: x509.Certificate
    method: str
    signed: Mapping[str, Signed]
    """By the URI of the Reference, `#` included."""


def prove(claim: Claim, certificate: x509.Certificate, profile: SignatureProfile, resolve: Resolve) -> Verified:
    """Checks the signature value with the certificate's key, then each digest. Raises `SignatureRefused`.

    `certificate` is one that the caller believes; what KeyInfo holds decides nothing but must agree with it.
    """
    if claim.certificates[0] != der_of(certificate):
        raise SignatureRefused(Reason.KEY_INFO, "the first X509Certificate is not the one that was expected")
    octets = canonical_element(claim.signed_info, claim.prefixes, profile)
    check_value(certificate, claim.method, claim.value, octets)
    return Verified(certificate, claim.method, {each.uri: _checked(each, resolve(each)) for each in claim.references})


def canonical_element(element: etree._Element, prefixes: tuple[str, ...], profile: SignatureProfile) -> bytes:
    """The canonical form of an element as the profile has it."""
    return inclusive(element) if profile.inclusive else exclusive(element, prefixes)


def _checked(reference: Reference, signed: Signed) -> Signed:
    if not compare_digest(digest(reference.digest_method, signed.octets), reference.digest):
        raise SignatureRefused(Reason.DIGEST, f"{reference.uri} is not what was signed: its digest differs")
    return signed
