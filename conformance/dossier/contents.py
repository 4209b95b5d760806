"""What a recorded message is: enough of it to know which transaction code it is evidence for."""

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from conformance.wire.mime import BadMime
from conformance.wire.mime import read as parts_of
from metadata.ebrim import EbrimError, parse_submit_objects_request
from metadata.storedqueries_catalogue import BY_ID
from metadata.translate import Submission
from metadata.vocabulary import LCM, QUERY, REPLACEMENTS, RIM, SIGNS, XDS
from soap.envelope import parse_xml
from soap.faults import Fault
from soap.message import Limits

SAML: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
_ELEMENTS: Final = {
    f"{{{XDS}}}ProvideAndRegisterDocumentSetRequest": "ITI-41",
    f"{{{LCM}}}SubmitObjectsRequest": "ITI-42",
    f"{{{QUERY}}}AdhocQueryRequest": "ITI-18",
    f"{{{XDS}}}RetrieveDocumentSetRequest": "ITI-43",
}
_BODY: Final = re.compile(r"\{http://(?:www\.w3\.org/2003/05/soap-envelope|schemas\.xmlsoap\.org/soap/envelope/)\}Body")
_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Contents:
    """A request, as far as it could be read; an unreadable one is of no transaction."""

    transaction: str = ""
    """`ITI-41`."""
    query: str = ""
    """Name of the stored query."""
    documents: int = 0
    """DocumentEntries submitted, signatures left out; documents asked for."""
    signatures: int = 0
    replaces: bool = False
    """An RPLC association is among what is submitted."""
    has_vihf: bool = False
    software: str = ""
    """LPS_Nom of the VIHF."""
    software_version: str = ""
    mode: str = ""
    """Authentification_mode of the VIHF."""
    envelope: bytes = b""
    """The envelope, as it stood on the wire."""


def envelope_of(content_type: str, body: bytes) -> bytes:
    """The root part of a multipart message, or the body itself."""
    if content_type.strip().lower().startswith("multipart/"):
        try:
            return parts_of(content_type, body)[0].content
        except BadMime:
            return b""
    return body


def read(content_type: str, body: bytes) -> Contents:
    """What a request is. Never raises."""
    root = envelope_of(content_type, body)
    try:
        tree = parse_xml(root, _LIMITS)
    except Fault:
        return Contents()
    found = next((each for each in tree.iterchildren(etree.Element) if _BODY.fullmatch(str(each.tag))), None)
    element = None if found is None else next(found.iterchildren(etree.Element), None)
    if element is None or str(element.tag) not in _ELEMENTS:
        return Contents(envelope=root)
    transaction = _ELEMENTS[str(element.tag)]
    documents, signatures, replaces = _submitted(element) if transaction in ("ITI-41", "ITI-42") else (0, 0, False)
    if transaction == "ITI-43":
        documents = sum(1 for _ in element.iterchildren(f"{{{XDS}}}DocumentRequest"))
    attributes = _attributes(tree)
    return Contents(
        transaction,
        _query(element) if transaction == "ITI-18" else "",
        documents,
        signatures,
        replaces,
        tree.find(f".//{{{SAML}}}Assertion") is not None,
        attributes.get("lps_nom", ""),
        attributes.get("lps_version", ""),
        attributes.get("authentification_mode", ""),
        root,
    )


def _submitted(element: etree._Element) -> tuple[int, int, bool]:
    tag = f"{{{LCM}}}SubmitObjectsRequest"
    request = element if element.tag == tag else element.find(tag)
    if request is None:
        return 0, 0, False
    try:
        submission = Submission.of(parse_submit_objects_request(request))
    except EbrimError:
        return 0, 0, False
    signing = {link.source for link in submission.associations if link.type == SIGNS}
    signatures = sum(1 for entry in submission.entries if entry.entry_uuid in signing)
    replaces = any(link.type in REPLACEMENTS for link in submission.associations)
    return len(submission.entries) - signatures, signatures, replaces


def _query(element: etree._Element) -> str:
    query = element.find(f"{{{RIM}}}AdhocQuery")
    definition = None if query is None else BY_ID.get((query.get("id") or "").strip().lower())
    return "" if definition is None else definition.name


def _attributes(tree: etree._Element) -> dict[str, str]:
    """The first value of each attribute of the assertion, by its name in lower case."""
    found: dict[str, str] = {}
    for attribute in tree.iter(f"{{{SAML}}}Attribute"):
        value = attribute.find(f"{{{SAML}}}AttributeValue")
        if value is not None:
            found.setdefault((attribute.get("Name") or "").strip().lower(), str(value.xpath("string()")).strip()[:200])
    return found
