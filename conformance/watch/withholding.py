"""Part of an answer held back: what a real repository gave, without its last document. # ITI TF-2 3.43.4.2.3"""

import re
from dataclasses import replace
from typing import Final
from urllib.parse import unquote

from lxml import etree

from conformance.watch.misbehaviours import Misbehaviour
from conformance.watch.spoiling import ASKED, BOUNDARY, ENVELOPE, Draft
from metadata.errors import ErrorCode
from metadata.vocabulary import PARTIAL_SUCCESS, RS, SEVERITY_ERROR, XDS

WITHHELD: Final = "partial-success"
"""The misbehaviour that is done so between a client and a real repository."""
_CONTENT_ID: Final = re.compile(rb"^content-id:\s*<([^>\r\n]*)>", re.IGNORECASE | re.MULTILINE)


def without_last(draft: Draft, asked: Misbehaviour) -> Draft:
    """PartialSuccess in place of Success; an answer without documents, or one that cannot be read, stays as it is."""
    found = ENVELOPE.search(draft.body)
    try:
        root = None if found is None else etree.fromstring(found[0], _parser())
    except etree.XMLSyntaxError:
        return draft
    response = None if root is None else root.find(f".//{{{RS}}}RegistryResponse")
    documents = [] if root is None else root.findall(f".//{{{XDS}}}DocumentResponse")
    if found is None or root is None or response is None or not documents:
        return draft
    last = documents[-1]
    lost = last.findtext(f"{{{XDS}}}DocumentUniqueId") or ""
    _partial(response, lost, ASKED.format(asked))
    part = ""
    if len(documents) > 1:  # of one alone nothing would be left, and that would be Failure
        part = _content_id(last)
        last.getparent().remove(last)  # type: ignore[union-attr]
    body = draft.body[: found.start()] + etree.tostring(root, encoding="utf-8") + draft.body[found.end() :]
    changed = replace(draft, body=body, applied=(*draft.applied, str(asked)))
    return _without_part(changed, part) if part else changed


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def _partial(response: etree._Element, lost: str, told: str) -> None:
    response.set("status", PARTIAL_SUCCESS)
    errors = response.find(f"{{{RS}}}RegistryErrorList")
    if errors is None:
        errors = etree.SubElement(response, f"{{{RS}}}RegistryErrorList")
    errors.set("highestSeverity", SEVERITY_ERROR)
    etree.SubElement(
        errors,
        f"{{{RS}}}RegistryError",
        {
            "errorCode": str(ErrorCode.DOCUMENT_UNIQUE_ID_ERROR),
            "codeContext": told,
            "location": lost,
            "severity": SEVERITY_ERROR,
        },
    )


def _content_id(document: etree._Element) -> str:
    """Where its bytes are; empty for a document that stands in the envelope."""
    href = next((each.get("href", "") for each in document.iter("{*}Include")), "")
    return unquote(href.removeprefix("cid:"))


def _without_part(draft: Draft, content_id: str) -> Draft:
    boundary = BOUNDARY.search(draft.header("Content-Type"))
    if boundary is None:
        return draft
    delimiter = b"\r\n--" + boundary[2].strip('"').encode("latin-1")
    head, *parts = (b"\r\n" + draft.body).split(delimiter)
    kept = [part for part in parts if not _is(part, content_id)]
    return replace(draft, body=delimiter.join([head, *kept]).removeprefix(b"\r\n"))


def _is(part: bytes, content_id: str) -> bool:
    named = _CONTENT_ID.search(part.partition(b"\r\n\r\n")[0])
    return named is not None and unquote(named[1].decode("latin-1")) == content_id
