"""The elements of a CDA header: where it ends, and the values in it."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, Protocol

from lxml import etree

from metadata.model import Code
from metadata.vocabulary import HL7V3

H: Final = f"{{{HL7V3}}}"
_DOCUMENT: Final = H + "ClinicalDocument"
_STYLESHEET: Final = "{http://www.w3.org/1999/XSL/Transform}stylesheet"
MAX_HEADER: Final = 8 * 1024 * 1024
"""Bytes before the body; self-presenting documents have a style sheet there."""
_TIME: Final = re.compile(r"([1-9]\d{3}(?:\d{2}){0,5})(?:\.\d+)?(?:([+-])(\d{2})(\d{2}))?")


class CdaError(ValueError):
    """The file began as a CDA document but cannot be read as one; the message says why."""


class Stream(Protocol):
    """What a document is read from."""

    def read(self, size: int = ..., /) -> bytes: ...


class _Bounded:
    """A stream that breaks off when more is asked of it than a header has."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._left = MAX_HEADER

    def read(self, size: int = -1, /) -> bytes:
        if self._left <= 0:
            raise CdaError(f"the document has no body within its first {MAX_HEADER // 1024 // 1024} MB")
        piece = self._stream.read(min(size, self._left) if size > 0 else self._left)
        self._left -= len(piece)
        return piece


def parse(stream: Stream) -> tuple[etree._Element, str | None] | None:
    """The ClinicalDocument with all that stands before its body, and the media type of a body that is not XML."""
    document: etree._Element | None = None
    root: etree._Element | None = None
    try:
        for _, element in etree.iterparse(
            _Bounded(stream),
            events=("start",),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        ):
            if root is None:
                root = element
                if element.tag not in (_DOCUMENT, _STYLESHEET):
                    return None
                if element.getroottree().docinfo.doctype:
                    raise CdaError("the document has a DOCTYPE, which no CDA document needs; remove it")
            if element.tag == _DOCUMENT:
                document = element
            if document is not None and element.tag == H + "structuredBody":
                return document, None
            if document is not None and element.tag == H + "text" and _is(element.getparent(), "nonXMLBody"):
                return document, element.get("mediaType")
    except etree.XMLSyntaxError as error:
        if root is None:
            return None
        raise CdaError(f"the document is not well-formed: {error.msg}") from None
    if document is None:
        return None
    raise CdaError("the document has no body: neither structuredBody nor nonXMLBody")


def _is(element: etree._Element | None, name: str) -> bool:
    return element is not None and element.tag == H + name


def every(element: etree._Element, path: str) -> list[etree._Element]:
    """Elements at `a/b/c`, all of HL7 v3, in document order."""
    return element.findall("/".join(H + step for step in path.split("/")))


def first(element: etree._Element | None, path: str) -> etree._Element | None:
    """The first element at `path` that has no nullFlavor."""
    if element is None:
        return None
    return next((found for found in every(element, path) if found.get("nullFlavor") is None), None)


def utc(time: str | None) -> str | None:
    """An HL7 v3 time (`20260312174500+0100`) as a DTM, in UTC and as precise as it was; `None` if it is not one.

    A day without an hour stays that day. An hour without an offset is taken for UTC: the document does not say.
    """
    found = _TIME.fullmatch(time or "")
    if found is None:
        return None
    digits, sign, hours, minutes = found.groups()
    try:
        moment = datetime.strptime(digits + "00000101000000"[len(digits) :], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        if sign is None or len(digits) < 10:
            return digits
        offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
        moment = moment.replace(tzinfo=timezone(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    # a DTM has years from 1000 on; ITI TF-3 4.2.3.1.7
    return moment.strftime("%Y%m%d%H%M%S")[: max(len(digits), 12)] if moment.year >= 1000 else None


def code_of(element: etree._Element | None) -> Code | None:
    if element is None or element.get("nullFlavor") is not None:
        return None
    code, scheme = trimmed(element.get("code")), trimmed(element.get("codeSystem"))
    return Code(code, scheme, trimmed(element.get("displayName")) or code) if code and scheme else None


def identifier_of(element: etree._Element | None) -> str | None:
    """`root`, or `root^extension`."""
    root, extension = attribute_of(element, "root"), attribute_of(element, "extension")
    return f"{root}^{extension}" if root and extension else root


def attribute_of(element: etree._Element | None, name: str) -> str | None:
    if element is None or element.get("nullFlavor") is not None:
        return None
    return trimmed(element.get(name)) or None


def value_of(element: etree._Element | None) -> str | None:
    return attribute_of(element, "value")


def text_of(element: etree._Element | None) -> str:
    if element is None or element.get("nullFlavor") is not None:
        return ""
    return trimmed("".join(element.itertext(with_tail=False)))


def trimmed(value: str | None) -> str:
    return " ".join((value or "").split())
