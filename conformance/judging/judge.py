"""`judge`: from bytes to remarks."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from conformance.judging import capture, cda, feeds, markup, signature, soap, token
from conformance.judging.bodies import check_bare
from conformance.judging.book import rule
from conformance.judging.capture import Capture
from conformance.judging.judged import Judged
from conformance.judging.packaging import Package, unpack
from conformance.judging.place import Tree
from conformance.judging.sheet import Circumstances, Sheet
from conformance.judging.transactions import REQUESTS, RESPONSES
from conformance.model import MUST
from dmp.domain import domain as french_domain
from dmp.ins import InsPolicy
from metadata.affinity import AffinityDomain
from metadata.vocabulary import RIM
from security.certificates import TrustStore
from security.saml import names as n

MAX_BYTES: Final = 256 << 20
PROFILES: Final = ("ihe", "dmp", "auto")
_FRENCH: Final = re.compile(rb"VIHF_Version|urn:dmp\b|\b1\.2\.250\.1\.213\.1\.(?:4\.(?:2|8|9|10|11)\b|1\.1\.)")
"""A VIHF, the service it is for, an INS, a CI-SIS document template: codes alone are used by others too."""
_HTML: Final = re.compile(rb"\A\s*(?:<!doctype html|<html)", re.IGNORECASE)
_FIRST_NAME: Final = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][A-Za-z_0-9]*)[\s/>]")
_LIKELY: Final = {
    "Envelope": "SOAP envelope",
    "Assertion": "SAML assertion",
    "Security": "SAML assertion",
    "ClinicalDocument": "CDA",
    "Signature": "signature",
    "SubmitObjectsRequest": "ebRIM SubmitObjectsRequest",
    "RegistryObjectList": "ebRIM RegistryObjectList",
}
"""Name of the first element → what a file that cannot be read was meant to be."""
_ANY_INS: Final = InsPolicy.of("production", "test", "demo")

_LARGE = rule(
    "judging.limit",
    MUST,
    "Carnet",
    "the file has {got} bytes; {limit} are read",
    "le fichier a {got} octets ; {limit} sont lus",
)
_EMPTY = rule(
    "wire.http.empty",
    MUST,
    "SOAP 1.2 Part 2 7.5",
    "the HTTP message has no body where a SOAP message should stand",
    "le message HTTP n'a pas de corps, là où un message SOAP devrait être",
)
_NOT_XML = rule(
    "wire.xml.none",
    MUST,
    "ITI TF-2 Appendix V.3.2.1.3",
    "what should be the envelope does not begin as XML",
    "ce qui devrait être l'enveloppe ne commence pas comme du XML",
)


def judge(
    data: bytes,
    *,
    content_type: str | None = None,
    profile: str = "ihe",
    at: datetime | None = None,
    trust: TrustStore | None = None,
    domain: AffinityDomain | None = None,
    client: bytes | None = None,
    sites: Mapping[str, frozenset[str]] | None = None,
) -> Judged:
    """Recognise `data` and hold it to every rule that applies; never raises on bad content.

    `content_type`: the HTTP header, where the capture does not hold it. `profile`: `ihe`, `dmp`, or `auto`, which is
    `dmp` for a message that bears French marks. `at` (aware): the time tokens and signatures are judged as of; without
    it, now. Certificates are judged with `trust` alone. `domain` gives the codes in force; without it any code is good.
    `client`: the certificate (DER) that opened the connection, for who was listening; a VIHF and the signature of a set
    are held to it. `sites`: the structures for which others may act, as for the server.
    Raises ValueError for another profile.
    """
    if profile not in PROFILES:
        raise ValueError(f"{profile} is no profile; there are {', '.join(PROFILES)}")
    circumstances = _circumstances(data, profile, at or datetime.now(UTC), trust, domain)
    sheet = Sheet(replace(circumstances, client=client, sites=sites or {}))
    if len(data) > MAX_BYTES:
        sheet.add(_LARGE(got=len(data), limit=MAX_BYTES))
        return sheet.judged()
    sheet.guard("message", lambda: _message(data, content_type, sheet))
    return sheet.judged()


def _circumstances(
    data: bytes, profile: str, at: datetime, trust: TrustStore | None, domain: AffinityDomain | None
) -> Circumstances:
    french = profile == "dmp" or (profile == "auto" and _FRENCH.search(data) is not None)
    agreed = french_domain(domain, ins=_ANY_INS) if french else domain or AffinityDomain.open()
    return Circumstances(french, at, trust, agreed)


def _message(data: bytes, content_type: str | None, sheet: Sheet) -> None:
    if feeds.is_v2(data):
        sheet.kind = "ITI-8 message"
        feeds.check_v2(data, sheet)
        return
    captured = capture.read(data, content_type)
    sheet.add(*captured.remarks)
    if captured.http:
        sheet.kind = f"HTTP {captured.http}"
        sheet.ran("HTTP")
        if not captured.body.data.strip():
            if captured.status != 202:  # an answer that comes later. # ITI TF-2 Appendix V.5
                sheet.add(_EMPTY())
            return
    package = unpack(captured, sheet)
    if package.is_multipart and not sheet.kind:
        sheet.kind = "MIME message"
    if not package.root.data.strip() or (not sheet.kind and not _worth_parsing(package.root.data)):
        return
    _document(captured, package, sheet)


def _worth_parsing(data: bytes) -> bool:
    return markup.looks_like_xml(data) and not _HTML.match(data[:200])


def _document(captured: Capture, package: Package, sheet: Sheet) -> None:
    if not markup.looks_like_xml(package.root.data):
        sheet.add(_NOT_XML(f"line {package.root.line(0)}", part=package.name))
        return
    tree, remarks = markup.read(package.root, part=package.name)
    sheet.add(*remarks)
    if tree is None:
        sheet.kind = sheet.kind or _likely(package.root.data)
        sheet.ran("XML")
        soap.check_type(package, sheet)
        return
    if etree.QName(tree.root).localname == "Envelope":
        soap.check(tree, captured, package, sheet)
    elif captured.http or package.is_multipart:
        soap.not_an_envelope(tree, package, sheet)
    else:
        _alone(tree, package, sheet)


def _likely(data: bytes) -> str:
    """What a file that is not well-formed was meant to be."""
    found = _FIRST_NAME.search(data, 0, 8192)
    return _LIKELY.get(found[1].decode("ascii"), "XML") if found else "XML"


def _alone(tree: Tree, package: Package, sheet: Sheet) -> None:
    """A document that is no SOAP message."""
    root, tag = tree.root, str(tree.root.tag)
    assertion = root if tag == n.ASSERTION else next(root.iter(n.ASSERTION), None) if tag == n.SECURITY else None
    document = cda.document_of(tree)
    if tag in REQUESTS | RESPONSES or tag == f"{{{RIM}}}RegistryObjectList":
        check_bare(tree, package, sheet)
    elif document is not None:
        sheet.kind = "CDA"
        sheet.guard("CDA header", lambda: cda.check_document(tree, document, sheet))
    elif assertion is not None:
        sheet.kind = "VIHF" if sheet.circumstances.french or token.is_vihf(assertion) else "SAML assertion"
        data = etree.tostring(root, with_tail=False)
        sheet.guard(sheet.kind, lambda: _discard(token.check(tree, assertion, data, sheet)))
    elif tag == n.SIGNATURE:
        sheet.kind = "signature"
        sheet.guard("signature", lambda: signature.check_alone(tree, sheet))


def _discard(_: object) -> None:
    """For a check whose answer is wanted elsewhere."""
