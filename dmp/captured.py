"""A submission as it was captured on the wire, or a bare signature document: what `carnet signature check` looks at.

For a file on one's own disk: it is read whole, and leniently. The services read with `soap`.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from lxml import etree

from metadata.ebrim import EbrimError, parse_submit_objects_request
from metadata.translate import Submission
from metadata.vocabulary import LCM, XDS

_DELIMITER: Final = re.compile(rb"^--([^\r\n]{1,200}?)[ \t]*\r?\n(?=[A-Za-z-]+:)", re.MULTILINE)
"""The first boundary, with a MIME header after it; HTTP headers may stand before."""
_HEAD: Final = re.compile(rb"\r?\n\r?\n")
_CONTENT_ID: Final = re.compile(rb"^Content-ID:\s*<?([^>\r\n]+?)>?\s*$", re.MULTILINE | re.IGNORECASE)
_ENCODING: Final = re.compile(rb"^Content-Transfer-Encoding:\s*([\w-]+)", re.MULTILINE | re.IGNORECASE)
_INCLUDE: Final = "{http://www.w3.org/2004/08/xop/include}Include"
_ENVELOPE: Final = re.compile(rb"<(?:([A-Za-z_][\w.-]*):)?Envelope[\s>]")


class CaptureError(ValueError):
    """The file is not what can be looked at; says what is missing."""


@dataclass(frozen=True, slots=True)
class Captured:
    """The parts of a message that a signature is about."""

    submission: Submission
    documents: Mapping[str, bytes]
    """Bytes by the id of the Document."""

    def content(self, entry_uuid: str) -> bytes | None:
        """The bytes of an entry; an id that differs in case alone is taken for its own."""
        folded = {id_.casefold(): content for id_, content in self.documents.items()}
        return self.documents.get(entry_uuid, folded.get(entry_uuid.casefold()))


def read(data: bytes) -> Captured | None:
    """A captured ITI-41 message; None when `data` is something else. Raises `CaptureError` when it is a broken one."""
    parts = _parts(data)
    root = next((content for _, content in parts if _ENVELOPE.search(content)), data)
    begins = _ENVELOPE.search(root)
    if begins is None:
        return None
    prefix = begins[1] + b":" if begins[1] else b""
    closing = b"</%bEnvelope>" % prefix
    end = root.rfind(closing)
    if end < 0:
        raise CaptureError("the SOAP envelope has no end")
    try:
        envelope = etree.fromstring(
            root[begins.start() : end + len(closing)],
            etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False),
        )
    except etree.XMLSyntaxError as error:
        raise CaptureError(f"the SOAP envelope is not XML: {error}") from None
    request = envelope.find(f".//{{{LCM}}}SubmitObjectsRequest")
    if request is None:
        raise CaptureError("the message has no SubmitObjectsRequest: it is not an ITI-41")
    try:
        submission = Submission.of(parse_submit_objects_request(request))
    except EbrimError as error:
        raise CaptureError(str(error)) from None
    by_id = {identifier: content for identifier, content in parts if identifier}
    found = {}
    for element in envelope.iter(f"{{{XDS}}}Document"):
        content = _content(element, by_id)
        if content is not None:
            found[element.get("id", "")] = content
    return Captured(submission, found)


def _parts(data: bytes) -> list[tuple[str, bytes]]:
    """Content-ID and bytes of each MIME part; empty for what is not multipart. # RFC 2046 5.1.1"""
    first = _DELIMITER.search(data)
    if first is None:
        return []
    pieces = re.split(rb"\r?\n--" + re.escape(first[1]) + rb"(?:--)?[ \t]*(?:\r?\n|\Z)", data[first.end() :])
    found = []
    for piece in pieces:
        head = _HEAD.search(piece)
        if head is None:
            continue
        headers, content = piece[: head.start()], piece[head.end() :]
        encoding = _ENCODING.search(headers)
        if encoding is not None and encoding[1].lower() == b"base64":
            content = base64.b64decode(content)
        identifier = _CONTENT_ID.search(headers)
        found.append(("" if identifier is None else identifier[1].decode("utf-8", "replace"), content))
    return found


def _content(document: etree._Element, parts: Mapping[str, bytes]) -> bytes | None:
    include = document.find(_INCLUDE)
    if include is not None:
        href = include.get("href", "").removeprefix("cid:")
        return parts.get(href, parts.get(unquote(href)))
    try:
        return base64.b64decode("".join((document.text or "").split()), validate=True) if document.text else None
    except binascii.Error:
        return None
