"""SAML assertions and XML signatures as tables a person can read. Shows what is there; says nothing of its worth."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from conformance.messages.names import DS, SAML
from conformance.results.redaction import MASK, Secrets
from conformance.results.report.certificate import Rows, described
from conformance.results.report.xmltext import is_secret

_SAML11: Final = "urn:oasis:names:tc:SAML:1.0:assertion"
_MOST: Final = 100
_LONGEST: Final = 600
_XADES_TIME: Final = "SigningTime"
_STARTS: Final = (
    "http://www.w3.org/2000/09/xmldsig#",
    "http://www.w3.org/2001/04/xmldsig-more#",
    "http://www.w3.org/2001/04/xmlenc#",
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
)


@dataclass(frozen=True, slots=True)
class Table:
    """Something decoded: rows of name and value."""

    kind: str
    """`assertion`, `attributes` or `signature`."""
    rows: Rows
    of: str = ""
    """What a signature is in: the element, or the MIME part."""


def tables(root: etree._Element, secrets: Secrets) -> tuple[Table, ...]:
    """Each assertion (what it says, its attributes, its signature), then each other signature, in document order."""
    found: list[Table] = []
    for assertion in root.iter(f"{{{SAML}}}Assertion", f"{{{_SAML11}}}Assertion"):
        found.append(Table("assertion", _clean(_assertion(assertion), secrets)))
        if attributes := _clean(_attributes(assertion), secrets):
            found.append(Table("attributes", attributes))
        if len(found) >= _MOST:
            break
    for signature in root.iter(f"{{{DS}}}Signature"):
        parent = signature.getparent()
        of = etree.QName(parent).localname if parent is not None else ""
        found.append(Table("signature", _clean(_signature(signature), secrets), of))
        if len(found) >= _MOST:
            break
    return tuple(found)


def _clean(rows: Iterator[tuple[str, str]], secrets: Secrets) -> Rows:
    kept = []
    for name, value in rows:
        value = " ".join(secrets.mask(value).split())
        if value:
            kept.append((secrets.mask(name), value if len(value) <= _LONGEST else value[:_LONGEST] + "…"))
        if len(kept) >= _MOST:
            break
    return tuple(kept)


def _assertion(assertion: etree._Element) -> Iterator[tuple[str, str]]:
    yield "id", assertion.get("ID") or assertion.get("AssertionID") or ""
    yield "version", assertion.get("Version") or assertion.get("MajorVersion") or ""
    yield "issued at", assertion.get("IssueInstant") or ""
    for issuer in _children(assertion, "Issuer"):
        yield "issuer", _text(issuer)
        yield "issuer format", issuer.get("Format") or ""
    for name_id in _below(assertion, "NameID"):
        yield "subject", _text(name_id)
        yield "subject format", name_id.get("Format") or ""
    for confirmation in _below(assertion, "SubjectConfirmation"):
        yield "confirmed by", confirmation.get("Method") or ""
    for conditions in _children(assertion, "Conditions"):
        yield "valid", f"{conditions.get('NotBefore') or '…'} – {conditions.get('NotOnOrAfter') or '…'}"
    for audience in _below(assertion, "Audience"):
        yield "audience", _text(audience)
    for statement in _children(assertion, "AuthnStatement"):
        yield "authenticated at", statement.get("AuthnInstant") or ""
    for context in _below(assertion, "AuthnContextClassRef"):
        yield "authenticated by", _text(context)
    if not any(True for _ in _children(assertion, "Signature")):
        yield "signature", "none"


def _attributes(assertion: etree._Element) -> Iterator[tuple[str, str]]:
    for attribute in _below(assertion, "Attribute"):
        name = attribute.get("Name") or attribute.get("AttributeName") or "?"
        for value in _children(attribute, "AttributeValue"):
            yield name, MASK if is_secret(value) else _value(value)


def _value(value: etree._Element) -> str:
    """The text of a value; the code, its system and its name when it is an HL7 code in an element."""
    said = [_text(value)] if _text(value).strip() else []
    for element in value:
        if not isinstance(element.tag, str):
            continue
        code, system, name = element.get("code"), element.get("codeSystem"), element.get("displayName")
        if code is None:
            said.append(f"<{etree.QName(element).localname}> {_text(element)}")
        else:
            said.append(f"{code} ({name or '?'}, {system or '?'})")
    return " ".join(said)


def _signature(signature: etree._Element) -> Iterator[tuple[str, str]]:
    for method in _below(signature, "CanonicalizationMethod"):
        yield "canonicalization", _algorithm(method)
    for method in _below(signature, "SignatureMethod"):
        yield "signed by", _algorithm(method)
    for reference in _below(signature, "Reference"):
        yield from _reference(reference)
    for time in _below(signature, _XADES_TIME):
        yield "signing time", _text(time)
    for certificate in _below(signature, "X509Certificate"):
        yield from described(certificate.text or "")


def _reference(reference: etree._Element) -> Iterator[tuple[str, str]]:
    uri = reference.get("URI")
    parent = reference.getparent()
    of = "manifest reference" if parent is not None and etree.QName(parent).localname == "Manifest" else "reference"
    transforms = ", ".join(_algorithm(t) for t in _below(reference, "Transform"))
    method = ", ".join(_algorithm(m) for m in _children(reference, "DigestMethod"))
    digest = " ".join(_text(d) for d in _children(reference, "DigestValue"))
    said = [f'"{uri}"' if uri is not None else "(no URI)", f"{method} {digest}"]
    yield of, " · ".join([*said, *([f"via {transforms}"] if transforms else [])])


def _algorithm(element: etree._Element) -> str:
    uri = element.get("Algorithm") or ""
    start = next((s for s in _STARTS if uri.startswith(s)), "")
    short = uri.removeprefix(start)
    if not start:
        return uri
    return {
        "http://www.w3.org/2001/10/xml-exc-c14n#": f"exc-c14n {short}".strip(),
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315": f"c14n 1.0 {short}".strip(),
    }.get(start, short)


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in element if isinstance(child.tag, str) and etree.QName(child).localname == name)


def _below(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (e for e in element.iterdescendants() if isinstance(e.tag, str) and etree.QName(e).localname == name)


def _text(element: etree._Element) -> str:
    return MASK if is_secret(element) else "".join(t for t in (element.text, *(c.tail for c in element)) if t)
