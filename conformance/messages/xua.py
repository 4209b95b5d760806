"""The SAML 2.0 assertion of XUA, written as text and signed. # ITI TF-2 3.40.4.1.2"""

import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from conformance.messages.dmp.vihf import signed
from conformance.messages.names import HL7, SAML, SOAP12, WSSE
from security.issuing import CertifiedKey

XSPA: Final = "urn:oasis:names:tc:xspa:1.0:subject:"
SUBJECT_ID: Final = XSPA + "subject-id"
ORGANIZATION: Final = XSPA + "organization"
ORGANIZATION_ID: Final = XSPA + "organization-id"
PURPOSE_OF_USE: Final = XSPA + "purposeofuse"
ROLE: Final = "urn:oasis:names:tc:xacml:2.0:subject:role"
RESOURCE_ID: Final = "urn:oasis:names:tc:xacml:2.0:resource:resource-id"
NPI: Final = XSPA + "npi"
PROVIDER: Final = "urn:ihe:iti:xua:2017:subject:provider-identifier"
HOME: Final = "urn:ihe:iti:xca:2010:homeCommunityId"
CONSENT: Final = "urn:ihe:iti:bppc:2007:docid"
POLICY: Final = "urn:ihe:iti:xua:2012:acp"
BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
CLASSES: Final = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
X509_NAME: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"

_ASSERTION: Final = (
    '<saml2:Assertion xmlns:saml2="{saml}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID="{id}" '
    'IssueInstant="{at}" Version="{version}">'
    '<saml2:Issuer Format="{format}">{issuer}</saml2:Issuer>{subject}{conditions}{authentications}{statements}'
    "</saml2:Assertion>"
)


@dataclass(frozen=True, slots=True)
class Token:
    """An assertion before it is signed; texts that hold elements are XML, so that each can be spoiled by itself."""

    issuer: str
    audience: str
    at: datetime
    id: str = field(default_factory=lambda: f"_{uuid.uuid4()}")
    version: str = "2.0"
    name_id: str = "anne.durand"
    not_before: timedelta = timedelta(0)
    """From `at`: XUA has NotBefore be IssueInstant."""
    not_after: timedelta = timedelta(minutes=5)
    subject: str = ""
    """XML in place of the usual Subject."""
    conditions: str = ""
    """XML in place of the usual Conditions; `-`: none."""
    more_conditions: str = ""
    """XML inside the usual Conditions."""
    authentications: str = ""
    """XML in place of the usual AuthnStatement; `-`: none."""
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Name → AttributeValues; a value that begins with `<` is XML."""
    statements: int = 1
    """AttributeStatements over which the attributes are spread."""

    @property
    def xml(self) -> str:
        """Without a signature."""
        return _ASSERTION.format(
            saml=SAML,
            id=self.id,
            at=instant(self.at),
            version=self.version,
            format=X509_NAME,
            issuer=escape(self.issuer),
            subject="" if self.subject == "-" else self.subject or self._subject,
            conditions="" if self.conditions == "-" else self.conditions or self._conditions,
            authentications="" if self.authentications == "-" else self.authentications or authenticated(self.at),
            statements=self._statements,
        )

    @property
    def _subject(self) -> str:
        return confirmed(self.name_id, instant(self.at + self.not_after))

    @property
    def _conditions(self) -> str:
        audience = f"<saml2:Audience>{escape(self.audience)}</saml2:Audience>" if self.audience else ""
        restriction = f"<saml2:AudienceRestriction>{audience}</saml2:AudienceRestriction>" if audience else ""
        return (
            f'<saml2:Conditions NotBefore="{instant(self.at + self.not_before)}" '
            f'NotOnOrAfter="{instant(self.at + self.not_after)}">{restriction}{self.more_conditions}</saml2:Conditions>'
        )

    @property
    def _statements(self) -> str:
        held = [attribute(name, *values) for name, values in self.attributes]
        count = min(self.statements, len(held))
        return "".join(
            f"<saml2:AttributeStatement>{''.join(held[number::count])}</saml2:AttributeStatement>"
            for number in range(count)
        )

    def having(self, name: str, *values: str) -> "Token":
        """With one Attribute more, also when there is one of that name already."""
        return replace(self, attributes=(*self.attributes, (name, values)))

    def without(self, name: str) -> "Token":
        return replace(self, attributes=tuple(each for each in self.attributes if each[0] != name))


def usual(signer: CertifiedKey, audience: str, patient: str, at: datetime | None = None) -> Token:
    """A good assertion about a doctor who treats `patient` (CX)."""
    return Token(
        signer.certificate.subject.rfc4514_string(),
        audience,
        at or moments_ago(),
        attributes=(
            (SUBJECT_ID, ("Anne Durand",)),
            (ORGANIZATION, ("Cabinet Durand",)),
            (ORGANIZATION_ID, ("urn:oid:1.2.250.1.999.5.1",)),
            (HOME, ("urn:oid:1.2.250.1.999.1",)),
            (ROLE, (coded("Role", "221", "2.16.840.1.113883.6.96", "Medical doctor"),)),
            (PURPOSE_OF_USE, (coded("PurposeOfUse", "TREATMENT", "2.16.840.1.113883.3.18.7.1", "Treatment"),)),
            (RESOURCE_ID, (patient,)),
        ),
    )


def moments_ago() -> datetime:
    """When a good assertion is issued: clocks differ, and it is not in force before."""
    return datetime.now(UTC) - timedelta(seconds=5)


def instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def confirmed(name_id: str, until: str) -> str:
    """A Subject that its bearer confirms until an instant."""
    return (
        f"<saml2:Subject><saml2:NameID>{escape(name_id)}</saml2:NameID>"
        f'<saml2:SubjectConfirmation Method="{BEARER}"><saml2:SubjectConfirmationData NotOnOrAfter="{until}"/>'
        "</saml2:SubjectConfirmation></saml2:Subject>"
    )


def authenticated(at: datetime, name: str = "X509") -> str:
    """One AuthnStatement."""
    return (
        f'<saml2:AuthnStatement AuthnInstant="{instant(at)}"><saml2:AuthnContext><saml2:AuthnContextClassRef>{CLASSES}'
        f"{name}</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>"
    )


def attribute(name: str, *values: str) -> str:
    written = "".join(
        f"<saml2:AttributeValue>{each if each.startswith('<') else escape(each)}</saml2:AttributeValue>"
        for each in values
    )
    return f"<saml2:Attribute Name={quoteattr(name)}>{written}</saml2:Attribute>"


def coded(element: str, code: str, system: str, shown: str) -> str:
    """An HL7 CE, as role and purpose of use are written. # ITI TF-2 3.40.4.1.2.1"""
    return (
        f'<{element} xmlns="{HL7}" xsi:type="CE" code={quoteattr(code)} codeSystem={quoteattr(system)} '
        f"displayName={quoteattr(shown)}/>"
    )


def certified(token: Token, signer: CertifiedKey) -> str:
    """The assertion with its enveloped signature."""
    return signed(token.xml, signer)


def header(content: str) -> bytes:
    """The wsse:Security header block around an assertion, or whatever stands in its place."""
    return (
        f'<wsse:Security xmlns:wsse="{WSSE}" xmlns:s="{SOAP12}" s:mustUnderstand="true">{content}</wsse:Security>'
    ).encode()
