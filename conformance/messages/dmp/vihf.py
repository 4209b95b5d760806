"""The VIHF 3.0: a SAML 2.0 assertion in one of three modes, written as text and signed. # CI-SIS Transport synchrone

INDIRECTE: the structure vouches with its seal for a user that it authenticated itself.
DIRECTE: the card vouches for its holder. It opened the connection, too.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from conformance.messages.dmp import names as n
from conformance.messages.dmp import xmldsig
from conformance.messages.dmp.holders import Holder
from security.issuing import CertifiedKey

_ASSERTION: Final = """\
<saml2:Assertion xmlns:saml2="{saml}" xmlns:xsi="{xsi}" ID="{id}" IssueInstant="{at}" Version="{version}">\
<saml2:Issuer Format="{format}">{issuer}</saml2:Issuer>\
<saml2:Subject>{subject}</saml2:Subject>{conditions}{authentication}\
<saml2:AttributeStatement>{attributes}</saml2:AttributeStatement></saml2:Assertion>"""
_AUTHENTICATION: Final = """\
<saml2:AuthnStatement AuthnInstant="{at}"><saml2:AuthnContext>\
<saml2:AuthnContextClassRef>{reference}</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>"""
_SIGNATURE: Final = """\
<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>\
<CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>\
<SignatureMethod Algorithm="{method}"/><Reference URI="#{id}"><Transforms>\
<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>\
<Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></Transforms>\
<DigestMethod Algorithm="{digest_method}"/><DigestValue>{digest}</DigestValue></Reference></SignedInfo>\
<SignatureValue/><KeyInfo><X509Data>{certificate}</X509Data></KeyInfo></Signature>"""
_CE: Final = (
    '<{element} xmlns="urn:hl7-org:v3" xsi:type="CE" code={code} codeSystem={system} codeSystemName={named} '
    "displayName={shown}/>"
)
_PROFESSIONS: Final = {"10": "Médecin", "21": "Pharmacien", "60": "Infirmier"}
_CLASSES: Final = {n.DIRECTE: "SmartcardPKI", n.INDIRECTE: "Password", n.INDIRECTE_RENFORCEE: "SmartcardPKI"}


@dataclass(frozen=True, slots=True)
class Vihf:
    """A VIHF before it is signed. Texts are XML where they hold elements: each may be spoiled by itself."""

    id: str
    at: str
    """IssueInstant."""
    issuer: str
    subject: str
    """Children of Subject, XML."""
    authentication: str
    """AuthnStatement, XML."""
    attributes: tuple[tuple[str, tuple[str, ...]], ...]
    """Name → AttributeValues; a value that begins with `<` is XML, any other a text."""
    conditions: str = ""
    """XML; the official messages have none."""
    version: str = "2.0"
    format: str = n.X509_SUBJECT

    @property
    def xml(self) -> str:
        """Without a signature."""
        return _ASSERTION.format(
            saml=n.SAML,
            xsi=n.XSI,
            id=self.id,
            at=self.at,
            version=self.version,
            format=self.format,
            issuer=escape(self.issuer),
            subject=self.subject,
            conditions=self.conditions,
            authentication=self.authentication,
            attributes="".join(_attribute(name, values) for name, values in self.attributes),
        )

    def having(self, name: str, *values: str) -> "Vihf":
        """With these values of an attribute, in the place it had or at the end; without values, without it."""
        others = [(each, had) for each, had in self.attributes]
        place = next((i for i, (each, _) in enumerate(others) if each == name), len(others))
        kept = [each for each in others if each[0] != name]
        if values:
            kept.insert(place, (name, values))
        return replace(self, attributes=tuple(kept))

    def get(self, name: str) -> tuple[str, ...]:
        return next((values for each, values in self.attributes if each == name), ())


def vihf(
    holder: Holder,
    patient: str,
    *,
    mode: str = "",
    at: datetime | None = None,
    purpose: str = "normal",
    structure: str = "",
) -> Vihf:
    """The good VIHF of `holder` for `patient` (CX; empty: none), in the mode that its certificate has."""
    chosen = mode or (n.DIRECTE if holder.is_card else n.INDIRECTE)
    now = instant(at)
    named = structure or holder.structure
    attributes: list[tuple[str, tuple[str, ...]]] = [
        (n.STRUCTURE, (named,)),
        (n.SECTOR, (f"{'SA01' if named.startswith('1') else 'SA07'}^{n.SECTORS}",)),
    ]
    if chosen != n.DIRECTE:
        attributes.append((n.SUBJECT_ID, (f"{holder.given} {holder.family}",)))
    attributes += [(n.ROLE, roles(holder)), (n.VERSION, ("3.0",)), (n.MODE, (chosen,))]
    if patient:
        attributes.append((n.RESOURCE_ID, (patient,)))
    attributes += [
        (n.RESOURCE_URN, (n.DMP_SERVICE,)),
        (n.PURPOSE_OF_USE, (ce("PurposeOfUse", purpose, n.PURPOSES, "mode acces VIHF 2.0", _PURPOSES[purpose]),)),
        (n.LPS_ID, ("1",)),
        (n.LPS_NAME, ("Carnet conformance",)),
        (n.LPS_VERSION, ("1",)),
        (n.LPS_APPROVAL, ("CARNET-TEST",)),
    ]
    return Vihf(
        id=f"_{uuid.uuid4()}",
        at=now,
        issuer=holder.subject,
        subject=name_id(holder.common_name if holder.is_card else "utilisateur-1"),
        authentication=authentication(now, _CLASSES[chosen]),
        attributes=tuple(attributes),
    )


_PURPOSES: Final = {
    "normal": "Accès normal",
    "bris_de_glace": "Accès bris de glace",
    "centre_15": "Accès centre 15",
}


def instant(at: datetime | None = None) -> str:
    """UTC with milliseconds."""
    moment = (at or datetime.now(UTC)).astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def name_id(value: str, attributes: str = "") -> str:
    return f"<saml2:NameID{attributes}>{escape(value)}</saml2:NameID>"


def authentication(at: str, name: str) -> str:
    return _AUTHENTICATION.format(at=at, reference=f"{n.CLASSES}{name}")


def ce(element: str, code: str, system: str, named: str = "", shown: str = "") -> str:
    """A coded value of HL7 v3 as the VIHF writes it."""
    return _CE.format(
        element=element,
        code=quoteattr(code),
        system=quoteattr(system),
        named=quoteattr(named),
        shown=quoteattr(shown),
    )


def roles(holder: Holder) -> tuple[str, ...]:
    """Profession, and of doctors and pharmacists what goes with it."""
    if "/" in holder.common_name:
        return (ce("Role", "SECRETARIAT_MEDICAL", n.NO_PROFESSION, "", "Secrétariat médical"),)
    code = holder.profession
    first = ce("Role", code, n.PROFESSIONS, "professions", _PROFESSIONS.get(code, ""))
    if code == "10":
        return first, ce("Role", "SM26", n.SAVOIR_FAIRE, "specialites RPPS", "Qualifié en Médecine Générale (SM)")
    if code == "21":
        return first, ce("Role", "A", n.SECTIONS, "", "Pharmacien titulaire d'officine")
    return (first,)


def _attribute(name: str, values: tuple[str, ...]) -> str:
    written = "".join(
        f"<saml2:AttributeValue>{each}</saml2:AttributeValue>"
        if each.startswith("<")
        else f'<saml2:AttributeValue xmlns:xs="{n.XS}" xsi:type="xs:string">{escape(each)}</saml2:AttributeValue>'
        for each in values
    )
    return f"<saml2:Attribute Name={quoteattr(name)}>{written}</saml2:Attribute>"


def signed(
    unsigned: str,
    signer: CertifiedKey,
    *,
    method: str = "",
    digest_method: str = n.SHA256,
) -> str:
    """An assertion with its enveloped signature right after the Issuer. # SAML 2.0 Core 5.4"""
    root = xmldsig.parse(unsigned)
    signature = xmldsig.parse(
        _SIGNATURE.format(
            method=method or xmldsig.method_for(signer.key),
            id=root.get("ID"),
            digest_method=digest_method,
            digest=xmldsig.digest(digest_method, xmldsig.canonical(root, n.EXCLUSIVE)),
            certificate=xmldsig.certificate(signer.certificate),
        )
    )
    xmldsig.complete(signature, signer)
    return unsigned.replace("</saml2:Issuer>", "</saml2:Issuer>" + xmldsig.text(signature), 1)


def token(holder: Holder, patient: str, *, mode: str = "", purpose: str = "normal") -> str:
    """A good VIHF, signed: what stands in wsse:Security."""
    return signed(vihf(holder, patient, mode=mode, purpose=purpose).xml, holder.signs)


def header(content: str) -> str:
    """A wsse:Security header block around tokens."""
    return f'<wsse:Security xmlns:wsse="{n.WSSE}">{content}</wsse:Security>'
