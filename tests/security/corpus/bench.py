"""What attacks on assertions are made of: a good signer, bad ones, and signatures that are wrong in one thing alone."""

import copy
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import TypeAlias

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from dmp.authority import Authority, Flaw
from security.certificates import Usage
from security.issuing import AUTHENTICATION, SIGNATURE, CertifiedKey, Issuer, KeyKind, Request, Validity, new_key
from security.refusals import Reason as CertificateReason
from security.xmlsignature import names as n
from security.xmlsignature.algorithms import digest
from security.xmlsignature.canonical import exclusive
from security.xmlsignature.refusals import Reason
from security.xmlsignature.signing import method_for, sign_octets

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
GENUINE = "899900101017"
FORGED = "899700000001"

Edit: TypeAlias = Callable[[etree._Element], object]


class Layer(Enum):
    """Who has to refuse a case."""

    SIGNATURE = auto()
    """The signature, its shape, or the XML it stands in."""
    CERTIFICATE = auto()
    """The trust store."""
    CONTENT = auto()
    """Whoever reads the assertion: the signature holds, and says something that must not be believed."""
    NONE = auto()
    """Nobody: this is what real software sends, or it changes nothing."""


@dataclass(frozen=True)
class Case:
    name: str
    build: "Callable[[Bench], bytes]"
    """The whole SOAP message."""
    layer: Layer
    reason: Reason | CertificateReason | None = None


def plain_assertion(identifier: str, name: str, at: datetime) -> etree._Element:
    """A short bearer assertion; a profile puts its own in its place."""
    from_, until = f"{at:%Y-%m-%dT%H:%M:%SZ}", f"{at.replace(year=at.year + 1):%Y-%m-%dT%H:%M:%SZ}"
    attributes = "".join(
        f'<saml:Attribute Name="urn:carnet:{i}"><saml:AttributeValue>{i}</saml:AttributeValue></saml:Attribute>'
        for i in range(4)
    )
    return etree.fromstring(
        f'<saml:Assertion xmlns:saml="{SAML}" ID="{identifier}" Version="2.0" IssueInstant="{from_}">'
        f"<saml:Issuer>CN={GENUINE}</saml:Issuer><saml:Subject><saml:NameID>{name}</saml:NameID></saml:Subject>"
        f'<saml:Conditions NotBefore="{from_}" NotOnOrAfter="{until}"/>'
        f"<saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>"
    )


@dataclass(frozen=True)
class Bench:
    """`template(identifier, name, at)` gives an unsigned assertion about a subject."""

    authority: Authority
    usage: Usage
    template: Callable[[str, str, datetime], etree._Element] = plain_assertion

    @property
    def signer(self) -> CertifiedKey:
        return self._of("doctor")

    @property
    def wrong_half(self) -> CertifiedKey:
        """The other key of the same card."""
        identity = self.authority.identities["doctor"]
        return identity.authentication if self.usage is not Usage.AUTH else identity.signature

    @property
    def somebody_else(self) -> CertifiedKey:
        return self._of("nurse")

    def bad(self, flaw: Flaw) -> CertifiedKey:
        return self._half(self.authority.bad[f"doctor-{flaw}"])

    def issued(self, issuer: Issuer, kind: KeyKind = KeyKind.P256) -> CertifiedKey:
        """A certificate like the nurse's, from any issuer."""
        validity = Validity.around(self.authority.at, days=30)
        purpose = AUTHENTICATION if self.usage is Usage.AUTH else SIGNATURE
        return issuer.issue(Request(self.somebody_else.certificate.subject, purpose, validity), new_key(kind))

    def _of(self, name: str) -> CertifiedKey:
        return self._half(self.authority.identities[name])

    def _half(self, identity: object) -> CertifiedKey:
        half = "authentication" if self.usage is Usage.AUTH else "signature"
        found: CertifiedKey = getattr(identity, half)
        return found

    def genuine(self) -> etree._Element:
        return self.template("_genuine", GENUINE, self.authority.at)

    def signed(self, edit: Edit | None = None, signer: CertifiedKey | None = None) -> etree._Element:
        """The genuine assertion, edited and then signed."""
        assertion = self.genuine()
        if edit is not None:
            edit(assertion)
        return sign(assertion, signer or self.signer)

    def forged(self, identifier: str = "_forged") -> etree._Element:
        """Another subject, and no signature."""
        return self.template(identifier, FORGED, self.authority.at)


def message(*security: etree._Element, body: etree._Element | None = None) -> bytes:
    """A SOAP message with these in its Security header."""
    return etree.tostring(envelope(*security, body=body))


def envelope(*security: etree._Element, body: etree._Element | None = None) -> etree._Element:
    root = etree.fromstring(
        f'<soap:Envelope xmlns:soap="{SOAP}" xmlns:wsse="{WSSE}"><soap:Header><wsse:Security/></soap:Header>'
        '<soap:Body><request id="Document01"/></soap:Body></soap:Envelope>'
    )
    root[0][0].extend(security)
    if body is not None:
        root[1].append(body)
    return root


def sign(
    assertion: etree._Element,
    signer: CertifiedKey,
    *,
    method: str = n.RSA_SHA256,
    digest_method: str = n.SHA256,
    signed_info: Edit | None = None,
    key_info: Edit | None = None,
    value: Callable[[bytes], bytes] | None = None,
) -> etree._Element:
    """Signs by hand, after the Issuer. `signed_info` edits SignedInfo before its value is made: what comes out is
    genuinely signed, and wrong in that alone. `value` makes another value from the octets of SignedInfo."""
    if method == n.RSA_SHA256:
        method = method_for(signer.key)
    octets = digest(digest_method, exclusive(assertion))
    signature = etree.fromstring(
        f'<ds:Signature xmlns:ds="{n.DS}"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{n.EXC_C14N}"/><ds:SignatureMethod Algorithm="{method}"/>'
        f'<ds:Reference URI="#{assertion.get("ID")}"><ds:Transforms><ds:Transform Algorithm="{n.ENVELOPED}"/>'
        f'<ds:Transform Algorithm="{n.EXC_C14N}"/></ds:Transforms><ds:DigestMethod Algorithm="{digest_method}"/>'
        f"<ds:DigestValue>{b64encode(octets).decode()}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
        "<ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate>"
        f"{b64encode(signer.certificate.public_bytes(Encoding.DER)).decode()}"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
    )
    assertion.insert(1, signature)
    if signed_info is not None:
        signed_info(signature[0])
    if key_info is not None:
        key_info(signature[2])
    listed = signature[0][0].find(n.INCLUSIVE_NAMESPACES) if len(signature[0]) else None
    octets = exclusive(signature[0], () if listed is None else listed.get("PrefixList", "").split())
    made = value(octets) if value is not None else sign_octets(signer.key, method, octets)
    signature[1].text = b64encode(made).decode()
    return assertion


def signature_of(assertion: etree._Element) -> etree._Element:
    return assertion[1]


def name_id(assertion: etree._Element) -> etree._Element:
    found = assertion.find(f".//{{{SAML}}}NameID")
    assert found is not None
    return found


def ds(tag: str, parent: etree._Element, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{n.DS}}}{tag}", attributes)


def clone(element: etree._Element) -> etree._Element:
    return copy.deepcopy(element)
